"""Texts that try to get private values past an engine: cut, joined, escaped, disguised."""

import base64
import json
import random
from collections.abc import Callable, Sequence
from urllib.parse import quote

from tests.redaction.hostile_entities import ENTITIES, Entity

Rng = random.Random
Change = Callable[[Rng, str], str]

FILLERS = [
    " ",
    "\n",
    ", ",
    ": ",
    "=",
    '"',
    "'",
    "\\n",
    "\\",
    "\t\r\n",
    "x",
    "7",
    "_",
    ".",
    "-",
    "+",
    "(",
    "@",
    "/",
    "%",
    "%0",
    "<b>",
    "\u0000",
    "\u00a0",
    "\u200b",
    "Привет ",
    " 東京 ",
    "é",
    "😀",
    "İ",
    "ﬁ",
    "①",
    " card number ",
    " call me at ",
    " version ",
    " ssn ",
    " mac ",
    " order number ",
    "电话",
    " firmware\n",
    " password: ",
    " Bearer ",
]
LOOKALIKES = str.maketrans("aceopxyABCEHKMOPTXi", "асеорхуАВСЕНКМОРТХі")  # noqa: RUF001
INVISIBLE = ["\u200b", "\u200d", "\u00ad", "\ufeff", "\ufe0f", "\u2060", "\u20e3", "\u0301"]
DASHES = ["\u2010", "\u2011", "\u2012", "\u2013", "\u2212", "\ufe58", "\uff0d", "\u058a"]
SPACES = ["\u00a0", "\u2009", "\u202f", "\u3000", "\u2028", "\u0085", "\u1680"]
DIGIT_ZEROS = ["\uff10", "\u0660", "\u0966", "\U0001d7ce", "\U0001fbf0"]
KEYS = ["content", "text", "role", "card_number", "phone", "id", "password", "user.email", "a\nb"]
ROLES = ["system", "user", "assistant", "tool", "developer", "HUMAN", "nobody"]


