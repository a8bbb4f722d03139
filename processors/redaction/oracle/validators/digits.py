"""Check digits. Whatever is no digit (or letter, where these count) is a separator."""

from __future__ import annotations

import re
from collections.abc import Sequence


def digits(text: bytes) -> list[int]:
    return [int(digit) for digit in re.findall(rb"[0-9]", text)]


def just(text: bytes, n: int) -> list[int]:
    """The digits, if there are `n` and not all the same; else none."""
    found = digits(text)
    return found if len(found) == n and len(set(found)) > 1 else []


def compact(text: bytes) -> str:
    """Letters in upper case and digits, without what stands between them."""
    return re.sub(rb"[^0-9A-Za-z]", b"", text).decode().upper()


def weighted(values: Sequence[int], weights: Sequence[int]) -> int:
    """The sum of the products, as far as both go."""
    return sum(value * weight for value, weight in zip(values, weights, strict=False))


def luhn_sum(values: Sequence[int]) -> int:
    """Every second digit from the right is doubled."""
    doubled = [sum(divmod(2 * value, 10)) for value in values[-2::-2]]
    return sum(values[-1::-2]) + sum(doubled)


def luhn(text: bytes) -> bool:
    """ISO/IEC 7812."""
    return any(digits(text)) and luhn_sum(digits(text)) % 10 == 0


def mod97(text: bytes) -> bool:
    """ISO 13616 (IBAN): the first four characters go to the end, letters count from 10."""
    code = compact(text)
    turned = "".join(str(int(character, 36)) for character in code[4:] + code[:4])
    return len(code) > len("GB82") and int(turned) % 97 == 1


_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def verhoeff(text: bytes) -> bool:
    """Over the dihedral group of order ten, as in Aadhaar."""
    total = 0
    for index, digit in enumerate(reversed(digits(text))):
        permuted = digit
        for _ in range(index % 8):
            permuted = _PERMUTATION[permuted]
        total = _dihedral(total, permuted)
    return total == 0 and any(digits(text))


def _dihedral(left: int, right: int) -> int:
    """The product: 0 to 4 are rotations, 5 to 9 reflections."""
    turn = right % 5 if left < 5 else -right % 5  # noqa: PLR2004
    is_reflection = (left >= 5) != (right >= 5)  # noqa: PLR2004
    return (left % 5 + turn) % 5 + (5 if is_reflection else 0)
