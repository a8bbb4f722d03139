"""One text that is not taken apart any further, read in every way that could show something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from spanloom.processors.redaction.oracle import encoded, runs, views
from spanloom.processors.redaction.oracle.decide import Decision, Judge
from spanloom.processors.redaction.oracle.document import Document
from spanloom.processors.redaction.oracle.mapped import Mapped, Span
from spanloom.processors.redaction.oracle.place import Place
from spanloom.processors.redaction.oracle.scan import Scanner
from spanloom.processors.redaction.oracle.spots import Spot
from spanloom.processors.redaction.oracle.views import Reading, fold


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something found by one reading, at its place in the leaf."""

    start: int
    end: int
    decision: Decision
    reading: Reading = fold


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything compiled."""

    document: Document
    scanner: Scanner
    judge: Judge


class LeafReader:
    """Looks at the leaves of one value; all of them share what may be decoded of base64."""

    def __init__(self, rules: Rules, place: Place) -> None:
        self._rules = rules
        self._place = place
        self._decode = rules.document.decode
        self._base64_left = rules.document.limits.base64_bytes_max

    def look(self, leaf: bytes, spot: Spot, *, is_outermost: bool = True) -> list[Candidate]:
        """What all readings show.

        Of the decoded ones counts only what could not be seen before: findings that overlap
        or touch a percent code or an escape (`%20` hides that a word begins).
        """
        readings: list[Reading] = [views.percent] if self._decode.percent else []
        readings.append(views.escapes)
        found = self.plain(leaf, spot, is_outermost=is_outermost)
        for reading in readings:
            found += self._decoded(leaf, spot, reading, is_outermost=is_outermost)
        for reading in readings:
            found = _kept_whole(leaf, reading, found)
        return found

    def plain(self, leaf: bytes, spot: Spot, *, is_outermost: bool) -> list[Candidate]:
        """Folded, and no more."""
        view, _ = views.read(leaf, fold)
        found = self._view(view.text, spot)
        if is_outermost:
            found += self._encoded(view.text, spot)
        return [_moved(one, view) for one in found]

    def _decoded(
        self, leaf: bytes, spot: Spot, reading: Reading, *, is_outermost: bool
    ) -> list[Candidate]:
        """Decoded, then folded."""
        view, changed = views.read(leaf, reading)
        if not changed:
            return []
        return [
            replace(_moved(one, view), reading=reading)
            for one in self.plain(view.text, spot, is_outermost=is_outermost)
            if any(one.start <= end and start <= one.end for start, end in changed)
        ]

    def _view(self, view: bytes, spot: Spot) -> list[Candidate]:
        place = replace(self._place, role=spot.role)
        return [
            Candidate(finding.start, finding.end, decision)
            for finding in self._rules.scanner.scan(view, spot.words)
            if (
                decision := self._rules.judge.decide(
                    finding, view[finding.start : finding.end], place
                )
            )
        ]

    def _encoded(self, view: bytes, spot: Spot) -> list[Candidate]:
        """What stands behind base64 and hex, each finding over the whole run."""
        found = []
        for start, end in runs.tokens(view, encoded.RUN_BYTES_MIN):
            is_jwt = view.startswith(b"eyJ", start) and view[end : end + 1] == b"."
            if not is_jwt:
                inner = self.look(self._behind(view[start:end]), spot, is_outermost=False)
                found += [replace(one, start=start, end=end, reading=fold) for one in inner]
        return found

    def _behind(self, run: bytes) -> bytes:
        """The text that a run stands for; empty if it is none."""
        decoded = None
        if self._decode.hex:
            decoded = encoded.from_hex(run, self._base64_left)
        if decoded is None and self._decode.base64:
            decoded = encoded.from_base64(run, self._base64_left)
        text = encoded.text_in(decoded or b"")
        if text and decoded:
            self._base64_left -= len(decoded)
        return text


def _moved(candidate: Candidate, view: Mapped) -> Candidate:
    """From the view to its source."""
    start, end = view.source(candidate.start, candidate.end)
    return replace(candidate, start=start, end=end)


def _kept_whole(leaf: bytes, reading: Reading, found: list[Candidate]) -> list[Candidate]:
    """Without half escapes or percent codes.

    A finding of another reading that cuts one goes if this reading shows the same rule there;
    else it takes the whole code.
    """
    own = [one for one in found if one.reading is reading]
    codes = [(start, end) for start, end, _ in reading(leaf)]
    kept = []
    for one in found:
        whole = (_not_cut(codes, one.start)[0], _not_cut(codes, one.end)[1])
        if one.reading is reading or whole == (one.start, one.end):
            kept.append(one)
        elif not any(_is_same_there(other, one) for other in own):
            kept.append(replace(one, start=whole[0], end=whole[1]))
    return kept


def _not_cut(codes: Iterable[Span], at: int) -> Span:
    """The code that a position cuts in two, else the position."""
    return next(((start, end) for start, end in codes if start < at < end), (at, at))


def _is_same_there(one: Candidate, other: Candidate) -> bool:
    is_same_rule = one.decision.rule == other.decision.rule
    return is_same_rule and one.start < other.end and other.start < one.end
