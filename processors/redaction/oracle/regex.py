r"""Patterns in the syntax of Rust's `regex` crate, without Unicode, for Python's `re` on bytes.

What the two read alike is passed on; what they read differently is rewritten (`$`, `\z`,
`(?-u)`, `[[:alnum:]]`, `(?i)` in the middle) or refused.
"""

from __future__ import annotations

import re

_CLASSES = {
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "A-Za-z0-9_",
    "xdigit": "A-Fa-f0-9",
}
_GROUP = re.compile(
    r"\((?:\?(?:P?<(?P<name>[A-Za-z_]\w*)>|(?P<flags>[a-zA-Z]*(?:-[a-zA-Z]+)?)(?P<open>[:)])))?"
)
_REPEAT = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_ESCAPE = re.compile(
    r"\\(?:(?P<same>[AbBdDwWsSaftnrv]|x[0-9A-Fa-f]{2}|[^\w<>\s])"
    r"|(?P<end>z)|x\{0*(?P<code>[0-9A-Fa-f]{1,2})\})"
)
_NAMED = re.compile(r"\[:(?P<not>\^?)(?P<name>[a-z]+):\]")
_SETS = ("&&", "--", "~~")


class PatternError(ValueError):
    """The pattern uses what this engine cannot express."""


def compile_pattern(pattern: str, *, ignore_case: bool) -> re.Pattern[bytes]:
    """The same regular expression for `re`.

    Raises:
        PatternError: it has no counterpart, or is no regular expression.
    """
    try:
        translated = _Translator(pattern).translated()
        return re.compile(translated, re.IGNORECASE if ignore_case else re.NOFLAG)
    except re.error as error:
        raise PatternError(f"no regular expression: {error.msg}") from None


class _Translator:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.out: list[str] = []
        self.flags = [""]
        """Per open group, the inline flags that hold until it ends."""
        self.by_line = [False]
        """Per open group, whether `$` ends lines."""

    def translated(self) -> bytes:
        while self.at < len(self.pattern):
            self._step()
        self._close_flags()
        return "".join(self.out).encode("latin-1")

    def _step(self) -> None:
        character = self.pattern[self.at]
        match character:
            case "\\":
                self.out.append(self._escape())
            case "[":
                self._class()
            case "(":
                self._open()
            case ")":
                self._close_flags()
                self.flags = self.flags[:-1] or [""]
                self.by_line = self.by_line[:-1] or [False]
                self._pass(1)
            case "|":
                self._alternative()
            case "$":
                self.out.append("$" if self.by_line[-1] else r"\Z")
                self.at += 1
            case _:
                self._literal_or_repeat(character)

    def _pass(self, length: int) -> None:
        self.out.append(self.pattern[self.at : self.at + length])
        self.at += length

    def _literal_or_repeat(self, character: str) -> None:
        repeat = _REPEAT.match(self.pattern, self.at)
        if repeat:
            self._pass(len(repeat[0]))
            if _REPEAT.match(self.pattern, self.at):
                raise PatternError("a repetition right after a repetition is not supported")
        elif character.isascii():
            self._pass(1)
        else:
            self.out.append(f"(?:{_bytewise(character)})")
            self.at += 1

    def _escape(self) -> str:
        found = _ESCAPE.match(self.pattern, self.at)
        if not found or self.pattern.startswith(r"\b{", self.at):
            raise PatternError(f"{self.pattern[self.at : self.at + 3]!r} is not supported")
        self.at = found.end()
        if found["end"]:
            return r"\Z"
        if found["code"]:
            return rf"\x{int(found['code'], 16):02x}"
        return found[0]

    def _open(self) -> None:
        found = _GROUP.match(self.pattern, self.at)
        if not found or (found[0] == "(" and self.pattern.startswith("(?", self.at)):
            raise PatternError(f"{self.pattern[self.at : self.at + 3]!r} is not supported")
        self.at = found.end()
        if found["open"] == ")":
            self._set_flags(found["flags"])
            return
        self.flags.append("")
        self.by_line.append(_ends_lines(found["flags"] or "", default=self.by_line[-1]))
        if found["name"]:
            self.out.append(f"(?P<{found['name']}>")
        else:
            self.out.append("(" if found["open"] is None else f"(?{_flags(found['flags'])}:")

    def _set_flags(self, flags: str) -> None:
        """`(?i)` holds to the end of its group, also in the alternatives that follow."""
        self.by_line[-1] = _ends_lines(flags, default=self.by_line[-1])
        flags = _flags(flags)
        if flags:
            self.flags[-1] += f"(?{flags}:"
            self.out.append(f"(?{flags}:")

    def _close_flags(self) -> None:
        self.out.append(")" * self.flags[-1].count("("))

    def _alternative(self) -> None:
        self._close_flags()
        self._pass(1)
        self.out.append(self.flags[-1])

    def _class(self) -> None:
        self._pass(2 if self.pattern.startswith("[^", self.at) else 1)
        if self.pattern.startswith("]", self.at):
            self.out.append("\\")
            self._pass(1)
        while not self.pattern.startswith("]", self.at):
            self._class_item()
        self._pass(1)

    def _class_item(self) -> None:
        named = _NAMED.match(self.pattern, self.at)
        character = self.pattern[self.at : self.at + 1]
        if named and named["name"] in _CLASSES and not named["not"]:
            self.out.append(_CLASSES[named["name"]])
            self.at = named.end()
        elif character == "\\":
            self.out.append(self._escape())
        elif character in ("", "[") or not character.isascii() or self._is_set_operation():
            raise PatternError(f"{character!r} in a class is not supported")
        else:
            self._pass(1)

    def _is_set_operation(self) -> bool:
        return self.pattern[self.at : self.at + 2] in _SETS


def _flags(flags: str) -> str:
    """The flags without `u`, which bytes do not have."""
    on, _, off = flags.replace("u", "").partition("-")
    if set(on + off) - set("ims"):
        raise PatternError(f"the flags {flags!r} are not supported")
    return on + (f"-{off}" if off else "")


def _ends_lines(flags: str, *, default: bool) -> bool:
    on, _, off = flags.partition("-")
    return "m" in on or (default and "m" not in off)


def _bytewise(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode())
