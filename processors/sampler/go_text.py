"""The text of an attribute's value as Go writes it: what the Collector hashes."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np


def go_text(value: Any) -> str:
    """What the Collector's `AsString` (pdata 1.70) makes of an attribute's value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, list | dict):
        try:
            return _json(value)
        except OverflowError:
            return ""
    return "" if value is None else str(value)


def _json(value: Any) -> str:
    """As Go's `encoding/json` writes a list or map, without its escapes for HTML.

    Raises:
        OverflowError: A number in it is not finite.
    """
    match value:
        case None:
            return "null"
        case dict():
            pairs = (f"{_json(key)}:{_json(value[key])}" for key in sorted(value))
            return "{" + ",".join(pairs) + "}"
        case list():
            return "[" + ",".join(map(_json, value)) + "]"
        case bytes():
            return f'"{base64.b64encode(value).decode()}"'
        case str():
            text = json.dumps(value, ensure_ascii=False)
            return text.replace("\u2028", r"\u2028").replace("\u2029", r"\u2029")
        case float() if not math.isfinite(value):
            raise OverflowError
        case _:
            return go_text(value)


def _float(value: float) -> str:
    """The shortest digits; with an exponent below 1e-6 and from 1e21 on."""
    if not math.isfinite(value):
        return "json: unsupported value: " + {"nan": "NaN", "inf": "+Inf"}.get(str(value), "-Inf")
    text = repr(value)
    if value == 0 or 1e-6 <= abs(value) < 1e21:  # noqa: PLR2004 - encoding/json's bounds
        plain = np.format_float_positional(value, trim="-")
        return str(plain)
    mantissa, _, exponent = text.partition("e")
    sign, digits = exponent[0], exponent.lstrip("+-").lstrip("0")
    return f"{mantissa.removesuffix('.0')}e{sign}{digits.zfill(1 if sign == '-' else 2)}"
