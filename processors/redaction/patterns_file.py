"""instrumentation-sdk's `patterns.yaml`, as its users have it.

    patterns:
      - {name: email, type: PII_STRUCTURAL, regex: '[a-z.]+@[a-z.]+'}
      - {name: override, type: INJECTION_ATTEMPT, phrases: [ignore previous instructions]}

Four types set two attributes: PII_STRUCTURAL and FORBIDDEN_TOPIC `llm.pii_detected`,
INJECTION_ATTEMPT and JAILBREAK_PHRASE `llm.injection_attempt`. Phrases match in any case
and inside words too, as there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from spanloom import component
from spanloom.processors.redaction.actions import Action
from spanloom.processors.redaction.rule import Rule, Text

PREFIX = "patterns."
"""Before the names in rule ids, so that a pattern `email` leaves the shipped rule alone."""

_PII = frozenset({"PII_STRUCTURAL", "FORBIDDEN_TOPIC"})
_NOT_ID = re.compile(r"[^a-z0-9_.]+")


class Pattern(component.Config):
    """One pattern."""

    name: str = Field(min_length=1, max_length=80)
    """Its name."""

    type: Literal["PII_STRUCTURAL", "FORBIDDEN_TOPIC", "INJECTION_ATTEMPT", "JAILBREAK_PHRASE"]
    """What finding it means."""

    regex: str | None = Field(default=None, max_length=10_000)
    """A regular expression."""

    phrase: Text | None = None
    """A phrase."""

    phrases: list[Text] = Field(default_factory=list)
    """Phrases."""

    @model_validator(mode="after")
    def _finds_something(self) -> Self:
        if not (self.regex or self.phrase or self.phrases):
            raise ValueError("needs one of regex, phrase, phrases")
        return self


class PatternsFile(component.Config):
    """The whole file."""

    patterns: list[Pattern] = Field(min_length=1)
    """The patterns."""


def rules_of(pattern: Pattern) -> Iterator[Rule]:
    """The same as rules: one for the regular expression, one for the phrases."""
    rule_id = PREFIX + _NOT_ID.sub("_", pattern.name.lower())
    if pattern.regex:
        yield _with_consequence(Rule(id=rule_id, regex=pattern.regex), pattern)
        rule_id += ".phrases"
    phrases = [*pattern.phrases, *([pattern.phrase] if pattern.phrase else [])]
    if phrases:
        rule = Rule(id=rule_id, phrases=phrases, whole_words=False)
        yield _with_consequence(rule, pattern)


def _with_consequence(rule: Rule, pattern: Pattern) -> Rule:
    """The rule with what its type asks for; the text of an injection is kept."""
    private = pattern.type in _PII
    changes = {
        "description": f"{pattern.name} of patterns.yaml",
        "label": pattern.type,
        "action": Action("token" if private else "flag"),
        "attribute": "llm.pii_detected" if private else "llm.injection_attempt",
    }
    return rule.model_copy(update=changes)
