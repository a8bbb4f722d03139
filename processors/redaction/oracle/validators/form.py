"""What is told by its form: vehicles, places, UUIDs."""

from __future__ import annotations

import re

from spanloom.processors.redaction.oracle.validators.digits import compact, weighted

_VIN = re.compile(r"(?!(.)\1*\Z)[0-9A-HJ-NPR-Z]{17}")
_VIN_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "012345678912345678123457923456789", strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_NUMBER = re.compile(rb"[0-9.+-]+")
_DECIMAL = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_UUID = re.compile(
    rb"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[1-8][0-9A-Fa-f]{3}-[89abAB][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}"
)


def vin(text: bytes) -> bool:
    """ISO 3779 with the check digit of North America in ninth place."""
    code = compact(text)
    if not _VIN.fullmatch(code):
        return False
    values = [int(_VIN_VALUES[character]) for character in code]
    return "0123456789X"[weighted(values, _VIN_WEIGHTS) % 11] == code[8]


def geo_coordinates(text: bytes) -> bool:
    """Two decimal numbers: degrees of latitude and of longitude."""
    numbers = [float(part) for part in _NUMBER.findall(text) if _DECIMAL.fullmatch(part)]
    return len(numbers) == 2 and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180  # noqa: PLR2004


def uuid(text: bytes) -> bool:
    """RFC 9562: versions 1 to 8, the usual variant."""
    return _UUID.fullmatch(text) is not None
