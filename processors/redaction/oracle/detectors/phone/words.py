"""Words that tell what a number is: those beside it, whatever a rule's context words say.

`words.txt` is the table of the native engine.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib import resources

from spanloom.processors.redaction.oracle.views import folded_text


@cache
def _sets() -> dict[str, set[bytes]]:
    """By kind, folded and in lower case."""
    sets: dict[str, set[bytes]] = defaultdict(set)
    text = resources.files(__package__).joinpath("words.txt").read_text("utf-8")
    for line in text.splitlines():
        kind, tab, words = line.partition("\t")
        if tab:
            sets[kind] |= {folded_text(word.encode()).lower() for word in words.split(" ")}
    return sets


def has(kind: str, word: bytes) -> bool:
    """Whether a word of a folded text is one of a kind, in any case."""
    return word.lower() in _sets()[kind]
