# ruff: noqa: E501 -- a sample is read in one line
"""What looks like a private value and is none: families of hard negatives."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import uuid
from collections.abc import Callable

from redaction.values import grouped, luhn_digit

Rng = random.Random
HEX = "0123456789abcdef"
B62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def number(rng: Rng, n: int) -> str:
    return str(rng.randint(1, 9)) + "".join(rng.choices("0123456789", k=n - 1))


def order_number(rng: Rng) -> str:
    body = rng.choice("456") + number(rng, 14)
    wrong = str((int(luhn_digit(body)) + rng.randint(1, 9)) % 10)
    return f"Order {grouped(body + wrong, (4, 4, 4, 4), rng.choice(['', ' ', '-']))} has shipped."


def version(rng: Rng) -> str:
    dotted = ".".join(str(rng.randint(0, 30)) for _ in range(4))
    lead = rng.choice(
        [
            "version {}",
            "Chrome/{} Safari",
            "upgraded to v{}",
            "build {} is out",
            "release {}",
            "Host 127.0.0.1 answers\nfirmware: {}",
            "<fw>{}</fw>",
            "la versión {} no arranca",
            "ファームウェア{}に更新",
        ]
    )
    return lead.format(dotted)


def section(rng: Rng) -> str:
    dotted = ".".join(str(rng.randint(1, 12)) for _ in range(4))
    lead = ["see section {}", "chapter {} says so", "Clause {} applies", "podle kapitoly {} normy"]
    return rng.choice(lead).format(dotted)


def out_of_range_quad(rng: Rng) -> str:
    return f"quad {rng.randint(256, 999)}.{rng.randint(0, 255)}.{rng.randint(256, 900)}.1 is none"


def no_ones_address(rng: Rng) -> str:
    text = [
        "127.0.0.1",
        "0.0.0.0",
        "::1",
        "192.0.2.17",
        "198.51.100.4",
        "203.0.113.9",
        "2001:db8::1",
    ]
    return f"listen on {rng.choice(text)} only"


def scope_operator(rng: Rng) -> str:
    return rng.choice(
        ["use std::fmt::Debug;", "a::b::c()", "std::deque<int>", "::before", "Foo::bad::face"]
    )


def clock_times(rng: Rng) -> str:
    times = [
        f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}" for _ in (1, 2)
    ]
    return f"from {times[0]} to {times[1]}.{rng.randint(0, 999):03}"


def uuid4(rng: Rng) -> str:
    return f"request {uuid.UUID(int=rng.getrandbits(128), version=4)} failed"


def digest(rng: Rng) -> str:
    name = rng.choice(["sha1", "sha256", "md5"])
    return f"{name}:{hashlib.new(name, rng.randbytes(8)).hexdigest()} matches"


def trace_ids(rng: Rng) -> str:
    return f"traceparent: 00-{rng.randbytes(16).hex()}-{rng.randbytes(8).hex()}-01"


def decimals(rng: Rng) -> str:
    return (
        f"loss {rng.random():.16f}, then {rng.uniform(1, 1000):.9f} and {rng.random() * 1e-5:.3e}"
    )


def embedding(rng: Rng) -> str:
    return json.dumps([round(rng.gauss(0, 1), rng.choice([6, 8, 17])) for _ in range(12)])


def coordinates(rng: Rng) -> str:
    return f"at {rng.uniform(-90, 90):.6f}, {rng.uniform(-180, 180):.6f} on the map"


def isbn(rng: Rng) -> str:
    return f"ISBN 978-{rng.randint(0, 9)}-{number(rng, 2)}-{number(rng, 6)}-{rng.randint(0, 9)}"


def invalid_ssn(rng: Rng) -> str:
    area, group, serial = (
        f"{rng.randint(1, 899):03}",
        f"{rng.randint(1, 99):02}",
        f"{rng.randint(1, 9999):04}",
    )
    broken = [
        ("000", group, serial),
        ("666", group, serial),
        (f"{rng.randint(900, 999)}", group, serial),
    ]
    broken += [(area, "00", serial), (area, group, "0000")]
    return f"code {'-'.join(rng.choice(broken))} is free"


def dates(rng: Rng) -> str:
    y, m, d = rng.randint(1990, 2030), rng.randint(1, 12), rng.randint(1, 28)
    forms = [
        f"{y}-{m:02}-{d:02}",
        f"{d:02}/{m:02}/{y}",
        f"{d}.{m}.{y}",
        f"{y}{m:02}{d:02}",
        f"{m:02}-{d:02}-{y}",
    ]
    return f"due {rng.choice(forms)} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}"


def timestamps(rng: Rng) -> str:
    return f"ts={rng.randint(1_600_000_000_000, 1_899_999_999_999)} seq={rng.randint(1_600_000_000, 1_899_999_999)}"


def dimensions(rng: Rng) -> str:
    return f"{rng.randint(100, 4000)}x{rng.randint(100, 4000)} px, {rng.randint(10, 999)}-{rng.randint(1000, 9999)} mm"


def prices(rng: Rng) -> str:
    return f"{rng.randint(1, 999)},{rng.randint(100, 999)},{rng.randint(100, 999)}.00 USD in {rng.randint(1990, 2030)}"


def year_ranges(rng: Rng) -> str:
    return f"between {rng.randint(1900, 1999)}-{rng.randint(2000, 2030)}, pages {rng.randint(100, 400)}-{rng.randint(401, 999)}"


def tracking(rng: Rng) -> str:
    return rng.choice(
        [f"tracking 1Z{number(rng, 16)}", f"invoice {number(rng, 10)}", f"ticket #{number(rng, 9)}"]
    )


def arithmetic(rng: Rng) -> str:
    return f"{rng.randint(100, 999)} - {rng.randint(100, 999)} + {rng.randint(1000, 9999)} = {rng.randint(100, 9999)}"


def identifiers(rng: Rng) -> str:
    return rng.choice([f"doi:10.{number(rng, 4)}/{number(rng, 7)}", f"arXiv:{number(rng, 4)}.{number(rng, 5)}",
                       f"RFC {number(rng, 4)}, CVE-2024-{number(rng, 5)}", f"PMID {number(rng, 8)}"])  # fmt: skip


def account_numbers(rng: Rng) -> str:
    return f"arn:aws:iam::{number(rng, 12)}:role/reader-{number(rng, 6)}"


def bad_iban(rng: Rng) -> str:
    return f"DE{rng.randint(10, 99)}{number(rng, 17)} is one digit short"


def bad_wallet(rng: Rng) -> str:
    base58 = "".join(
        rng.choices(B62.replace("0", "").replace("O", "").replace("I", "").replace("l", ""), k=33)
    )
    return rng.choice(
        [
            f"1{base58} is no address",
            f"tx 0x{rng.randbytes(32).hex()}",
            f"0x{rng.randbytes(4).hex()}",
        ]
    )


def decorators(rng: Rng) -> str:
    return rng.choice(["@app.route('/x')", "@pytest.mark.asyncio", "@types/node@20.1.4", "react@18.2.0 and vue@3",
                       "@angular/core@17.0.1", "@media screen", "foo@bar", "actions/checkout@v4"])  # fmt: skip


def git_remote(rng: Rng) -> str:
    return f"git clone git@github.com:acme/repo{rng.randint(1, 99)}.git"


def handles(rng: Rng) -> str:
    return f"thanks @maria_{rng.randint(1, 99)} and @j.doe for 10.000 likes"


def hex_colours(rng: Rng) -> str:
    return f"color: #{rng.randbytes(3).hex()}; mask: 0x{rng.randbytes(4).hex()}"


def hexdump(rng: Rng) -> str:
    return f"00000{rng.randint(10, 99)}0: {rng.randbytes(16).hex(' ', 2)}  |................|"


def image_data(rng: Rng) -> str:
    png = b"\x89PNG\r\n\x1a\n" + rng.randbytes(90)
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def placeholder_key(rng: Rng) -> str:
    n = rng.randint(16, 48)
    return rng.choice([
        f"sk-{'x' * n}", "OPENAI_API_KEY=sk-your-api-key-here", "AKIAIOSFODNN7EXAMPLE", f"ghp_{'X' * 36}",
        "api_key: <your-key>", f"hf_{'x' * 34}", "Authorization: Bearer <token>", "sk-ant-api03-...",
        "token = ${GITHUB_TOKEN}", f"xoxb-{'0' * 12}-{'0' * 12}-{'x' * 24}", "glpat-xxxxxxxxxxxxxxxxxxxx",
        f"AIza{'*' * 35}", "password: ********", "sk_test_your_key_goes_here", "sk-proj-XXXXXXXXXXXXXXXXXXXXXXXX",
    ])  # fmt: skip


def public_pem(rng: Rng) -> str:
    kind = rng.choice(["CERTIFICATE", "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE REQUEST"])
    body = base64.b64encode(rng.randbytes(96)).decode()
    return f"-----BEGIN {kind}-----\n{body[:64]}\n{body[64:]}\n-----END {kind}-----"


def near_jwt(rng: Rng) -> str:
    return rng.choice(
        ["eyJ is how a JWT begins", f"eyJhbGciOi.{number(rng, 6)}.x", "header.payload.signature"]
    )


def key_words(rng: Rng) -> str:
    return rng.choice(["npm_config_registry is set", "hf_transfer speeds it up", "pip install hf_hub_download",
                       "the sk-learn package", "task-management-dashboard-view", "set xai-sdk-python-version up",
                       "github_pat_tokens_are_new", "see pul-requests-of-today", "glpat-prefix is documented"])  # fmt: skip


def named_otherwise(rng: Rng) -> str:
    """A number with a name of its own, beside a word for telephones."""
    name, sizes = rng.choice([
        ("NIP", (3, 3, 2, 2)), ("NHS no.", (3, 3, 4)), ("ACN", (3, 3, 3)), ("BSN", (9,)), ("ИНН", (10,)),
        ("policy", (8,)), ("customer no.", (2, 4, 4)), ("meeting ID:", (3, 4, 4)), ("routing", (9,)),
        ("Kundennummer", (10,)), ("dossier", (4, 4)), ("account number is", (8,)), ("VAT GB", (3, 4, 2)),
    ])  # fmt: skip
    text = f"{name} {grouped(number(rng, sum(sizes)), sizes, rng.choice([' ', '-']))}"
    return rng.choice(
        ["No phone on file, {}.", "{}\nTel.: none", "She called about {}.", "mobile: n/a; {};"]
    ).format(text)


def machine_numbers(rng: Rng) -> str:
    """Of programs that speak of calls."""
    return rng.choice([
        f"call stack depth {number(rng, 8)}", f"fax job {number(rng, 9)} done", f"calls: offset={number(rng, 10)}",
        f"phone_verified_at={rng.randint(1_600_000_000, 1_799_999_999)}", f"dial in, then {number(rng, 9)}#",
        f'GET /call?id=7 HTTP/1.1" 200 {number(rng, 4)}', f"call_id: {number(rng, 10)}",
    ])  # fmt: skip


def public_names(rng: Rng) -> str:
    """What stands under a name like a secret's, and is public or somewhere else."""
    key = "".join(rng.choices(B62, k=24))
    return rng.choice([
        f"SENTRY_DSN=https://{rng.randbytes(16).hex()}@o{number(rng, 6)}.ingest.sentry.io/{number(rng, 7)}",
        f"Sec-WebSocket-Key: {base64.b64encode(rng.randbytes(16)).decode()}",
        f"STRIPE_PUBLISHABLE_KEY=pk_live_{key}", f"const vapidPublicKey = '{key}{key}'",
        f"arn:aws:secretsmanager:eu-west-1:{number(rng, 12)}:secret:prod/billing/db-{key[:6]}",
        f"password: op://Team-{number(rng, 2)}/billing-db/password", f"cache_key: {rng.randbytes(16).hex()}",
        f"secretRef: vault/data/team-{number(rng, 2)}/api", f"second pass: gpt-4o-mini-{number(rng, 4)}",
        f"System.Xml, Culture=neutral, PublicKeyToken={rng.randbytes(8).hex()}",
        f"invalid api key, request id: {key}", f"token renewed for user: {key}", f"token card: tok_{key}",
        "SELECT id FROM api_keys WHERE id = 'HandleOAuth2CallbackFor3Legs'", 'curl -u "$ACCOUNT:$TOKEN" -d a=b',
    ])  # fmt: skip


FAMILIES: dict[str, Callable[[Rng], str]] = {
    maker.__name__: maker
    for maker in (
        order_number, version, section, out_of_range_quad, no_ones_address, scope_operator, clock_times,
        uuid4, digest, trace_ids, decimals, embedding, coordinates, isbn, invalid_ssn, dates, timestamps,
        dimensions, prices, year_ranges, tracking, arithmetic, identifiers, account_numbers, bad_iban,
        bad_wallet, decorators, git_remote, handles, hex_colours, hexdump, image_data, placeholder_key,
        public_pem, near_jwt, key_words, named_otherwise, machine_numbers, public_names,
    )
}  # fmt: skip
