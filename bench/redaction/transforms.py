"""The forms in which a value hides: section by section the same text, written otherwise."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"
LOOK_ALIKES = str.maketrans("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ")  # noqa: RUF001
PLACEHOLDERS = {"-": "\N{NON-BREAKING HYPHEN}", " ": "\N{NO-BREAK SPACE}"}


@dataclass(frozen=True, slots=True)
class Hidden:
    """A text around a value, in some form.

    Attributes:
        text: what is scanned.
        start, end: of the value in it, in characters.
        key: of the attribute that holds it.
        within: how to get the plain text out of what leaves again, None where it is plain.
    """

    text: str
    start: int
    end: int
    key: str = "log.body"
    within: Callable[[str], str] | None = None


def piecewise(change: Callable[[str], str], before: str, value: str, after: str) -> Hidden:
    """The three parts, each changed on its own."""
    before, value, after = change(before), change(value), change(after)
    return Hidden(before + value + after, len(before), len(before) + len(value))


def plain(before: str, value: str, after: str) -> Hidden:
    return piecewise(str, before, value, after)


def json_escaped(before: str, value: str, after: str) -> Hidden:
    """In message JSON, right after a line break."""
    return in_message(lambda part: json.dumps(part)[1:-1], f"{before}\n", value, after)


def json_html_safe(before: str, value: str, after: str) -> Hidden:
    def escape(part: str) -> str:
        text = json.dumps(part)[1:-1]
        for letter in "<>&@'":
            text = text.replace(letter, f"\\u{ord(letter):04x}")
        return text

    return in_message(escape, f"{before}<", value, f">{after}")


def in_message(escape: Callable[[str], str], before: str, value: str, after: str) -> Hidden:
    head, tail = '[{"role":"user","content":"', '"}]'
    hidden = piecewise(escape, before, value, after)
    shift = len(head)

    def content(text: str) -> str:
        return str(json.loads(text)[0]["content"])

    return Hidden(
        head + hidden.text + tail,
        hidden.start + shift,
        hidden.end + shift,
        "gen_ai.input.messages",
        content,
    )


def json_cut(before: str, value: str, after: str) -> Hidden:
    """Message JSON that a length limit has cut off."""
    hidden = json_escaped(before, value, after)
    return Hidden(hidden.text[:-3], hidden.start, hidden.end, hidden.key)


def full_width(before: str, value: str, after: str) -> Hidden:
    wide = {ord(d): ord(d) + 0xFEE0 for d in "0123456789@"}
    return piecewise(lambda part: part.translate(wide), before, value, after)


def no_break(before: str, value: str, after: str) -> Hidden:
    table = str.maketrans(PLACEHOLDERS)
    return piecewise(lambda part: part.translate(table), before, value, after)


def zero_width(before: str, value: str, after: str) -> Hidden:
    middle = len(value) // 2
    return plain(before, value[:middle] + ZERO_WIDTH + value[middle:], after)


def look_alikes(before: str, value: str, after: str) -> Hidden:
    return piecewise(lambda part: part.translate(LOOK_ALIKES), before, value, after)


def percent(before: str, value: str, after: str) -> Hidden:
    head = "https://shop.acme.test/find?q="
    hidden = piecewise(lambda part: urllib.parse.quote(part, safe=""), before, value, after)
    return Hidden(head + hidden.text, hidden.start + len(head), hidden.end + len(head))


def base64_text(before: str, value: str, after: str) -> Hidden:
    run = base64.b64encode(f"Here it comes: {before}{value}{after}".encode()).decode()
    return Hidden(f"payload {run} end", 8, 8 + len(run))


TRANSFORMS: dict[str, Callable[[str, str, str], Hidden]] = {
    "none": plain,
    "json": json_escaped,
    "json html-safe": json_html_safe,
    "json cut": json_cut,
    "full-width": full_width,
    "no-break": no_break,
    "zero-width": zero_width,
    "look-alikes": look_alikes,
    "percent": percent,
    "base64": base64_text,
}
