"""Plain YAML scalars, read as the Collector reads them, and the traps in them."""

from __future__ import annotations

import re

from spanloom.config.tree import Scalar

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)")
_RADIX = re.compile(r"([-+]?)0([xob])([0-9a-fA-F_]+)")
_OCTAL_OLD = re.compile(r"([-+]?)0([0-7_]+)")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_NAN = {".nan", ".NaN", ".NAN"}
_BOOL_1_1 = re.compile(r"(?:yes|no|on|off)", re.IGNORECASE)
_SEXAGESIMAL = re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+")
_DIGITS_MAX = 400  # beyond every number; int() has a limit of its own


def read_scalar(text: str) -> Scalar:
    """The value of a plain (unquoted) scalar: null, bool, int, float or string.

    As Go's yaml.v3: `yes`, `on`, `22:22` and dates are strings, `0123` is octal.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if len(text) > _DIGITS_MAX:
        return text
    number = _integer(text)
    return _floating(text) if number is None else number


def trap(text: str) -> str | None:
    """What may surprise in a plain scalar, as a sentence; None mostly.

    Numbers are not quoted: nobody knows yet whether the field is a secret.
    """
    if _BOOL_1_1.fullmatch(text):
        return f"{text!r} is a string, not a boolean; write true or false, or put it in quotes"
    match = _OCTAL_OLD.fullmatch(text)
    if match and _digits(match[2], 8) is not None:
        return "a number with a leading 0 is octal; write 0o or put it in quotes"
    if _SEXAGESIMAL.fullmatch(text):
        return "digits with colons are a string here, a number to others; put it in quotes"
    return None


def _integer(text: str) -> int | None:
    if _INT.fullmatch(text):
        return int(text.replace("_", ""))
    match = _RADIX.fullmatch(text)
    if match:
        number = _digits(match[3], {"x": 16, "o": 8, "b": 2}[match[2]])
    else:
        match = _OCTAL_OLD.fullmatch(text)
        number = _digits(match[2], 8) if match else None
    if match is None or number is None:
        return None
    return -number if match[1] == "-" else number


def _digits(text: str, base: int) -> int | None:
    try:
        return int(text.replace("_", ""), base)
    except ValueError:
        return None


def _floating(text: str) -> float | str:
    match = _SPECIAL.fullmatch(text)
    if match:
        return float(match[1] + "inf")
    if text in _NAN:
        return float("nan")
    return float(text.replace("_", "")) if _FLOAT.fullmatch(text) else text
