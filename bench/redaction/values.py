"""Personal values as people write them, made with Faker and published numbering plans."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable
from functools import cache

import phonenumbers
from faker import Faker

from redaction.wallets import wallet

# Faker's locales, each with the region whose telephone numbers it makes.
LOCALES = {
    "en_US": "US", "en_GB": "GB", "en_CA": "CA", "en_AU": "AU", "en_IN": "IN", "en_NZ": "NZ",
    "en_IE": "IE", "de_DE": "DE", "de_AT": "AT", "de_CH": "CH", "fr_FR": "FR", "fr_BE": "BE",
    "es_ES": "ES", "es_MX": "MX", "es_CO": "CO", "it_IT": "IT", "pt_BR": "BR", "pt_PT": "PT",
    "nl_NL": "NL", "pl_PL": "PL", "sv_SE": "SE", "da_DK": "DK", "no_NO": "NO", "fi_FI": "FI",
    "cs_CZ": "CZ", "ru_RU": "RU", "uk_UA": "UA", "tr_TR": "TR", "ja_JP": "JP", "ko_KR": "KR",
    "zh_CN": "CN", "el_GR": "GR", "hu_HU": "HU", "ro_RO": "RO", "id_ID": "ID", "he_IL": "IL",
}  # fmt: skip
IBAN_LOCALES = (
    "de_DE", "en_GB", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL", "pt_PT", "fi_FI", "no_NO",
    "de_AT", "de_CH", "da_DK", "el_GR", "tr_TR", "cs_CZ", "sv_SE", "ro_RO", "nl_BE", "uk_UA",
)  # fmt: skip
# Leading digits, length, sizes of the printed groups.
CARDS = (
    ("4", 16, (4, 4, 4, 4)), ("4", 16, (4, 4, 4, 4)), ("4", 13, (13,)),
    ("51", 16, (4, 4, 4, 4)), ("55", 16, (4, 4, 4, 4)), ("2221", 16, (4, 4, 4, 4)),
    ("2720", 16, (4, 4, 4, 4)), ("2450", 16, (4, 4, 4, 4)), ("34", 15, (4, 6, 5)),
    ("37", 15, (4, 6, 5)), ("6011", 16, (4, 4, 4, 4)), ("65", 16, (4, 4, 4, 4)),
    ("645", 16, (4, 4, 4, 4)), ("3530", 16, (4, 4, 4, 4)), ("3589", 16, (4, 4, 4, 4)),
    ("36", 14, (4, 6, 4)), ("38", 14, (4, 6, 4)), ("62", 16, (4, 4, 4, 4)),
    ("62", 19, (4, 4, 4, 4, 3)), ("6759", 16, (4, 4, 4, 4)),
)  # fmt: skip
EXTENSIONS = [
    " ext. 12",
    " x204",
    ", wew. 79",
    " доб. 31",
    "内線12",
    " poste 415",
    " (anexo 8)",
    ", dahili 5",
]
FAKER_TRIES = 8
FREE_MAIL = ("gmail.com", "outlook.com", "yahoo.co.uk", "web.de", "proton.me", "qq.com", "mail.ru")


@cache
def faker(locale: str) -> Faker:
    return Faker(locale)


def seeded(rng: random.Random, locale: str) -> Faker:
    fake = faker(locale)
    fake.seed_instance(rng.getrandbits(32))
    return fake


def email(rng: random.Random) -> str:
    fake = seeded(rng, rng.choice(list(LOCALES)))
    kind = rng.random()
    if kind < 0.5:
        return str(fake.email())
    if kind < 0.7:
        return str(fake.company_email())
    name, domain = fake.user_name(), rng.choice(FREE_MAIL)
    tagged = f"{name}+{rng.choice(['news', 'x1', 'shop.de'])}"
    dotted = f"{name[:1]}.{name[1:] or 'x'}-{rng.randint(1, 99)}"
    return f"{rng.choice([tagged, dotted, name.upper(), f'{name}_{name}'])}@{domain}"


def luhn_digit(number: str) -> str:
    total = 0
    for index, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if index % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def grouped(text: str, sizes: tuple[int, ...], separator: str) -> str:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
    return separator.join(pieces)


def credit_card(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return str(seeded(rng, "en_US").credit_card_number())
    start, length, sizes = rng.choice(CARDS)
    number = start + "".join(rng.choices("0123456789", k=length - len(start) - 1))
    number += luhn_digit(number)
    return grouped(number, sizes, rng.choice(["", "", " ", "-"]))


def us_ssn(rng: random.Random) -> str:
    """With separators, as a number without them is one of many."""
    area = rng.choice([*range(1, 666), *range(667, 900)])
    group, serial = rng.randint(1, 99), rng.randint(1, 9999)
    separator = rng.choice(["-", "-", "-", " "])
    return f"{area:03}{separator}{group:02}{separator}{serial:04}"


def phone(rng: random.Random) -> str:
    """A number that its country's plan knows, the way its people, or a standard, write it."""
    locale = rng.choice(list(LOCALES))
    if rng.random() < 0.5:
        fake = seeded(rng, locale)
        texts = (str(fake.phone_number()) for _ in range(FAKER_TRIES))
        text = next((text for text in texts if parsed(text, LOCALES[locale])), None)
        if text is not None:
            return text
    style = rng.choice(["INTERNATIONAL", "INTERNATIONAL", "E164", "NATIONAL", "NATIONAL"])
    styles = phonenumbers.PhoneNumberFormat
    text = phonenumbers.format_number(planned(rng, LOCALES[locale]), getattr(styles, style))
    return text + rng.choice(EXTENSIONS) if style == "NATIONAL" and rng.random() < 0.2 else text


