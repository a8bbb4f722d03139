"""What a redactor finds, misses and invents, by entity."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from redaction.corpus import Prompt
from redaction.transforms import Hidden

# What the issue asks for: recall, precision.
MARKS = {
    "email": (0.995, 0.995),
    "credit_card": (0.99, 0.98),
    "us_ssn": (0.99, 0.98),
    "phone": (0.95, 0.90),
    "iban": (0.99, 0.99),
    "ip_address": (0.99, 0.95),
    "mac_address": (0.99, 0.99),
    "crypto_wallet": (0.98, 0.99),
    "api_key": (0.99, 0.98),
    "jwt": (0.99, 0.98),
    "pem_private_key": (0.99, 0.98),
}
TRANSFORMED_RECALL = 0.95
MARKED_FORMS = ("json", "json html-safe", "full-width", "no-break", "zero-width")
FALSE_ALARMS_PER_MB = {"phone": 5.0, "ip_address": 10.0, "credit_card": 0.5, "us_ssn": 0.5}
SECRET_RULES = ("api_key", "auth_header", "url_credentials", "connection_string", "generic_secret")
MARK = re.compile(r"\[[A-Z_]+(?::[^\]\s]*)?\]")
# So much of a value in a row is a leak; the last four digits of a card may stay.
LEAK_CHARS = 6

# (text, attribute key) -> a TextReport of spanloom_native, or what looks like one.
Redact = Callable[[str, str], Any]


@dataclass(slots=True)
class Score:
    """Counts for one entity."""

    labelled: int = 0
    covered: int = 0
    right: int = 0
    wrong: int = 0
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.covered / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0


def entity_of(rule: str) -> str:
    """The entity that a rule looks for."""
    if rule.startswith(SECRET_RULES):
        return "api_key"
    return rule


def masking(report: Any) -> list[Any]:
    """The findings that something was done about."""
    return [one for one in report.findings if one.action != "flag" and not one.dry_run]


def is_covered(report: Any, prompt: Prompt, hidden: Hidden) -> bool:
    """Whether nothing of the value is left, and a rule for its entity had a part in it."""
    if report.outcome == "unscanned":
        return True
    found = masking(report)
    if not any(entity_of(one.rule) == prompt.entity for one in found):
        return False
    if all(one.start is not None for one in found) and not hidden.within:
        return covers(found, hidden.start, hidden.end)
    left = hidden.within(report.text) if hidden.within else report.text
    value = prompt.value if hidden.within else hidden.text[hidden.start : hidden.end]
    return not leaks(MARK.sub("", left), value)


def covers(found: list[Any], start: int, end: int) -> bool:
    """Whether findings cover a stretch without a hole."""
    for one in sorted(found, key=lambda one: int(one.start)):
        if one.start <= start:
            start = max(start, one.end)
    return start >= end


def leaks(text: str, value: str) -> bool:
    last = max(len(value) - LEAK_CHARS, 0)
    return any(value[at : at + LEAK_CHARS] in text for at in range(last + 1))


def recall(redact: Redact, prompts: Iterable[Prompt], transform: str) -> dict[str, Score]:
    """Covered and labelled, by entity, of the prompts in one form."""
    scores = {entity: Score() for entity in MARKS}
    for prompt in prompts:
        if not prompt.entity:
            continue
        hidden = prompt.hidden(transform)
        score = scores[prompt.entity]
        score.labelled += 1
        if is_covered(redact(hidden.text, hidden.key), prompt, hidden):
            score.covered += 1
        else:
            score.missed.append(hidden.text)
    return scores


def precision(redact: Redact, prompts: Iterable[Prompt]) -> dict[str, Score]:
    """Right and wrong, by entity. A hit on another labelled value counts neither way."""
    scores = {entity: Score() for entity in MARKS}
    for prompt in prompts:
        hidden = prompt.hidden()
        report = redact(hidden.text, hidden.key)
        found = masking(report)
        kinds = [entity_of(one.rule) for one in found]
        entities = Counter() if is_value_only(report, prompt) else Counter(kinds)
        entities.pop(prompt.entity, None)
        if any(entity_of(one.rule) == prompt.entity for one in found):
            scores[prompt.entity].right += 1
        for entity, n in entities.items():
            if entity in scores:
                scores[entity].wrong += n
                scores[entity].invented.append(hidden.text)
    return scores


def is_value_only(report: Any, prompt: Prompt) -> bool:
    """Whether nothing but the labelled value was touched, by whatever rules."""
    if not prompt.entity:
        return False
    before, after = prompt.before.rstrip(), prompt.after.lstrip()
    return bool(report.text.startswith(before) and report.text.endswith(after))


def false_alarms(redact: Redact, texts: Iterable[str]) -> tuple[dict[str, Score], int]:
    """(by entity, what was found in texts that hold none; bytes read)."""
    scores = {entity: Score() for entity in MARKS}
    n_bytes = 0
    for text in texts:
        n_bytes += len(text.encode())
        for one in masking(redact(text, "log.body")):
            score = scores.get(entity_of(one.rule))
            if score is not None:
                score.wrong += 1
                at = (
                    slice(max(one.start - 40, 0), one.end + 30)
                    if one.start is not None
                    else slice(80)
                )
                score.invented.append(f"{one.rule}: {text[at]!r}")
    return scores, n_bytes
