"""Finds what the rules describe in one view of a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from spanloom.processors.redaction.oracle import context
from spanloom.processors.redaction.oracle.decide import Finding
from spanloom.processors.redaction.oracle.document import Document, Rule
from spanloom.processors.redaction.oracle.literals import Hit, Literals, plain
from spanloom.processors.redaction.oracle.mapped import Span
from spanloom.processors.redaction.oracle.marks import Marks
from spanloom.processors.redaction.oracle.matchers import Matcher, Seen, matcher_of
from spanloom.processors.redaction.oracle.views import folded_text

Words = frozenset[bytes]


class Scanner:
    """The rules, compiled. Raises ValueError: all that cannot be used, one a line."""

    def __init__(self, document: Document) -> None:
        self._rules = list(_compiled(document.rules))
        self._context_words = {word for rule in self._rules for word in rule.words}
        literals = {literal for rule in self._rules for literal in rule.matcher.literals}
        self._literals = Literals(literals | self._context_words)
        self._marks = Marks(rule.label for rule in document.rules)
        self.n_literals = len(self._literals)

    def key_words(self, key: bytes) -> Words:
        """The context words that a key holds: that of an attribute, or of a JSON object."""
        hits = self._literals.find(key)
        return frozenset(
            hit.literal
            for hit in hits
            if hit.literal in self._context_words and context.is_word(key, hit)
        )

    def scan(self, text: bytes, key_words: Words) -> list[Finding]:
        """The findings by ascending start, each at least as sure as its rule's `flag_at`."""
        hits: dict[bytes, list[Hit]] = defaultdict(list)
        for hit in sorted(self._literals.find(text)):
            hits[hit.literal].append(hit)
        seen = Seen(text, hits)
        marks = self._marks.find(text)
        findings = [
            Finding(start, end, index, score)
            for index, rule in enumerate(self._rules)
            for start, end, base in rule.matcher.matches(seen)
            if start < end and not _touches(marks, (start, end))
            if (score := rule.score(base, (start, end), seen, key_words)) >= rule.flag_at
        ]
        return sorted(findings, key=lambda found: (found.start, found.end, found.rule))


class _Compiled:
    def __init__(self, rule: Rule) -> None:
        self.matcher: Matcher = matcher_of(rule)
        self.flag_at = rule.flag_at
        self._raising = _folded(rule.context)
        self._lowering = _folded(rule.negative_context)
        self.words = self._raising | self._lowering

    def score(self, base: int, found: Span, seen: Seen, key_words: Words) -> int:
        """What the shape says, and what stands around it."""
        raising, lowering = (_words(words, seen) for words in (self._raising, self._lowering))
        near = context.weigh(seen.text, raising, lowering, found)
        score = min(base, 100)
        if near.raises or self._raising & key_words:
            score = min(score + context.BONUS, 100)
        if near.lowers or self._lowering & key_words:
            score = max(score - context.MALUS, 0)
        return score


def _compiled(rules: Iterable[Rule]) -> Iterator[_Compiled]:
    problems = []
    for rule in rules:
        try:
            yield _Compiled(rule)
        except (KeyError, ValueError) as error:
            problems.append(f"rule {rule.id}: {error}")
    if problems:
        raise ValueError("\n".join(problems))


def _folded(words: Iterable[str]) -> Words:
    return frozenset(plain(folded_text(word.strip().lower().encode())) for word in words)


def _words(literals: Words, seen: Seen) -> list[Hit]:
    return [hit for hit in seen.of(literals) if context.is_word(seen.text, hit)]


def _touches(marks: Iterable[Span], found: Span) -> bool:
    return any(found[0] < end and start < found[1] for start, end in marks)
