"""How each kind of rule finds its matches: by expression, by phrases, by a detector."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spanloom.processors.redaction.oracle import context, document, runs
from spanloom.processors.redaction.oracle.detectors import DETECTORS
from spanloom.processors.redaction.oracle.detectors.anchors import Anchor, Detector, Match, Site
from spanloom.processors.redaction.oracle.entropy import entropy
from spanloom.processors.redaction.oracle.literals import Hit, plain
from spanloom.processors.redaction.oracle.mapped import Span
from spanloom.processors.redaction.oracle.regex import compile_pattern
from spanloom.processors.redaction.oracle.validators import VALIDATORS
from spanloom.processors.redaction.oracle.views import folded_text

_WORD = re.compile(rb"\w")


@dataclass(frozen=True, slots=True)
class Seen:
    """A view, and where each literal of all rules occurs in it."""

    text: bytes
    hits: dict[bytes, list[Hit]]

    def of(self, literals: frozenset[bytes]) -> list[Hit]:
        found = (hits for literal, hits in self.hits.items() if literal in literals)
        return [hit for hits in found for hit in hits]


class Matcher(ABC):
    literals: frozenset[bytes] = frozenset()
    """What it wants to be looked for, plain."""

    @abstractmethod
    def matches(self, seen: Seen) -> Iterator[Match]:
        """Everything that looks right, by ascending start."""


def matcher_of(rule: document.Rule) -> Matcher:
    """Raises ValueError when the rule cannot be used."""
    matcher = rule.matcher
    if matcher.regex:
        return _Regex(matcher.regex, rule.score)
    if matcher.phrases:
        return _Phrases(matcher.phrases, rule.score)
    return _Detector(DETECTORS[matcher.detector or ""])


class _Phrases(Matcher):
    def __init__(self, phrases: document.Phrases, score: int) -> None:
        self.literals = frozenset(_literal(phrase.strip()) for phrase in phrases.phrases)
        self._whole_words = phrases.whole_words
        self._score = score

    def matches(self, seen: Seen) -> Iterator[Match]:
        for hit in sorted(seen.of(self.literals)):
            if not self._whole_words or context.is_whole(seen.text, hit):
                yield Match(hit.start, hit.end, self._score)


class _Regex(Matcher):
    def __init__(self, regex: document.Regex, score: int) -> None:
        self.literals = frozenset(_literal(keyword) for keyword in regex.keywords)
        self._pattern = compile_pattern(regex.pattern, ignore_case=regex.ignore_case)
        self._group = regex.group
        self._boundary = regex.boundary
        self._validators = [VALIDATORS[name] for name in regex.validators]
        self._min_entropy = regex.min_entropy
        self._score = score

    def matches(self, seen: Seen) -> Iterator[Match]:
        if self.literals and not seen.of(self.literals):
            return
        at = 0
        while match := self._pattern.search(seen.text, at):
            at = match.start() + 1
            if self._accepts(seen.text, match):
                at = match.end()
                yield Match(*match.span(self._group), self._score)

    def _accepts(self, text: bytes, match: re.Match[bytes]) -> bool:
        replaced = match[self._group]
        if not match[0] or not replaced:
            return False
        if self._boundary and not _stands_alone(text, match.span()):
            return False
        return (
            all(is_valid(replaced) for is_valid in self._validators)
            and entropy(replaced) >= self._min_entropy
        )


def _stands_alone(text: bytes, found: Span) -> bool:
    start, end = found
    return not _WORD.match(text[start - 1 : start]) and not _WORD.match(text[end : end + 1])


class _Detector(Matcher):
    """Tries a detector at its anchors from left to right, not within what it found before."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.literals = frozenset(
            plain(anchor.literal) for anchor in detector.anchors if anchor.literal is not None
        )

    def matches(self, seen: Seen) -> Iterator[Match]:
        anchors = {(hit.start, hit.end) for hit in seen.of(self.literals)}
        for anchor in self._detector.anchors:
            anchors |= set(_runs(anchor, seen.text))
        floor = 0
        for start, end in sorted(anchors):
            if start < floor:
                continue
            for match in self._detector.detect(Site(seen.text, start, end)):
                floor = max(floor, match.end)
                if match.score:
                    yield match


def _runs(anchor: Anchor, text: bytes) -> Iterable[Span]:
    found: Iterable[Span] = ()
    match anchor.kind:
        case "digits":
            found = runs.digits(text, anchor.length)
        case "hex_groups":
            found = runs.hex_groups(text)
        case "hex_word":
            found = runs.hex_words(text, anchor.length)
        case "country_check":
            found = runs.country_checks(text)
        case "word":
            found = runs.words(text, anchor.length)
        case "token":
            found = runs.tokens(text, anchor.length)
    return found


def _literal(text: str) -> bytes:
    return plain(folded_text(text.encode()))
