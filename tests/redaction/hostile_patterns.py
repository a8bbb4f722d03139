"""Texts that a regular expression matches."""

import random
import re
import string
from typing import Any

from tests.redaction.hostile_entities import ALNUM

_PARSER: Any = re._parser  # type: ignore[attr-defined]

Rng = random.Random


def matching(rng: Rng, pattern: re.Pattern[bytes]) -> str:
    """A text that the pattern matches, look-around and boundaries aside."""
    parsed = _PARSER.parse(pattern.pattern, pattern.flags)
    return bytes(_bytes_of(rng, parsed)).decode("latin-1")


def _bytes_of(rng: Rng, parsed: Any) -> list[int]:
    return [byte for operator, argument in parsed for byte in _one(rng, str(operator), argument)]


def _one(rng: Rng, operator: str, argument: Any) -> list[int]:
    match operator:
        case "LITERAL":
            return [argument]
        case "NOT_LITERAL" | "ANY":
            return [rng.choice(ALNUM).encode()[0]]
        case "IN":
            return [rng.choice(_members(argument))]
        case "BRANCH":
            return _bytes_of(rng, rng.choice(argument[1]))
        case "SUBPATTERN":
            return _bytes_of(rng, argument[3])
    return _repeated(rng, *argument) if operator.endswith("REPEAT") else []


def _repeated(rng: Rng, low: int, high: Any, inner: Any) -> list[int]:
    n = rng.randint(low, min(int(high), low + rng.choice([0, 1, 8])))
    return [byte for _ in range(n) for byte in _bytes_of(rng, inner)]


def _members(argument: Any) -> list[int]:
    """The printable bytes of a class; any byte of it if there are none."""
    category = {
        "CATEGORY_DIGIT": string.digits,
        "CATEGORY_WORD": ALNUM + "_",
        "CATEGORY_SPACE": " \t\n",
    }
    found: set[int] = set()
    for operator, value in argument:
        match str(operator):
            case "LITERAL":
                found.add(value)
            case "RANGE":
                found.update(range(value[0], value[1] + 1))
            case "CATEGORY":
                found.update(category.get(str(value), "#").encode())
    if str(argument[0][0]) == "NEGATE":
        found = set(range(33, 127)) - found
    return sorted(byte for byte in found if 32 <= byte < 127) or sorted(found) or [120]
