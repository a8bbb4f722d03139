"""Numbers as they are dialled inside a country."""

from __future__ import annotations

import re
from enum import IntEnum

from spanloom.processors.redaction.oracle.detectors.phone import lookalike
from spanloom.processors.redaction.oracle.detectors.phone.cluster import Candidate
from spanloom.processors.redaction.oracle.detectors.phone.plan import Region, plan

_LENGTHS = range(7, 14)
_LONG = 9
_MOBILE_SERIES = re.compile(r"69[0-9]{8}|1[3-9][0-9]{9}|89[0-9]{9}")
"""Mobile numbers of Greece, China and Russia: so few among all numbers of their length."""


class Fit(IntEnum):
    """How a number fits the plan of a region."""

    NONE = 0
    VALID = 1
    """It exists there."""
    GROUPED = 2
    """It is grouped as it is written there, too."""


def score(candidate: Candidate, *, is_thorough: bool) -> int:
    """The score of a candidate as a national number; 0 if it is none.

    Only a thorough look finds what is not grouped as in its region.
    """
    is_listed = candidate.crowded and not is_thorough
    if candidate.plus or is_listed or len(candidate.digits) not in _LENGTHS:
        return 0
    if lookalike.is_other(candidate):
        return 0
    fit = max(_region_fit(candidate, region) for region in plan().homes)
    if fit == Fit.GROUPED:
        return _fit_score(candidate, fit)
    is_field = candidate.listed and len(candidate.sizes) > 1
    if candidate.crowded or is_field or not is_thorough:
        return 0
    return _fit_score(candidate, fit) if fit == Fit.VALID else _unknown_score(candidate)


def _region_fit(candidate: Candidate, region: Region) -> Fit:
    fits = [
        _grouping_fit(candidate, region, prefix)
        for prefix in [*region.prefixes, ""]
        if candidate.digits.startswith(prefix)
        and region.knows(candidate.digits.removeprefix(prefix))
    ]
    return max(fits, default=Fit.NONE)


def _grouping_fit(candidate: Candidate, region: Region, prefix: str) -> Fit:
    groups, is_prefixed = plan().grouping(region, candidate.digits.removeprefix(prefix))
    if not groups or len(candidate.sizes) == 1 or (is_prefixed and not prefix):
        return Fit.VALID
    # The prefix stands before the first group or inside it.
    joined = [groups[0] + len(prefix), *groups[1:]]
    apart = [len(prefix), *groups] if prefix else joined
    return Fit.GROUPED if candidate.sizes in (joined, apart) else Fit.VALID


def _fit_score(candidate: Candidate, fit: Fit) -> int:
    """Of a number that exists."""
    if len(candidate.sizes) == 1:
        return _joined_score(candidate.digits)
    if candidate.bracketed is not None:
        return 100 if fit == Fit.GROUPED else _bracketed_score(candidate)
    if _is_dialled(candidate):
        return _dialled_score(candidate, fit)
    return _grouped_score(candidate) if fit == Fit.GROUPED else _loose_score(candidate)


def _bracketed_score(candidate: Candidate) -> int:
    """Of a number in brackets that is grouped otherwise."""
    if _is_dialled(candidate):
        return 68
    is_long = len(candidate.digits) >= _LONG
    return 62 if candidate.bracketed == (0, 0) and is_long else 45


def _dialled_score(candidate: Candidate, fit: Fit) -> int:
    """Of a number with a prefix before it."""
    is_long = len(candidate.digits) >= _LONG
    if fit == Fit.GROUPED:
        return 70 if is_long or len(candidate.sizes) != 2 else 45  # noqa: PLR2004
    return 62 if is_long else 45


def _is_dialled(candidate: Candidate) -> bool:
    """Whether a national prefix seems to come first: 0, or one digit of ten and more."""
    is_apart = candidate.sizes[0] == 1 and len(candidate.digits) > _LONG
    return is_apart or candidate.digits[0] == "0"


def _joined_score(digits: str) -> int:
    """Of digits without a separator."""
    if lookalike.is_timestamp(digits):
        return 24
    is_led = digits[0] == "0" and 9 <= len(digits) <= 11  # noqa: PLR2004
    if is_led or _MOBILE_SERIES.fullmatch(digits):
        return 60
    if digits[0] != "0" and len(digits) >= 10:  # noqa: PLR2004
        return {10: 45, 11: 35}.get(len(digits), 0)
    return 35


def _grouped_score(candidate: Candidate) -> int:
    """Of a number grouped as in its region, without prefix or brackets."""
    sizes, separator = candidate.sizes, candidate.separators[-1]
    if sizes == [3, 3, 4]:
        return {"-": 70, ".": 66}.get(separator, 62)
    if len(sizes) == 2 or sizes in ([1, 3, 3], [2, 3, 3], [2, 2, 2, 2]):  # noqa: PLR2004
        return 40
    return 45 if separator == "." else 60


def _loose_score(candidate: Candidate) -> int:
    """Of a number that exists but is grouped otherwise, without prefix or brackets."""
    sizes = candidate.sizes
    is_even = len(sizes) > 2 and min(sizes) >= 2 and max(sizes) <= 4  # noqa: PLR2004
    is_even = is_even and sizes[-2:] != [4, 2] and 9 <= len(candidate.digits) <= 11  # noqa: PLR2004
    is_dotted = "." in candidate.separators
    return 50 if (sizes == [3, 2, 3] or is_even) and not is_dotted else 35


def _unknown_score(candidate: Candidate) -> int:
    """Of a number that exists in no home region."""
    n_digits = len(candidate.digits)
    is_timestamp = lookalike.is_timestamp(candidate.digits)
    if len(candidate.sizes) == 1 and (n_digits != 10 or is_timestamp):  # noqa: PLR2004
        return 0
    return 26 if n_digits <= 11 else 0  # noqa: PLR2004
