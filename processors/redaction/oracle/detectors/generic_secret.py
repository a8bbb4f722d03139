"""`generic_secret`: a value with much information in it, assigned to a name that says so.

Or all there is under such a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import (
    Detector,
    Match,
    Site,
    literal,
    token,
)
from spanloom.processors.redaction.oracle.entropy import entropy
from spanloom.processors.redaction.oracle.validators.secret import mixed, not_placeholder

# As texts are folded: without marks over letters, and Cyrillic ones that look Latin are.
_PASSWORD_NAMES = (
    *(b"password", b"passwd", b"passphrase", b"pwd", b"_pass", b"pass=", b'pass"', b"pass'"),
    *(b'pass: "', b"pass: '"),
    *(b"passwort", b"kennwort", b"wachtwoord", b"contrasena", b"mot de passe", b"senha"),
    *(b"losenord", b"adgangskode", b"salasana", b"heslo", b"jelszo", b"kata sandi", b"mat khau"),
    *(word.encode() for word in ("hasło", "пapoль", "Пapoль")),
    *(word.encode() for word in ("密码", "密碼", "パスワード", "비밀번호")),
)
# Many a `cache_key` is none of a secret, so that only a token of letters and digits counts.
_VAGUE_NAMES = (b"_key", b"-key")
_KEY_NAMES = (
    *(b"schlussel", b"sleutel", b"nyckel", b"klucz", "kлюч".encode(), b"anahtar", b"anahtari"),
    *(b"jeton", b"cle api", b"cle d'api", b"cle secrete"),
    *(b"clave api", b"clave de api", b"clave de la api", b"clave secreta"),
    *(b"chave api", b"chave de api", b"chave da api", b"chave secreta"),
    *(b"chiave api", b"chiave segreta", b"kunci api"),
    *(word.encode() for word in ("kлюч api", "密钥", "密鑰", "金鑰", "apiキー", "api키", "api 키")),
)
# Short words are looked for together with what assigns to them.
_AFTER_NAME = b" =:\"'"
_NAMES = (
    *(*_PASSWORD_NAMES, b"secret", b"token", b"credential"),
    *(b"api_key", b"api-key", b"api key", b"apikey"),
    *(b"access_key", b"access-key", b"access key", b"accesskey"),
    *(b"private_key", b"private-key", b"privatekey"),
    *(b"secret_key", b"secret-key", b"secret key", b"secretkey"),
    *(b"encryption_key", b"encryptionkey", b"signing_key", b"signingkey", b"masterkey"),
    *(b"appkey", b"authkey", b"presharedkey", *_KEY_NAMES, *_VAGUE_NAMES),
)
_ASSIGNED = 60
_WHOLE = 30
_ENTROPY_BITS_MIN = 3.5
# Sixteen digits have four bits each at most, and few of them less.
_HEX_ENTROPY_BITS_MIN = 3.0
# Somebody made it up.
_PASSWORD_ENTROPY_BITS_MIN = 2.75
_PASSWORD_BYTES_MIN = 8
# `SECRETS`, `API_KEY_PROD`.
_SUFFIX = rb"(?i:base|dev|live|main|new|old|prod|production|stage|staging|test)(?![0-9A-Za-z])"
_NAME_END = rb"[sS]?+(?:[_-]" + _SUFFIX + rb")?+"
_CLOSED = _NAME_END + rb"""[ \t"'`\\\]]{0,24}+"""
_SPACES = rb"[ \t\n\f\r]{0,24}+"
_OPERATOR = re.compile(_CLOSED + rb"(?!>)[:=>]{1,3}+")
# The value of the member called so: `name: DB_PASSWORD, value: ...`.
_MEMBER = re.compile(
    _CLOSED + rb",?+" + _SPACES + rb"""\\?+["'`]?+(?i:value)[ \t"'`\\\]]{0,24}+[:=]"""
)
# The argument after a name in quotes: `set("DB_PASSWORD", "...")`.
_ARGUMENT = re.compile(_CLOSED + rb"""(?<=["'`]),(?=""" + _SPACES + rb"""\\?+["'`])""")
# `The api key is ...`
_VERB = re.compile(_CLOSED + rb"(?<=[ \t])(?i:is|ist|lautet|es|est)[ \t:]{1,3}+")
_OPTION = re.compile(rb"[ \t]{1,24}+(?!-)")
_OPTION_NAME = re.compile(rb"--[a-z-]*\Z")
_OPTION_NAME_BYTES_MAX = 24
# Laravel's tokens begin with their number.
_BARE = rb"(?P<bare>(?:[0-9]{1,12}+\|)?+[!#-%*+\--:=?-Z^_a-z~]{1,4096}+)"
_ELEMENT = re.compile(rb">" + _BARE + rb"(?=</)")
_VALUE = re.compile(
    _SPACES + rb"""\\?+(?:(?P<quote>["'`])"""
    rb"""(?P<quoted>(?:(?!(?P=quote))[!-\[\]-~]){0,4096}+)(?=(?P=quote)|\\)"""
    rb"""|""" + _BARE + rb"""(?![(\[{]))"""
)
# The type of a declaration: `API_KEY: &str = "..."`, `apiKey string = "..."`.
_TYPE = re.compile(
    _NAME_END + rb"""(?=[ \t]?[:\[]|[ \t][^=]{0,48}(?i:string)[ \t]*=)"""
    rb"""[0-9A-Za-z_.:<>\[\]?|&*' \t]{1,48}+=(?=""" + _SPACES + rb"""\\?+["'`])"""
)
# Apart from its name: `api key   ...`, `set_token("...")`, `| API key | ... |`.
_APART = re.compile(_NAME_END + rb"""[ \t\n\r"'`*|({:>\\\]]{1,24}+""" + _BARE + rb"""(?![(\[{])""")
# `The API key changed, here is the new one: ...`, but not what programs call their records.
_TOLD = re.compile(
    _NAME_END + rb"""(?![0-9A-Za-z_])[^\n\r:=<>{}"'`;&]{1,48}+"""
    rb"""(?<!(?i:id|by))(?<!(?i:user|hash))(?<!(?i:trace))(?<!(?i:account|request|session))"""
    rb""":[ \t]{0,4}+(?![a-z]{2,5}_)""" + _BARE + rb"""(?![(\[{])"""
)
# Whatever it is, it may be any word of a list.
_LISTED = re.compile(rb""",["'`\\ \t\n\f\r]*\Z""")
# `NAME=value` is not one.
_WHOLE_VALUE = re.compile(rb"(?!.*=[^=])[!-~]{1,256}")
# A variable, a place, words.
_REFERENCE = re.compile(
    rb"[$/].*|http.*|(?=.*/)(?=.*[._-])[0-9A-Z/.:_-]*|[A-Z._-]*", re.DOTALL | re.IGNORECASE
)
# Words with hardly a digit in them, joined as names in code are.
_IDENTIFIER = re.compile(rb"(?=(?:[^_.]*[_.]){2})(?!(?:[^0-9]*[0-9]){4})[0-9a-z_.]*", re.DOTALL)
_TOKEN = re.compile(rb"(?=.*[A-Z])(?=.*[a-z])[0-9A-Za-z+/=_-]{24,}", re.DOTALL)
# Letters and digits in turns without a break: no words.
_MINGLED = re.compile(rb"(?=[0-9A-Za-z]{20})[A-Za-z]*+[0-9]++[A-Za-z]++[0-9]")
_ADDRESS = re.compile(rb"0[xX]")
_HEX = re.compile(rb"[0-9A-Fa-f]{24,}")


def detect(site: Site) -> Iterator[Match]:
    text = site.text
    name = text[site.start : site.end].lower()
    if name not in _NAMES:
        if _WHOLE_VALUE.fullmatch(text) and _is_secret(text, b""):
            yield Match(0, len(text), _WHOLE)
        return
    # .NET's `PublicKeyToken`.
    if text[max(site.start - 9, 0) : site.start].lower() == b"publickey":
        return
    named = Site(text, site.start, site.start + len(name.rstrip(_AFTER_NAME)))
    start, end = _assigned(named)
    is_listed = _LISTED.search(text[max(start - 24, 0) : start])
    if end and _is_secret(text[start:end], _unlike_password(name) if is_listed else name):
        yield Match(start, end, _ASSIGNED)
    elif found := _handed_over(named, name):
        yield Match(*found, _ASSIGNED)
    elif end:
        # Names in a value that is none would, cut, assign a part of it.
        yield Match(start, end, 0)


def _unlike_password(name: bytes) -> bytes:
    return b"secret" if name in _PASSWORD_NAMES else name


def _handed_over(site: Site, name: bytes) -> tuple[int, int] | None:
    """What comes with the name, though not assigned to it; it must look more random."""
    text = site.text
    declared = _TYPE.match(text, site.end)
    if declared and (quoted := _VALUE.match(text, declared.end())):
        start, end = quoted.span("quoted")
        if _is_secret(text[start:end], name):
            return start, end
    for form in (_APART, _TOLD):
        if not (found := form.match(text, site.end)):
            continue
        start, end = found.span("bare")
        end -= text[end - 1 : end] == b"."
        value = text[start:end]
        is_enough = form is _APART or _TOKEN.fullmatch(value)
        if is_enough and _is_random(value, name):
            return start, end
    return None


def _assigned(site: Site) -> tuple[int, int]:
    """What is assigned to the name there; (0, 0) if nothing is."""
    if element := _ELEMENT.match(site.text, site.end):
        return element.span("bare")
    place = _value_place(site)
    found = _VALUE.match(site.text, place) if place else None
    if not found:
        return 0, 0
    if found["quote"]:
        return found.span("quoted")
    start, end = found.span("bare")
    # The dot belongs to the sentence.
    end -= site.text[end - 1 : end] == b"."
    return (start, end) if end > start else (0, 0)


def _value_place(site: Site) -> int:
    """Where the value of the name there may begin; 0 if it has none."""
    for form in (_OPERATOR, _MEMBER, _ARGUMENT, _VERB):
        if found := form.match(site.text, site.end):
            return found.end()
    ahead = site.text[max(site.start - _OPTION_NAME_BYTES_MAX, 0) : site.start]
    option = _OPTION.match(site.text, site.end) if _OPTION_NAME.search(ahead) else None
    return option.end() if option else 0


def _is_random(value: bytes, name: bytes) -> bool:
    """Whether nobody would take it for words."""
    is_mingled = any(_MINGLED.match(word) for word in re.split(rb"[^0-9A-Za-z]", value))
    return is_mingled and not _ADDRESS.match(value) and _is_secret(value, _unlike_password(name))


def _is_secret(value: bytes, name: bytes) -> bool:
    if _REFERENCE.fullmatch(value) or not (mixed(value) and not_placeholder(value)):
        return False
    if name not in _PASSWORD_NAMES and _IDENTIFIER.fullmatch(value):
        return False
    bits = entropy(value)
    if name in _VAGUE_NAMES:
        return _TOKEN.fullmatch(value) is not None and bits >= _ENTROPY_BITS_MIN
    if name in _PASSWORD_NAMES:
        return len(value) >= _PASSWORD_BYTES_MIN and bits >= _PASSWORD_ENTROPY_BITS_MIN
    return bits >= (_HEX_ENTROPY_BITS_MIN if _HEX.fullmatch(value) else _ENTROPY_BITS_MIN)


GENERIC_SECRET = Detector(
    "generic_secret", (*(literal(name) for name in _NAMES), token(12)), detect
)
