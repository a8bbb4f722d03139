# ruff: noqa: INP001, RUF001 - a command of its own; its letters are meant to look alike
"""Writes `fold.tsv`: how each non-ASCII character is read by the rules.

Run from the repository's root: `python native/scan/tools/fold_table.py`. The file has one line
per character or range that does not stand for itself: `HEX<TAB>UTF-8 as HEX` or
`HEX..HEX<TAB>UTF-8 as HEX`; nothing after the tab where the character is removed. Both engines
read it, so that they cannot disagree, whatever Unicode version runs them.
"""

import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).parents[1] / "src" / "view" / "fold.tsv"

# Letters that look like a Latin one, after Unicode's confusables.txt. Upper and lower case go
# together even where only one of them looks alike: else a phrase would match in one case only.
LOOK_ALIKES = (
    # Cyrillic
    ("АВЕКМНОРСТУХЅІЈҺԀԚԜҮӀ", "ABEKMHOPCTYXSIJHDQWYL"),
    # Greek
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ", "ABEZHIKMNOPTYXCJ"),
    # Armenian
    ("ՕՍՀՈՑՅԳՏԼ", "OUHNGJQSL"),
    # Small capitals and Latin letters of other alphabets
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
    ("ıɑɡ", "iag"),
)
# Combining marks of the Latin, Greek and Cyrillic scripts: `é` reads as `e`, however it is written.
MARKS = ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
# Default_Ignorable_Code_Point besides Cf; unicodedata does not know the property.
IGNORABLE = (
    *((0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF)),
)
TAGS = range(0xE0020, 0xE007F)
DASHES = "\u02d7\u2043\u2212\u2796"
SPACES = "\u0085\u2028\u2029\u2800"
APOSTROPHES = "\u2018\u2019\u02bc"
HANGUL = range(0xAC00, 0xD7A4)


def look_alikes() -> dict[str, str]:
    """Latin letter of each look-alike, in both cases."""
    table = {}
    for others, latins in LOOK_ALIKES:
        for other, latin in zip(others, latins, strict=True):
            table[other.lower()] = latin.lower()
            table[other] = latin
    return table


LATIN = look_alikes()


def within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    """Whether one of the closed ranges holds the code point."""
    return any(first <= code <= last for first, last in ranges)


def fold_once(char: str) -> str:
    """What stands for a character: ASCII, itself, its decomposition, or nothing."""
    code = ord(char)
    category = unicodedata.category(char)
    if char.isascii() or category == "Cs":
        return char
    if code in TAGS:
        return chr(code - 0xE0000)
    if category in {"Cf", "Me"} or within(code, IGNORABLE) or within(code, MARKS):
        return ""
    return folded_sign(char, category)


def folded_sign(char: str, category: str) -> str:
    """The ASCII digit, dash, space or apostrophe that stands for it; else as for letters."""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Pd" or char in DASHES:
        return "-"
    if category == "Zs" or char in SPACES:
        return " "
    if char in APOSTROPHES:
        return "'"
    return folded_letter(char)


def folded_letter(char: str) -> str:
    """The look-alike, the compatibility decomposition, the simple lower case, or the character."""
    if char in LATIN:
        return LATIN[char]
    decomposed = char if ord(char) in HANGUL else unicodedata.normalize("NFKD", char)
    if decomposed != char:
        return decomposed
    lower = "σ" if char == "ς" else char.lower()
    return lower if len(lower) == 1 else char


def fold(char: str) -> str:
    """What remains when folding changes nothing more."""
    folded = char
    while (again := "".join(map(fold_once, folded))) != folded:
        folded = again
    return folded


def ranges() -> Iterator[tuple[int, int, str]]:
    """First and last code point of all that something else stands for, and what does."""
    first, last, text = 0, -1, ""
    for code in range(0x80, sys.maxunicode + 1):
        folded = fold(chr(code))
        if folded == chr(code):
            continue
        if code == last + 1 and folded == text:
            last = code
            continue
        if last >= 0:
            yield first, last, text
        first, last, text = code, code, folded
    yield first, last, text


def main() -> None:
    """Writes the table."""
    lines = []
    for first, last, text in ranges():
        codes = f"{first:X}" if first == last else f"{first:X}..{last:X}"
        lines.append(f"{codes}\t{text.encode().hex()}\n")
    TABLE.write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
