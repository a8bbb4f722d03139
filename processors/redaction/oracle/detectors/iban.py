"""`iban`: the country says where the number ends, so that the next word is never swallowed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import (
    COUNTRY_CHECK,
    Detector,
    Match,
    Site,
    word,
)
from spanloom.processors.redaction.oracle.detectors.look import ALNUM, at
from spanloom.processors.redaction.oracle.validators.digits import mod97

_SCORE = 95
_UNEVEN = 75
_GROUP = 4
_CHARACTERS_MIN = 15
"""Norway's."""
_START = re.compile(rb"([A-Za-z]{2})(?!00|01|99)[0-9]{2}")
_FIELD = re.compile(rb"(?<=\?)[0-9]{2}")
"""Of MT940: `?31DE...`."""

_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
"""By length, in the registry of SWIFT (ISO 13616)."""
_LENGTHS = {code: length for length, codes in _COUNTRIES.items() for code in codes.split()}


def detect(site: Site) -> Iterator[Match]:
    """In groups they begin with a country and a check number, others are words."""
    field = _FIELD.match(site.text, site.start)
    start = field.end() if field else site.start
    head = _START.match(site.text, start)
    length = _LENGTHS.get(head[1].decode().upper()) if head else None
    end, score = _extent(site.text, start, length) if length else (0, 0)
    if end and mod97(site.text[start:end]):
        yield Match(start, end, score)


def _extent(text: bytes, start: int, length: int) -> tuple[int, int]:
    """The end of so many letters and digits with at most one space or hyphen between two.

    Always the same one. 0 if there are none; the score is less if not all groups are of four.
    """
    end, n_taken, score, joints = start, 0, _SCORE, set[int]()
    while n_taken < length:
        if at(text, end) in ALNUM:
            n_taken += 1
        else:
            joints.add(at(text, end))
            if at(text, end - 1) not in ALNUM or joints not in ({ord(" ")}, {ord("-")}):
                return 0, 0
            if n_taken % _GROUP:
                score = _UNEVEN
        end += 1
    return (0, 0) if at(text, end) in ALNUM else (end, score)


IBAN = Detector("iban", (COUNTRY_CHECK, word(_CHARACTERS_MIN)), detect)
