# ruff: noqa: INP001  # beside the file it writes, in no package
r"""Writes the numbering plan that the phone detector reads: `numbering_plan.py plan > plan.txt`.

With `numbers` in place of `plan` it writes what the detector's tests compare with: calling
code, national number and whether `phonenumbers` calls it valid, in three columns.

Source: the metadata of libphonenumber (Apache-2.0) as the package `phonenumbers` carries it.
One fact a line, fields separated by tabs:

    code    calling code, its regions (the order in which they are asked)
    region  id, calling code, possible lengths of a national number, national prefixes
    general pattern every national number of the region above matches
    types   pattern a number of one of the types (mobile, toll free, ...) matches
    leading pattern that settles the region of a number whose code has several
    format  group sizes (`3`, `2-4`), whether a national prefix is written, leading digits

Patterns know `\d`, digits, `[...]`, `(?:...)`, `|`, `?` and `{n,m}` only.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberFormat, PhoneMetadata

NUMBERS_PER_REGION = 12
TYPES = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
# Prefixes for parsing with carrier codes or captures are cut down to the prefix people dial.
EXTRA_PREFIXES = {"LT": ("8",), "BY": ("80",)}


def plan_lines() -> Iterator[str]:
    """The whole plan, in the order of calling codes."""
    yield f"# libphonenumber metadata of phonenumbers {phonenumbers.__version__}, Apache-2.0;"
    yield "# made by numbering_plan.py, not edited."
    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        yield f"code\t{code}\t{' '.join(regions)}"
        for region in regions:
            yield from region_lines(code, region)


def region_lines(code: int, region: str) -> Iterator[str]:
    metadata = metadata_of(code, region)
    general = metadata.general_desc or phonenumbers.PhoneNumberDesc()
    lengths = " ".join(map(str, general.possible_length))
    yield f"region\t{region}\t{code}\t{lengths}\t{' '.join(prefixes(metadata))}"
    yield f"general\t{general.national_number_pattern}"
    yield f"types\t{'|'.join(type_patterns(metadata))}"
    if metadata.leading_digits:
        yield f"leading\t{metadata.leading_digits}"
    for number_format in metadata.number_format:
        if not re.search(r"(?<!\\)\d", number_format.format or ""):
            yield format_line(metadata, number_format)


def metadata_of(code: int, region: str) -> PhoneMetadata:
    metadata = (
        PhoneMetadata.metadata_for_nongeo_region(code)
        if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
        else PhoneMetadata.metadata_for_region(region)
    )
    if metadata is None:
        raise LookupError(f"no metadata: {code} {region}")
    return metadata


def prefixes(metadata: PhoneMetadata) -> list[str]:
    found = [metadata.national_prefix] if metadata.national_prefix else []
    return [*found, *EXTRA_PREFIXES.get(metadata.id, ())]


def type_patterns(metadata: PhoneMetadata) -> list[str]:
    descriptions = (getattr(metadata, name) for name in TYPES)
    patterns = (d.national_number_pattern for d in descriptions if d)
    return list(dict.fromkeys(pattern for pattern in patterns if pattern))


def format_line(metadata: PhoneMetadata, number_format: NumberFormat) -> str:
    sizes = " ".join(
        group_size(group) for group in re.findall(r"\((.*?)\)", number_format.pattern or "")
    )
    rule = number_format.national_prefix_formatting_rule or ""
    written = bool(metadata.national_prefix and metadata.national_prefix in rule)
    leading = number_format.leading_digits_pattern
    prefix = "prefix" if written else "-"
    return f"format\t{sizes}\t{prefix}\t{leading[-1] if leading else ''}"


def group_size(group: str) -> str:
    r"""`3` of `\d{3}`, `2-4` of `\d{2,4}`, `1` of `\d`.

    Raises:
        ValueError: the metadata has a group of another form.
    """
    match = re.fullmatch(r"\\d(?:\{(\d+)(?:,(\d+))?\})?", group)
    if match is None:
        raise ValueError(f"no group of digits alone: {group}")
    least, most = match.groups()
    return f"{least}-{most}" if most else least or "1"


def number_lines() -> Iterator[str]:
    """Valid numbers of every region and near misses, the same in every run."""
    chance = random.Random(1)  # noqa: S311  # no secret
    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        for region in regions:
            examples = example_numbers(metadata_of(code, region))
            for _ in range(NUMBERS_PER_REGION):
                number = changed(chance.choice(examples), chance)
                yield f"{code} {number} {'valid' if is_valid(code, number) else 'invalid'}"


def example_numbers(metadata: PhoneMetadata) -> list[str]:
    descriptions = (getattr(metadata, name) for name in TYPES)
    return [d.example_number for d in descriptions if d and d.example_number]


def changed(number: str, chance: random.Random) -> str:
    """The number with up to three other digits, sometimes with one digit more or fewer."""
    digits = list(number)
    for _ in range(chance.randrange(4)):
        digits[chance.randrange(len(digits))] = str(chance.randrange(10))
    length = chance.choice((-1, 0, 0, 0, 0, 0, 0, 1))
    return "".join([*digits, "7"][: len(digits) + length])


def is_valid(code: int, national: str) -> bool:
    n_zeros = len(national) - len(national.lstrip("0"))
    number = phonenumbers.PhoneNumber(
        country_code=code,
        national_number=int(national),
        italian_leading_zero=n_zeros > 0,
        number_of_leading_zeros=n_zeros or None,
    )
    return phonenumbers.is_valid_number(number)


if __name__ == "__main__":
    lines = number_lines() if sys.argv[1:] == ["numbers"] else plan_lines()
    sys.stdout.writelines(f"{line}\n" for line in lines)
