"""Where something stands in a source, and the part of that line that may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Before the token only indentation, list dashes and one key are shown: on a line in
# flow style a neighbouring value could be a secret.
_PLAIN_PREFIX = re.compile(r"[\s-]*(?:[\w./:\"'-]+\s*:\s+)?")
_EXCERPT_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a source.

    Attributes:
        source: file path as given, or `--set`, `env:NAME`, `yaml:`.
        line: from 1.
        column: from 1, in characters.
        excerpt: the line up to the end of the token, or empty when it must not be shown.
    """

    source: str
    line: int
    column: int
    excerpt: str = ""

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"

    def caret(self) -> list[str]:
        """The source line and a caret under the column; empty without an excerpt."""
        return [self.excerpt, " " * (self.column - 1) + "^"] if self.excerpt.strip() else []

    def unshown(self) -> Place:
        """The same place without its text."""
        return Place(self.source, self.line, self.column)


def excerpt(line: str, start: int, end: int) -> str:
    """The token `line[start:end]` with its indentation and key; what else stands there is blank."""
    if end > _EXCERPT_LENGTH_MAX:
        return ""
    prefix = line[:start]
    if not _PLAIN_PREFIX.fullmatch(prefix):
        prefix = " " * start
    return (prefix + line[start:end]).replace("\t", " ")
