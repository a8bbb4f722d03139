"""Numbers of the United States, Canada, Brazil, Australia and India."""

from __future__ import annotations

import re

from spanloom.processors.redaction.oracle.validators.digits import (
    compact,
    digits,
    just,
    luhn_sum,
    weighted,
)

_ITIN_GROUPS = {*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)}
_ABA_DISTRICTS = {*range(13), *range(21, 33), *range(61, 73), 80}
_PAN = re.compile(r"[A-Z]{3}[ABCFGHJLPTK][A-Z][0-9]{4}[A-Z]")


def us_itin(text: bytes) -> bool:
    """Individual taxpayer identification: 9xx, and a group out of the ranges given out."""
    number = just(text, 9)
    return number[:1] == [9] and number[3] * 10 + number[4] in _ITIN_GROUPS


def us_npi(text: bytes) -> bool:
    """National provider identifier: Luhn with 80840 in front."""
    number = just(text, 10)
    return number[:1] in ([1], [2]) and luhn_sum([8, 0, 8, 4, 0, *number]) % 10 == 0


def us_aba(text: bytes) -> bool:
    """Routing number: a Federal Reserve range, and weights 3, 7, 1."""
    number = just(text, 9)
    is_known = bool(number) and number[0] * 10 + number[1] in _ABA_DISTRICTS
    return is_known and weighted(number, [3, 7, 1] * 3) % 10 == 0


def ca_sin(text: bytes) -> bool:
    """Social insurance number; 0 and 8 are not given out to persons."""
    number = just(text, 9)
    return bool(number) and number[0] not in (0, 8) and luhn_sum(number) % 10 == 0


def br_cpf(text: bytes) -> bool:
    """Two check digits modulo 11."""
    number = just(text, 11)
    return bool(number) and number[9:] == [
        _brazilian_check(number, range(10, 1, -1)),
        _brazilian_check(number, range(11, 1, -1)),
    ]


def br_cnpj(text: bytes) -> bool:
    """Of companies; since 2026 its first twelve places may be letters, worth their code - 48."""
    code = compact(text)
    values = [ord(character) - ord("0") for character in code]
    return (
        len(code) == 14  # noqa: PLR2004
        and len(set(code)) > 1
        and values[12:]
        == [
            _brazilian_check(values, (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)),
            _brazilian_check(values, (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)),
        ]
    )


def _brazilian_check(values: list[int], weights: range | tuple[int, ...]) -> int:
    rest = weighted(values, weights) % 11
    return 0 if rest < 2 else 11 - rest  # noqa: PLR2004


def au_tfn(text: bytes) -> bool:
    """Tax file number of nine digits."""
    number = just(text, 9)
    return bool(number) and weighted(number, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def au_medicare(text: bytes) -> bool:
    """Medicare card: ten digits, or eleven with the person's place on the card."""
    number = digits(text)
    if len(number) not in (10, 11) or not 2 <= number[0] <= 6:  # noqa: PLR2004
        return False
    return weighted(number, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == number[8]


def in_pan(text: bytes) -> bool:
    """Permanent account number: three letters, the kind of holder, a letter, digits, a letter."""
    return _PAN.fullmatch(compact(text)) is not None