def full_width(rng: Rng, text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def other_digits(rng: Rng, text: str) -> str:
    zero = ord(rng.choice(DIGIT_ZEROS))
    return "".join(chr(zero + int(c)) if c in "0123456789" else c for c in text)


def invisible(rng: Rng, text: str) -> str:
    n = rng.randint(1, 3)
    for _ in range(n):
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice(INVISIBLE) + text[at:]
    return text


def punctuation(rng: Rng, text: str) -> str:
    return text.replace("-", rng.choice(DASHES)).replace(" ", rng.choice(SPACES))


def lookalikes(rng: Rng, text: str) -> str:
    return "".join(c.translate(LOOKALIKES) if rng.random() < 0.3 else c for c in text)


def tags(rng: Rng, text: str) -> str:
    return "".join(chr(0xE0000 + ord(c)) if " " <= c <= "~" else c for c in text)


def case(rng: Rng, text: str) -> str:
    return rng.choice([text.upper(), text.lower(), text.swapcase()])


def cut(rng: Rng, text: str) -> str:
    at = rng.randint(0, len(text))
    return rng.choice([text[:at], text[at:]])


def one_changed(rng: Rng, text: str) -> str:
    at = rng.randint(0, max(0, len(text) - 1))
    return (
        text[:at]
        + rng.choice(["", rng.choice(FILLERS), chr(rng.randint(32, 126))])
        + text[at + 1 :]
    )


def escaped(rng: Rng, text: str) -> str:
    """Some characters as JSON or Python would escape them."""
    return "".join(_escape(rng, c) if rng.random() < 0.2 else c for c in text)


def _escape(rng: Rng, character: str) -> str:
    if ord(character) > 0xFF:
        return json.dumps(character)[1:-1]
    return rng.choice([f"\\u{ord(character):04x}", f"\\x{ord(character):02X}", f"\\{character}"])


def percent(rng: Rng, text: str) -> str:
    return quote(text, safe=rng.choice(["", "abcdefghijklmnopqrstuvwxyz.", "/"]))


def percent_some(rng: Rng, text: str) -> str:
    return "".join(f"%{ord(c):02x}" if c.isascii() and rng.random() < 0.3 else c for c in text)


def base64_all(rng: Rng, text: str) -> str:
    encode = rng.choice([base64.b64encode, base64.urlsafe_b64encode])
    whole = encode(text.encode()).decode()
    return whole.rstrip("=") if rng.random() < 0.5 else whole


def as_json_string(rng: Rng, text: str) -> str:
    return json.dumps(text, ensure_ascii=rng.random() < 0.5)


def same(rng: Rng, text: str) -> str:
    return text


CHANGES: list[Change] = [
    full_width,
    other_digits,
    invisible,
    punctuation,
    lookalikes,
    tags,
    case,
    cut,
    one_changed,
    escaped,
    percent,
    percent_some,
    base64_all,
    as_json_string,
]


class Texts:
    """Makes texts out of entities and of the words that rules look for."""

    def __init__(self, entities: Sequence[Entity] = (), words: Sequence[str] = ()) -> None:
        self.entities = [*ENTITIES, *entities]
        self.words = list(words) or ["card"]

    def text(self, rng: Rng) -> str:
        """One value: plain, JSON, or a piece of JSON."""
        shape = rng.random()
        if shape < 0.6:
            return self.line(rng)
        whole = json.dumps(self.tree(rng, 3), ensure_ascii=rng.random() < 0.5)
        if shape < 0.7:
            return cut(rng, whole)
        return one_changed(rng, whole) if shape < 0.75 else whole

    def line(self, rng: Rng) -> str:
        pieces = [self.piece(rng) for _ in range(rng.randint(1, 6))]
        text = "".join(pieces)
        if rng.random() < 0.2:
            text = rng.choice(CHANGES)(rng, text)
        return text

    def piece(self, rng: Rng) -> str:
        kind = rng.random()
        if kind < 0.35:
            return rng.choice(FILLERS)
        if kind < 0.5:
            return rng.choice(["", " "]) + rng.choice(self.words) + rng.choice(["", " ", ": "])
        text = rng.choice(self.entities)(rng)
        while rng.random() < 0.3:
            text = rng.choice(CHANGES)(rng, text)
        return text

    def tree(self, rng: Rng, depth: int) -> object:
        """What JSON can hold, often like chat messages."""
        kind = rng.random()
        if depth == 0 or kind < 0.25:
            return self.leaf(rng)
        if kind < 0.45:
            return [self.message(rng, depth) for _ in range(rng.randint(1, 3))]
        if kind < 0.65:
            return [self.tree(rng, depth - 1) for _ in range(rng.randint(0, 3))]
        if kind < 0.75:
            return json.dumps(self.tree(rng, depth - 1))
        return {self.key(rng): self.tree(rng, depth - 1) for _ in range(rng.randint(0, 3))}

    def message(self, rng: Rng, depth: int) -> object:
        parts = [{"type": "text", "text": self.line(rng)} for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.3:
            parts = [{"text": half} for half in self.halves(rng)]
        content: object = self.line(rng) if rng.random() < 0.5 else parts
        members = [("role", rng.choice(ROLES)), ("content", content), (self.key(rng), 7)]
        rng.shuffle(members)
        return dict(members)

    def halves(self, rng: Rng) -> tuple[str, str]:
        """One text that was cut in two."""
        text = self.line(rng)
        at = rng.randint(0, len(text))
        return text[:at], text[at:]

    def key(self, rng: Rng) -> str:
        return self.line(rng) if rng.random() < 0.1 else rng.choice([*KEYS, rng.choice(self.words)])

    def leaf(self, rng: Rng) -> object:
        kind = rng.random()
        if kind < 0.8:
            return self.line(rng)
        number = rng.choice(self.entities[1:4])(rng)
        whole = "".join(c for c in number if c in "0123456789")
        return rng.choice([int(whole or 0), -int(whole or 0), float(whole[:15] or 0), True, None])


def noise(rng: Rng) -> str:
    """Random bytes, as text where they are none."""
    return rng.randbytes(rng.randint(0, 60)).decode("utf-8", "replace")
