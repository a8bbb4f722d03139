"""Values that rules look for: right, nearly right, and what stands around them."""

import base64
import binascii
import hashlib
import json
import random
import string
from collections.abc import Callable, Sequence

ALNUM = string.ascii_letters + string.digits
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
IBAN_LENGTHS = {"DE": 22, "GB": 22, "FR": 27, "NL": 18, "NO": 15, "MT": 31, "BE": 16, "SA": 24}
CARD_STARTS = ["4", "51", "55", "2221", "2720", "34", "37", "3528", "36", "6011", "65", "62", "50"]
CARD_STARTS += ["2200", "9792", "6062", "6070"]
CARD_GROUPS = [[4, 4, 4], [4, 6], [], [4, 4, 4, 4], [1] * 15]

BESIDE_PHONE = [
    *(
        "NIP ",
        "policy no. ",
        "id: ",
        "caller_id=",
        "VAT GB ",
        "numéro de commande ",
        "msgId:",
        "ИНН ",
    ),
    *("(", "/", "'%", "wa.me/", "17,", "1 ", "phone "),
]
BEHIND_PHONE = [
    *(
        " ext. 12",
        ", wew. 3",
        " доб. 204",
        "内線12",
        " (poste 7)",
        ";ext=1",
        "x",
        " x 1234567",
        " #5",
    ),
    *("#", "%'", "@sip.example.org", ",36877", ",90", " 1"),
]

Rng = random.Random
Entity = Callable[[Rng], str]


def word(rng: Rng, letters: str, n_min: int, n_max: int) -> str:
    return "".join(rng.choices(letters, k=rng.randint(n_min, n_max)))


def digits(rng: Rng, n: int) -> str:
    return word(rng, string.digits, n, n)


def grouped(rng: Rng, text: str, sizes: Sequence[int]) -> str:
    """The text in groups, with one kind of separator, or now and then several."""
    separator = rng.choice(["", " ", "-", ".", "/", "  ", "--"])
    pieces, at = [], 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
        pieces.append(rng.choice([" ", "-", ".", ""]) if rng.random() < 0.05 else separator)
    return "".join(pieces[:-1]) + text[at:]


def email(rng: Rng) -> str:
    local = word(rng, ALNUM + "._%+-'~^&=", 1, rng.choice([3, 12, 64, 70]))
    labels = [word(rng, ALNUM + "-", 1, 9) for _ in range(rng.randint(1, 3))]
    ending = rng.choice(["com", "org", "co.uk", "museum", "x", "c0m", "example", "de"])
    at = rng.choice(["@"] * 8 + [" @ ", "@@", " [at] ", "%40"])
    return f"{local}{at}{'.'.join(labels)}.{ending}"


def luhn_digit(number: str) -> str:
    total = 0
    for index, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if index % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def card(rng: Rng) -> str:
    start = rng.choice(CARD_STARTS)
    length = rng.choice([13, 14, 15, 16, 16, 16, 16, 19])
    body = start + digits(rng, length - len(start) - 1)
    last = luhn_digit(body) if rng.random() < 0.85 else rng.choice(string.digits)
    return grouped(rng, body + last, rng.choice(CARD_GROUPS))


def ssn(rng: Rng) -> str:
    area = rng.choice([f"{rng.randint(1, 899):03}", "000", "666", "900"])
    rest = f"{rng.randint(0, 99):02}{rng.randint(0, 9999):04}"
    return grouped(rng, area + rest, [3, 2])


def phone(rng: Rng) -> str:
    area, number = f"{rng.randint(201, 989)}", f"{rng.randint(200, 999)}{digits(rng, 4)}"
    code = rng.choice(["+49 30 ", "+44 20 ", "+33 1 ", "+91 ", "+81-3-"])
    styles: list[Callable[[], str]] = [
        lambda: f"({area}) {number[:3]}-{number[3:]}",
        lambda: f"+1{rng.choice(['', ' ', '-', '.'])}" + grouped(rng, area + number, [3, 3]),
        lambda: code + grouped(rng, digits(rng, rng.randint(6, 9)), [2, 2, 2]),
        lambda: grouped(rng, area + number, [3, 3]),
        lambda: "+" + digits(rng, rng.randint(6, 16)),
        lambda: "0" + grouped(rng, digits(rng, rng.randint(7, 11)), [2, 3]),
        lambda: f"00{rng.choice(['1', '44', '49', '7'])} {digits(rng, rng.randint(5, 11))}",
    ]
    plain = [""]
    before, after = rng.choice([plain, BESIDE_PHONE]), rng.choice([plain, BEHIND_PHONE])
    return rng.choice(before) + rng.choice(styles)() + rng.choice(after)


def iban(rng: Rng) -> str:
    country = rng.choice([*IBAN_LENGTHS, "XX"])
    letters = rng.choice([string.digits, string.digits, string.digits + string.ascii_uppercase])
    n = IBAN_LENGTHS.get(country, 20) - 4
    body = word(rng, letters, n, n)
    number = int("".join(str(int(c, 36)) for c in body + country + "00"))
    check = 98 - number % 97 if rng.random() < 0.9 else rng.randint(2, 98)
    text = f"{country}{check:02}{body}"
    text = text.lower() if rng.random() < 0.1 else text
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4)) if rng.random() < 0.5 else text


def ipv4(rng: Rng) -> str:
    parts = [str(rng.choice([0, 1, 10, 127, 192, 255, 256, rng.randint(0, 255)])) for _ in range(4)]
    text = ".".join(parts)
    return text + rng.choice(["", "", "", ":8080", "/24", ".1", ".", ".44200", ".443 >"])


