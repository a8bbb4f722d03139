"""Texts of attributes, as the Collector's `AsString` (pdata 1.70) printed them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from spanloom.processors.sampler.go_text import go_text

NESTED = {
    "z<&>": 'é\u2028\u2029\b\f\n\r\t\x01\x7f"\\/',
    "d": 1e21,
    "e": 0.1,
    "f": 3.0,
    "g": 1e-7,
    "i": -5,
    "b": True,
    "n": None,
    "y": b"\x01\x02\xff",
    "s": ["x", None],
    "m": {},
    "é": "😀",
}
PRINTED = (
    r'{"b":true,"d":1e+21,"e":0.1,"f":3,"g":1e-7,"i":-5,"m":{},"n":null,"s":["x",null],'
    r'"y":"AQL/","z<&>":"é\u2028\u2029\b\f\n\r\t\u0001'
    "\x7f"
    r'\"\\/","é":"😀"}'
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NESTED, PRINTED),
        ([math.nan], ""),
        ({"a": [math.inf]}, ""),
        ("é", "é"),
        (True, "true"),
        (7, "7"),
    ],
)
def test_text_is_that_of_the_collector(value: Any, text: str) -> None:
    assert go_text(value) == text