def planned(rng: random.Random, region: str) -> phonenumbers.PhoneNumber:
    """A valid number of the region's plan, near the example that the plan itself gives."""
    kinds = phonenumbers.PhoneNumberType
    kind = rng.choice([kinds.MOBILE, kinds.MOBILE, kinds.FIXED_LINE])
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None:
        return planned(rng, "US")
    text = phonenumbers.national_significant_number(example)
    while True:
        tail = "".join(rng.choices("0123456789", k=len(text) // 2))
        number = parsed(f"+{example.country_code}{text[: -len(tail)]}{tail}", region)
        if number is not None:
            return number


def parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) and number.extension is None else None


def iban(rng: random.Random) -> str:
    text = str(seeded(rng, rng.choice(IBAN_LOCALES)).iban())
    if rng.random() < 0.5:
        return text
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def ip_address(rng: random.Random) -> str:
    if rng.random() < 0.7:
        return ipv4(rng)
    address = ipaddress.IPv6Address(
        rng.choice([0x2A02, 0x2600, 0xFD12]) << 112 | rng.getrandbits(64)
    )
    if rng.random() < 0.5:
        address = ipaddress.IPv6Address(int(address) | rng.getrandbits(48) << 64)
    return address.exploded if rng.random() < 0.3 else str(address)


def ipv4(rng: random.Random) -> str:
    """None of the loopback, unspecified and documentation ranges, which are no one's address."""
    first = rng.choice([8, 10, 37, 62, 81, 93, 104, 151, 172, 185, 192, 212, 217])
    second = rng.randint(16, 31) if first == 172 else 168 if first == 192 else rng.randint(0, 255)
    return f"{first}.{second}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"


def mac_address(rng: random.Random) -> str:
    digits = rng.randbytes(6).hex()
    digits = digits.upper() if rng.random() < 0.5 else digits
    if rng.random() < 0.1:
        return grouped(digits, (4, 4, 4), ".")
    return grouped(digits, (2,) * 6, rng.choice([":", ":", "-"]))


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "email": email,
    "credit_card": credit_card,
    "us_ssn": us_ssn,
    "phone": phone,
    "iban": iban,
    "ip_address": ip_address,
    "mac_address": mac_address,
    "crypto_wallet": wallet,
}