def ipv6(rng: Rng) -> str:
    groups = [word(rng, "0123456789abcdefABCDEF", 1, 4) for _ in range(8)]
    if rng.random() < 0.6:
        at = rng.randint(0, 6)
        groups[at : at + rng.randint(1, 4)] = [""]
    text = ":".join(groups)
    text = text.replace(":::", "::") if rng.random() < 0.9 else text
    return text + rng.choice(["", "", "%eth0", "/64", ":1.2.3.4", ":50247", ":443"])


def mac(rng: Rng) -> str:
    pairs = [word(rng, string.hexdigits, 2, 2) for _ in range(rng.choice([6, 6, 6, 5, 7, 8]))]
    return rng.choice([":", "-", ".", ""]).join(pairs)


def base58_wallet(rng: Rng) -> str:
    payload = bytes([rng.choice([0, 5, 111])]) + rng.randbytes(20)
    payload += hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(payload), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return "1" * (len(payload) - len(payload.lstrip(b"\0"))) + text


def other_wallet(rng: Rng) -> str:
    """Addresses without a checksum, and of chains whose checksums are their own."""
    payload = bytes([rng.choice([6 << 3, 18 << 3])]) + rng.randbytes(32)
    crc = binascii.crc_hqx(payload, 0).to_bytes(2, "little")
    key = rng.randbytes(32)
    end = hashlib.new("sha512_256", key).digest()[-4:]
    address = rng.choice(
        [
            word(rng, BASE58, 43, 48),
            base64.b32encode(payload + crc).decode(),
            base64.b32encode(key + end).decode().rstrip("="),
            "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
            "Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi",
            "tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb",
        ]
    )
    return rng.choice(["", "", "bitcoincash:", "wallet ", "solana:\n"]) + address


def bech32_wallet(rng: Rng) -> str:
    """Segwit addresses as BIP 173 and BIP 350 make them."""
    version = rng.choice([0, 0, 1])
    values = [
        version,
        *(rng.randrange(32) for _ in range(52 if version or rng.random() < 0.5 else 32)),
    ]
    expanded = [3, 3, 0, 2, 3]
    checksum = _polymod(expanded + values + [0] * 6) ^ (0x2BC830A3 if version else 1)
    tail = [(checksum >> 5 * (5 - i)) & 31 for i in range(6)]
    text = "bc1" + "".join(BECH32[value] for value in values + tail)
    return text.upper() if rng.random() < 0.1 else text


def _polymod(values: Sequence[int]) -> int:
    checksum = 1
    for value in values:
        top, checksum = checksum >> 25, (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= term if top >> bit & 1 else 0
    return checksum


def ethereum(rng: Rng) -> str:
    text = word(rng, "0123456789abcdef", 40, 40)
    return "0x" + rng.choice([text, text.upper(), word(rng, string.hexdigits, 39, 41)])


def part64(rng: Rng, content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=" if rng.random() < 0.9 else "")


def jwt(rng: Rng) -> str:
    header = {"alg": "HS256", "typ": "JWT"} if rng.random() < 0.9 else {"typ": "JWT"}
    parts = [json.dumps(header).encode(), json.dumps({"sub": digits(rng, 6)}).encode()]
    return ".".join(part64(rng, part) for part in [*parts, rng.randbytes(rng.choice([0, 20, 32]))])


def pem(rng: Rng) -> str:
    kind = rng.choice(["PRIVATE KEY", "RSA PRIVATE KEY", "CERTIFICATE", "OPENSSH PRIVATE KEY"])
    body = "\n".join(word(rng, ALNUM + "+/", 64, 64) for _ in range(rng.randint(0, 4)))
    end = f"\n-----END {kind}-----" if rng.random() < 0.7 else ""
    return f"-----BEGIN {kind}-----\n{body}{end}"


def credentials(rng: Rng) -> str:
    user, secret = word(rng, ALNUM, 1, 8), word(rng, ALNUM + "!$%_-/:@", 1, 20)
    host = rng.choice(["db.example.com", "localhost:5432", "10.0.0.1"])
    assigned = rng.choice(["=", ": ", '": "', " is ", "', '", "s = ", "_prod=", '" value="', "> "])
    long_word = word(rng, ALNUM + "|_/-", 8, 40)
    return rng.choice(
        [
            f"postgres://{user}:{secret}@{host}/app",
            f"https://{user}:{secret}@{host}",
            f"Server={host};Uid={user};Pwd={secret};",
            f"Authorization: Bearer {secret}{word(rng, ALNUM, 8, 30)}",
            f"authorization: Basic {part64(rng, f'{user}:{secret}'.encode())}",
            f"password{assigned}{secret}",
            f"api_key='{word(rng, ALNUM, 10, 40)}'",
            f"SECRET_TOKEN={word(rng, ALNUM + '_-', 8, 40)}",
            f"<password>{long_word}</{rng.choice(['password>', ''])}",
            f"tool {rng.choice(['--', '-', ''])}api-token{rng.choice([' ', '  ', '='])}{long_word}",
            f"{rng.choice(['app_key', 'пароль', 'Пароль', '密码', 'pass'])}{assigned}{long_word}",
        ]
    )


def mark(rng: Rng) -> str:
    """What a redaction writes, and what only looks like it."""
    label = rng.choice(["EMAIL", "CARD", "CREDIT_CARD", "PHONE", "IP", "REDACTED", "nope"])
    hidden = rng.choice(
        ["", ":0123456789abcdef", ":0123456789ABCDEF", ":****1111", ":a****b", ":unscanned", ":x"]
    )
    return f"[{label}{hidden}]"


ENTITIES: list[Entity] = [
    email,
    card,
    ssn,
    phone,
    iban,
    ipv4,
    ipv6,
    mac,
    base58_wallet,
    bech32_wallet,
    other_wallet,
    ethereum,
    jwt,
    pem,
    credentials,
    mark,
]
