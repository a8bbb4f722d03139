"""Writes on an item, a resource or a scope what was found in it.

What an earlier pass wrote is merged, so that nothing is there twice; a pass that finds the
same again writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from spanloom.processors.redaction.oracle import own
from spanloom.processors.redaction.oracle.own import OwnValue
from spanloom.processors.redaction.oracle.tally import Tally

_SCORE_STEPS = 1e4


def tell(attributes: Any, tally: Tally, summary: str, digest: str) -> None:
    """Adds to `attributes` what the tally tells."""
    if tally.is_silent:
        return
    told = _injection(tally)
    if summary != "silent":
        told = _findings(tally, digest, is_debug=summary == "debug") | told
    rules = tally.document.rules
    of_rules = sorted({rules[rule].attribute or "" for rule in tally.found} - {""})
    told |= dict.fromkeys(of_rules, True)
    for key, value in told.items():
        if not _is_told(tally, key, value):
            _replace(attributes, key, value)


def _is_told(tally: Tally, key: str, value: OwnValue) -> bool:
    """Whether an attribute says so already, and no other of that key says otherwise."""
    values = [held for name, held in tally.own if name == key]
    return bool(values) and all(type(held) is type(value) and held == value for held in values)


def _replace(attributes: Any, key: str, value: OwnValue) -> None:
    for index in reversed(range(len(attributes))):
        if attributes[index].key == key:
            del attributes[index]
    attributes.append(own.write(key, value))


def _findings(tally: Tally, digest: str, *, is_debug: bool) -> dict[str, OwnValue]:
    rules = tally.document.rules
    ids = {rules[rule].id for rule in tally.found if rules[rule].signal is None}
    if not (tally.n_masked or ids or (is_debug and tally.n_redacted)):
        return {}
    told: dict[str, OwnValue] = {
        own.MASKED_COUNT: tally.n_masked + sum(_held(tally, own.MASKED_COUNT)),
        own.RULES: _united(tally, own.RULES, ids),
        own.RULESET: digest,
    }
    if is_debug:
        masked = _united(tally, own.MASKED_KEYS, tally.masked_keys)
        redacted = _united(tally, own.REDACTED_KEYS, tally.redacted_keys)
        # A key may be empty, and so may the list of it.
        told[own.MASKED_KEYS] = ",".join(masked) if masked else []
        told[own.REDACTED_KEYS] = ",".join(redacted) if redacted else []
        told[own.REDACTED_COUNT] = tally.n_redacted + sum(_held(tally, own.REDACTED_COUNT))
        # Those of an earlier pass are still there, and counted again.
        told[own.IGNORED_COUNT] = max([tally.n_ignored, *_held(tally, own.IGNORED_COUNT)])
    return {key: value for key, value in told.items() if value or value == ""}


def _held(tally: Tally, key: str) -> list[Any]:
    """What the attributes of this key hold that are there already."""
    return [held for name, held in tally.own if name == key and held is not None]


def _united(tally: Tally, key: str, texts: Iterable[str]) -> list[str]:
    """In the order of their bytes."""
    united = set(texts)
    for held in _held(tally, key):
        united |= set(held.split(",") if isinstance(held, str) else held)
    return sorted(united, key=str.encode)


def _injection(tally: Tally) -> dict[str, OwnValue]:
    """The score of the signals as independent evidence, from the threshold on."""
    rules = [tally.document.rules[rule] for rule in sorted(tally.signals)]
    score = 1.0 - math.prod(1.0 - rule.signal.weight for rule in rules if rule.signal)
    if tally.loudest is None or score < tally.document.injection.threshold:
        return {}
    score = math.floor(score * _SCORE_STEPS + 0.5) / _SCORE_STEPS
    earlier = max([0.0, *_held(tally, own.SCORE)])
    told: dict[str, OwnValue] = {
        own.SCORE: max(score, earlier),
        own.SIGNALS: _united(tally, own.SIGNALS, {rule.id for rule in rules}),
    }
    if score > earlier or not _held(tally, own.LOCATION):
        told[own.LOCATION] = tally.loudest[1]
    return told
