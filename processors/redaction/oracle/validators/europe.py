"""Numbers of European countries."""

from __future__ import annotations

import re
import string

from spanloom.processors.redaction.oracle.validators.digits import (
    compact,
    digits,
    just,
    weighted,
)

_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")
_NIR = re.compile(r"[1-478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}")
_NIF = re.compile(r"[XYZ0-9][0-9]{7}[A-Z]")
_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CODICE = re.compile(r"[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPR-T][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]")
_CODICE_ODD = (
    *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18),
    *(20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
)


def uk_nhs(text: bytes) -> bool:
    """NHS number: ten digits, modulo 11."""
    number = just(text, 10)
    return bool(number) and -weighted(number[:9], range(10, 1, -1)) % 11 == number[9]


def uk_nino(text: bytes) -> bool:
    """National insurance number: HMRC's letters, six digits, A to D."""
    return _NINO.fullmatch(compact(text)) is not None


def de_steuer_id(text: bytes) -> bool:
    """Eleven digits: one of the first ten occurs two or three times, the others at most once."""
    number = just(text, 11)
    repeated = [count for digit in range(10) if (count := number[:10].count(digit)) > 1]
    if not number or number[0] == 0 or repeated not in ([2], [3]):
        return False
    product = 10
    for digit in number[:10]:
        product = ((product + digit) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == number[10]


def fr_nir(text: bytes) -> bool:
    """Thirteen places and a key modulo 97; Corsica's 2A and 2B count as 19 and 18."""
    code = compact(text)
    if not _NIR.fullmatch(code):
        return False
    number = code.replace("2A", "19").replace("2B", "18")
    return 97 - int(number[:13]) % 97 == int(number[13:])


def es_nif(text: bytes) -> bool:
    """NIF, and NIE with its X, Y or Z: a letter for the number modulo 23."""
    code = compact(text)
    if not _NIF.fullmatch(code):
        return False
    number = int(code[0].translate(str.maketrans("XYZ", "012")) + code[1:8])
    return _NIF_LETTERS[number % 23] == code[8]


def it_codice_fiscale(text: bytes) -> bool:
    """Sixteen characters of which the last follows from the others."""
    code = compact(text)
    if not _CODICE.fullmatch(code):
        return False
    values = [
        int(character) if character.isdigit() else string.ascii_uppercase.index(character)
        for character in code
    ]
    # Places are counted from one, so the first is odd.
    total = sum(_CODICE_ODD[value] for value in values[0:15:2]) + sum(values[1:15:2])
    return total % 26 == values[15]


def nl_bsn(text: bytes) -> bool:
    """Citizen service number: the test of eleven with -1 for the last digit."""
    number = just(text, 9)
    return bool(number) and weighted(number[:8], range(9, 1, -1)) % 11 == number[8]


def pl_pesel(text: bytes) -> bool:
    """Eleven digits that begin with a date of birth whose month tells the century."""
    number = digits(text)
    if len(number) != 11:  # noqa: PLR2004
        return False
    month, day = (number[2] * 10 + number[3]) % 20, number[4] * 10 + number[5]
    check = -weighted(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10
    return 1 <= month <= 12 and 1 <= day <= 31 and check == number[10]  # noqa: PLR2004
