"""Digits that are grouped or chosen as no telephone number is."""

from __future__ import annotations

import re
from itertools import pairwise

from spanloom.processors.redaction.oracle.detectors.phone.cluster import Candidate

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_MONTH = re.compile(r"0[1-9]|1[0-2]|[1-9]")
_DAY = re.compile(r"0[1-9]|[12][0-9]|3[01]|[1-9]")
_COMPACT_DATE = re.compile(
    r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[0-9]{4}|[0-9]{6})?"
)
_TIMESTAMP = re.compile(r"(?!1800[0-9]{6}\Z)1[5-9][0-9]{8}(?:[0-9]{3})?")


def is_other(candidate: Candidate) -> bool:
    """Whether a number without `+` is rather a date, a social security number, a version, ..."""
    return (
        is_placeholder(candidate.digits)
        or (len(candidate.sizes) == 1 and _is_binary_limit(int(candidate.digits)))
        or _has_date(candidate)
        or _is_dotted_other(candidate)
        or _is_grouped_other(candidate)
    )


def is_placeholder(digits: str) -> bool:
    """Two different digits at most, or all ascending or descending."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(digits)}
    return len(set(digits)) <= 2 or steps <= {1} or steps <= {9}  # noqa: PLR2004


def _is_binary_limit(number: int) -> bool:
    """A power of two, or one less: 4294967295, 2147483648."""
    return number & (number - 1) == 0 or number & (number + 1) == 0


def is_timestamp(digits: str) -> bool:
    """Seconds since 1970 from 2017 to 2033, in ten digits, or so many milliseconds.

    1800 and six more are free of charge in Australia, and no more than twelve days.
    """
    return _TIMESTAMP.fullmatch(digits) is not None


def _has_date(candidate: Candidate) -> bool:
    """A date or a year and a month anywhere inside, years from to, or what is counted so."""
    groups = candidate.groups
    triples = zip(groups, groups[1:], groups[2:], strict=False)
    if any(_is_date(*triple) for triple in triples):
        return True
    if len(groups) == 1:
        return _COMPACT_DATE.fullmatch(candidate.digits) is not None
    return _is_of_year(candidate)


def _is_of_year(candidate: Candidate) -> bool:
    """`2019-2024`, `1119/2024`."""
    if len(candidate.sizes) != 2:  # noqa: PLR2004
        return False
    is_case = candidate.separators == ["/"]
    first, second = (_YEAR.fullmatch(group) for group in candidate.groups)
    return bool(second and (is_case or first))


def _is_date(first: str, second: str, third: str) -> bool:
    if _YEAR.fullmatch(first):
        if _DAY.fullmatch(second) and _MONTH.fullmatch(third):
            return True
        if _MONTH.fullmatch(second) and len(second) == 2:  # noqa: PLR2004
            return True
    has_month = _MONTH.fullmatch(first) or _MONTH.fullmatch(second)
    has_days = _DAY.fullmatch(first) and _DAY.fullmatch(second)
    return bool(_YEAR.fullmatch(third) and has_days and has_month)


def _is_dotted_other(candidate: Candidate) -> bool:
    """Decimals, addresses, versions: `3.14159265`, `10.0.12.345`, `1.234.567.890`."""
    sizes, dots = candidate.sizes, [gap == "." for gap in candidate.separators]
    if not any(dots):
        return False
    if (sizes[0] == 1 or len(sizes) == 2) and dots[0]:  # noqa: PLR2004
        return True
    if not all(dots) and candidate.bracketed is None:
        return True
    if len(sizes) == 4:  # noqa: PLR2004
        return max(sizes) <= 3  # noqa: PLR2004
    return set(sizes[1:]) == {3} and candidate.digits[0] != "0"


def _is_grouped_other(candidate: Candidate) -> bool:
    """Social security numbers, parts of card numbers, ISBNs, ZIP codes, billions."""
    is_plain = candidate.bracketed is None
    sizes = candidate.sizes
    if candidate.crowded and set(sizes) == {4}:
        return True
    if sizes in ([3, 2, 4], [3, 2, 5], [5, 4]):
        return is_plain
    if sizes == [5, 3]:
        return candidate.separators == ["-"]
    is_billions = len(sizes) == 4 and sizes[0] <= 3 and sizes[1:] == [3, 3, 3]  # noqa: PLR2004
    if sizes[:3] == [4, 4, 4] or is_billions:
        return is_plain and candidate.digits[0] != "0"
    return len(sizes) > 1 and (sizes[-1] == 1 or sizes[1:] == [2])
