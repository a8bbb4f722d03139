"""Numbers with a calling code: `+49 30 ...`, `0049 30 ...`, `011 49 30 ...`."""

from __future__ import annotations

from typing import Literal

from spanloom.processors.redaction.oracle.detectors.phone import lookalike
from spanloom.processors.redaction.oracle.detectors.phone.cluster import Candidate
from spanloom.processors.redaction.oracle.detectors.phone.plan import plan

Mark = Literal["plus", "apart", "joined", "bare", "unmarked"]
"""How the calling code is announced: `00` or `011` apart from the rest or joined to it; bare:
by nothing but brackets or many groups; unmarked: digits alone."""
_PREFIXES = {"00": (2, 10), "011": (3, 12)}
"""How many digits the first group and the whole number need."""
_BARE_DIGITS_MIN = 10
_BARE_GROUPS_MIN = 4
_CODE_LEN_MAX = 3


def score(candidate: Candidate) -> int:
    """The score of a candidate as an international number; 0 if it is none."""
    found = _mark(candidate)
    if found is None:
        return 0
    mark, skipped = found
    groups = _without_trunk_zero(candidate, skipped)
    digits = "".join(groups)
    code_len, regions = plan().calling_code(digits)
    if not regions:
        return 0
    national = digits[code_len:]
    prefixes = [*regions[0].prefixes, ""]
    dialled = [national.removeprefix(p) for p in prefixes if national.startswith(p)]
    is_aligned = len(groups[0]) == code_len
    if any(plan().exists(regions, number) for number in dialled):
        return _valid_score(mark, is_aligned=is_aligned)
    lengths = frozenset[int]().union(*(region.lengths for region in regions))
    return _possible_score(
        mark,
        is_grouped=is_aligned and len(groups) >= 3,  # noqa: PLR2004
        is_possible=any(len(number) in lengths for number in dialled),
    )


def _valid_score(mark: Mark, *, is_aligned: bool) -> int:
    bare = 64 if is_aligned else 0
    return {"plus": 100, "apart": 85, "joined": 72, "bare": bare, "unmarked": 40}[mark]


def _possible_score(mark: Mark, *, is_grouped: bool, is_possible: bool) -> int:
    if mark not in ("plus", "apart"):
        return 0
    if not is_possible:
        return 30 if mark == "plus" else 0
    if is_grouped:
        return 62
    return 48 if mark == "plus" else 40


def _mark(candidate: Candidate) -> tuple[Mark, int] | None:
    """The mark and how many digits it has."""
    if candidate.plus:
        return None if lookalike.is_placeholder(candidate.digits) else ("plus", 0)
    if lookalike.is_other(candidate):
        return None
    n_digits, sizes = len(candidate.digits), candidate.sizes
    for prefix, (first_min, digits_min) in _PREFIXES.items():
        has_room = sizes[0] >= first_min and n_digits >= digits_min
        if candidate.digits.startswith(prefix) and has_room:
            return ("apart" if len(sizes) > 1 else "joined"), len(prefix)
    if candidate.crowded:
        return None
    if len(sizes) == 1:
        return ("unmarked", 0) if n_digits in (12, 13) else None
    is_bare = candidate.bracketed == (0, 0) or len(sizes) >= _BARE_GROUPS_MIN
    is_bare = is_bare and sizes[0] <= _CODE_LEN_MAX
    return ("bare", 0) if is_bare and n_digits >= _BARE_DIGITS_MIN else None


def _without_trunk_zero(candidate: Candidate, skipped: int) -> list[str]:
    """The groups after the mark, without a `(0)` that is only dialled inside the country."""
    kept, offset = [], 0
    for index, group in enumerate(candidate.groups):
        rest = group[max(0, skipped - offset) :]
        offset += len(group)
        is_bracketed = candidate.bracketed == (index, index)
        if rest and not (is_bracketed and rest == "0"):
            kept.append(rest)
    return kept
