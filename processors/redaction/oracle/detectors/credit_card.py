"""`credit_card`: issuer ranges, their lengths, Luhn, and one way of grouping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from spanloom.processors.redaction.oracle.detectors.anchors import Detector, Match, Site, digits
from spanloom.processors.redaction.oracle.detectors.look import (
    ALNUM,
    at,
    digit_run,
    joined_after,
    joined_before,
    next_group,
)
from spanloom.processors.redaction.oracle.validators.digits import luhn

_DIGITS_MIN = 12
_DIGITS_MAX = 19
_PHONE_DIGITS_MAX = 15
_GROUPED = 95
_UNGROUPED = 90
_TWELVE = 70
_DOUBTFUL = 40
_LINK = re.compile(rb"-[0-9A-Za-z]")
_SPELLED = re.compile(rb"(?<![0-9] )[0-9](?: [0-9](?![0-9]))+")
"""As digits are dictated."""
_CODE = re.compile(rb"(?<=/[A-Z]{2})")
"""That of an issuer, as travel agencies write it: `/VI4111`."""
_TRACK = re.compile(rb"[Dd][0-9]{7}")
"""What follows the number on a card's second track: expiry date and service code."""


class _Issuer(NamedTuple):
    """A range of issuer numbers: of the first digits, both ends included."""

    first: int
    last: int
    lengths: Sequence[int]
    n_prefix: int = 0

    def has(self, number: str) -> bool:
        prefix = int(number[: self.n_prefix or len(str(self.first))])
        return len(number) in self.lengths and self.first <= prefix <= self.last


_ISSUERS = [
    _Issuer(4, 4, (13, 16, 19)),
    _Issuer(51, 55, (16,)),
    _Issuer(2221, 2720, (16,)),
    _Issuer(34, 34, (15,)),
    _Issuer(37, 37, (15,)),
    _Issuer(300, 305, (14, 16, 17, 18, 19)),
    _Issuer(309, 309, (14,)),
    _Issuer(36, 36, range(14, 20)),
    _Issuer(38, 39, (14, 16, 17, 18, 19)),
    _Issuer(3528, 3589, range(17, 20)),
    _Issuer(35, 35, (16,)),
    _Issuer(2131, 2131, (15,)),
    _Issuer(1800, 1800, (15,)),
    _Issuer(6011, 6011, range(16, 20)),
    _Issuer(644, 649, range(16, 20)),
    _Issuer(65, 65, range(16, 20)),
    _Issuer(6069, 6085, (16,)),
    _Issuer(82, 82, (16,)),
    _Issuer(6062, 6062, (16,)),
    _Issuer(6362, 6363, (16,)),
    _Issuer(2200, 2204, range(16, 20)),
    _Issuer(9792, 9792, (16,)),
    _Issuer(8600, 8600, (16,)),
    _Issuer(9860, 9860, (16,)),
    _Issuer(62, 62, range(16, 20)),
    _Issuer(81, 81, range(16, 20)),
    _Issuer(50, 50, range(12, 20)),
    _Issuer(56, 58, range(12, 20)),
    _Issuer(6304, 6304, range(12, 20)),
    _Issuer(6390, 6390, range(12, 20)),
    _Issuer(6759, 6759, range(12, 20)),
    _Issuer(6761, 6763, range(12, 20)),
    _Issuer(6767, 6767, range(16, 20)),
    _Issuer(604, 604, (12,), n_prefix=4),
]

_TWELVE_IN_FOURS = (4, 4, 4)
_GROUPINGS = [
    (4, 4, 4, 4, 3),
    (4, 4, 4, 4, 2),
    (4, 4, 4, 4, 1),
    (6, 13),
    (4, 4, 4, 4),
    (4, 6, 5),
    (4, 4, 4, 3),
    (4, 6, 4),
    (4, 4, 4, 2),
    (4, 4, 4, 1),
    (4, 4, 5),
    (4, 3, 3, 3),
    _TWELVE_IN_FOURS,
]


def _grouped(sizes: Sequence[int]) -> re.Pattern[bytes]:
    """Groups of these sizes with one kind of separator."""
    first, *rest = sizes
    groups = "".join(f"(?P=joint)[0-9]{{{size}}}" for size in rest[1:])
    whole = f"[0-9]{{{first}}}(?P<joint>  ?|[-.])[0-9]{{{rest[0]}}}{groups}"
    # Twelve digits in fours may be the start of any other number.
    more = "(?!(?P=joint)[0-9])" if sizes == _TWELVE_IN_FOURS else ""
    return re.compile(rf"{whole}(?![0-9A-Za-z]|\.[0-9]){more}".encode())


_GROUPED_FORMS = [_grouped(sizes) for sizes in _GROUPINGS]


def detect(site: Site) -> Iterator[Match]:
    start = site.start
    while start + _DIGITS_MIN <= site.end:
        n_digits = digit_run(site.text, start, _DIGITS_MAX + 1)
        card = _card_at(site.text, start, n_digits)
        if card:
            end, score = card
            yield Match(start, end, score)
            start = end
        else:
            start = next_group(site, start + n_digits)


def _card_at(text: bytes, start: int, n_digits: int) -> tuple[int, int] | None:
    """The end and the score of the card whose first group has `n_digits`."""
    is_inside = at(text, start - 1) in ALNUM and not _CODE.match(text, start)
    if is_inside or joined_before(text, start, b"."):
        return None
    if _DIGITS_MIN <= n_digits <= _DIGITS_MAX:
        end = start + n_digits
        score = 0 if _is_part(text, start, end) else _score(text[start:end], _UNGROUPED)
        return (end, score) if score else None
    spelled = _SPELLED.match(text, start) if n_digits == 1 else None
    if spelled and (score := _score(spelled[0], _DOUBTFUL)):
        return spelled.end(), min(score, _DOUBTFUL)
    for form in _GROUPED_FORMS:
        found = form.match(text, start)
        if found and (score := _score(found[0], _GROUPED)):
            return found.end(), score
    return None


def _is_part(text: bytes, start: int, end: int) -> bool:
    """Of a word, a decimal, a chain of hyphens, or a telephone number of at most 15 digits."""
    is_phone = at(text, start - 1) == ord("+") and end - start <= _PHONE_DIGITS_MAX
    is_link = joined_before(text, start, b"-") and _LINK.match(text, end)
    is_part = bool(is_phone or is_link) or joined_after(text, end, b".")
    return is_part or (at(text, end) in ALNUM and not _TRACK.match(text, end))


def _score(shown: bytes, sure: int) -> int:
    """How sure a number of this form is a card; 0 if it is none."""
    number = re.sub(r"[^0-9]", "", shown.decode())
    if not any(issuer.has(number) for issuer in _ISSUERS) or not luhn(shown):
        return 0
    if len(number) == _DIGITS_MIN:
        return _TWELVE
    is_bar_code = len(number) == 13 and sure == _UNGROUPED and _has_ean_check(number)  # noqa: PLR2004
    return _DOUBTFUL if is_bar_code else sure


def _has_ean_check(number: str) -> bool:
    """Whether the last digit is the one that EAN-13 asks for."""
    return sum(int(digit) * (1, 3)[i % 2] for i, digit in enumerate(number)) % 10 == 0


CREDIT_CARD = Detector("credit_card", (digits(_DIGITS_MIN),), detect)
