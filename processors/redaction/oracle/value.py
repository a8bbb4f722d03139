"""One string of an item: taken apart, scanned, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from spanloom.processors.redaction.oracle import edits, seams, views
from spanloom.processors.redaction.oracle.edits import Edit
from spanloom.processors.redaction.oracle.json_parse import (
    Array,
    NotJsonError,
    Number,
    Object,
    Text,
    parse,
)
from spanloom.processors.redaction.oracle.leaf import Candidate, LeafReader, Rules
from spanloom.processors.redaction.oracle.mapped import Mapped, Span
from spanloom.processors.redaction.oracle.place import Place
from spanloom.processors.redaction.oracle.resolve import Planned, resolve
from spanloom.processors.redaction.oracle.scan import Words
from spanloom.processors.redaction.oracle.settle import Told, told_of
from spanloom.processors.redaction.oracle.spots import Spot, Spots

UNSCANNED = "[REDACTED:unscanned]"
_PASSES_MORE_MAX = 4
_OVERLAP_BYTES = 256

Kind = Literal["unchanged", "replaced", "drop_attribute", "drop_item", "unscanned"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to become of a value: `text` where it is replaced, `reason` where unscanned."""

    kind: Kind
    text: bytes = b""
    reason: str = ""


UNCHANGED = Outcome("unchanged")


class TooLargeError(Exception):
    """The value is larger than what is scanned."""


def redact(
    rules: Rules, value: bytes, place: Place, words: Words, *, is_number: bool = False
) -> tuple[Outcome, list[Told]]:
    """What becomes of a value, and what was found in it.

    What was written is scanned again until nothing more is found in it, which is not told.
    """
    spot = Spot(words, place.role)
    first = _Pass(rules, place)
    outcome = first.run(value, spot, is_number=is_number)
    if outcome.kind == "replaced":
        outcome = UNCHANGED if outcome.text == value else _stable(rules, outcome, place, spot)
    return outcome, first.told


def _stable(rules: Rules, last: Outcome, place: Place, spot: Spot) -> Outcome:
    for _ in range(_PASSES_MORE_MAX):
        outcome = _Pass(rules, place).run(last.text, spot)
        if outcome in (UNCHANGED, last):
            return last
        if outcome.kind != "replaced":
            return outcome
        last = outcome
    return Outcome("unscanned", reason="unstable")


class _Pass:
    """One look at one value."""

    def __init__(self, rules: Rules, place: Place) -> None:
        self._document = rules.document
        self._key_words = rules.scanner.key_words
        self._reader = LeafReader(rules, place)
        self._rules = rules.document.rules
        self._drops: set[str] = set()
        self.told: list[Told] = []

    def run(self, value: bytes, spot: Spot, *, is_number: bool = False) -> Outcome:
        try:
            done = self._edits(value, spot, is_number=is_number)
        except TooLargeError:
            return Outcome("unscanned", reason="too_large")
        if "drop_item" in self._drops:
            return Outcome("drop_item")
        if "drop_attribute" in self._drops:
            return Outcome("drop_attribute")
        return Outcome("replaced", edits.applied(value, done)) if done else UNCHANGED

    def _edits(self, value: bytes, spot: Spot, *, is_number: bool) -> list[Edit]:
        if len(value) > self._document.limits.value_bytes_max:
            return self._head_and_tail(value, spot)
        if is_number:
            return self._leaf(value, spot)
        return self._text(value, spot, self._document.limits.nested_json_max + 1)

    def _text(self, text: bytes, spot: Spot, levels_left: int) -> list[Edit]:
        """The edits of a text, in order; JSON is taken apart while `levels_left`."""
        node = self._json(text) if self._document.decode.json_text and levels_left else None
        if node is None:
            return self._leaf(text, spot)
        spots = Spots(text, self._key_words)
        done: list[Edit] = []
        for leaf in spots.leaves(node, spot):
            if isinstance(leaf.node, Number):
                done += self._number(text, leaf.node, leaf.spot)
            else:
                inner_levels = 0 if leaf.is_key else levels_left - 1
                done += self._string(text, leaf.node, leaf.spot, inner_levels)
        for first, second, first_spot in spots.seams(node, spot):
            done += self._seam(text, first, second, first_spot)
        return edits.joined(done)

    def _json(self, text: bytes) -> Object | Array | None:
        try:
            return parse(text, self._document.limits.json_depth_max)
        except NotJsonError:
            return None

    def _string(self, text: bytes, node: Text, spot: Spot, levels_left: int) -> list[Edit]:
        content, n_told = content_of(text, node), len(self.told)
        inside = self._text(content.text, spot, levels_left)
        self._move_told(n_told, content.source)
        return [edits.lifted(edit, content) for edit in inside]

    def _number(self, text: bytes, node: Number, spot: Spot) -> list[Edit]:
        """A number that needs an edit becomes a string."""
        if not self.wants_numbers(spot.words):
            return []
        number, n_told = text[node.start : node.end], len(self.told)
        inside = self._leaf(number, spot)
        self._move_told(n_told, lambda start, end: (node.start + start, node.start + end))
        if not inside:
            return []
        return [Edit(node.start, node.end, f'"{edits.applied(number, inside).decode()}"')]

    def _move_told(self, n_told: int, to_text: Callable[[int, int], Span]) -> None:
        """Leads the positions of what was told since `n_told` from a part of a text to the text."""
        for index, one in enumerate(self.told[n_told:], n_told):
            if one.span:
                self.told[index] = replace(one, span=to_text(*one.span))

    def wants_numbers(self, words: Words) -> bool:
        wanted = self._document.scan_numbers
        return wanted == "all" or (wanted == "named" and bool(words))

    def _leaf(self, leaf: bytes, spot: Spot) -> list[Edit]:
        found = self._reader.look(leaf, spot)
        return [
            Edit(winner.start, winner.end, winner.decision.replacement)
            for winner in self._settled(leaf, found, spot)
        ]

    def _seam(self, text: bytes, first: Text, second: Text, spot: Spot) -> list[Edit]:
        """What stands in two neighbouring parts: written in the first, removed in the second."""
        before, after = content_of(text, first), content_of(text, second)
        tail, head = seams.tail(before.text), seams.head(after.text)
        if not tail or not head:
            return []
        at, n_told = len(tail), len(self.told)
        found = self._reader.plain(tail + head, spot, is_outermost=False)
        straddling = [one for one in found if one.start < at < one.end]
        done = []
        winners = self._settled(tail + head, straddling, spot)
        self.told[n_told:] = [replace(one, span=None) for one in self.told[n_told:]]
        for winner in winners:
            start = len(before.text) - (at - winner.start)
            written = Edit(start, len(before.text), winner.decision.replacement)
            removed = Edit(0, winner.end - at, "")
            done += [edits.lifted(written, before), edits.lifted(removed, after)]
        return done

    def _settled(self, leaf: bytes, found: Iterable[Candidate], spot: Spot) -> list[Planned]:
        """Decides among all that was found in one leaf, and tells."""
        planned = [Planned(*edits.widened(leaf, one.start, one.end), one.decision) for one in found]
        winners = resolve(planned)
        self._drops |= {plan.decision.action.kind for plan in planned}
        self.told += told_of(planned, winners, self._rules, spot)
        return winners

    def _head_and_tail(self, value: bytes, spot: Spot) -> list[Edit]:
        """Half of what is allowed is kept at either end, as plain text; JSON is refused."""
        if self._document.on_oversize == "drop_value" or self._json(value):
            raise TooLargeError
        half = max(0, self._document.limits.value_bytes_max - len(UNSCANNED)) // 2
        cut, resume = edits.widened(value, half, len(value) - half)
        tail_start, head_end = edits.widened(
            value, max(0, resume - _OVERLAP_BYTES), min(len(value), cut + _OVERLAP_BYTES)
        )
        head = self._leaf(value[:head_end], spot)
        n_told = len(self.told)
        tail = self._leaf(value[tail_start:], spot)
        self._move_told(n_told, lambda start, end: (tail_start + start, tail_start + end))
        return [
            *(replace(edit, end=min(edit.end, cut)) for edit in head if edit.start < cut),
            Edit(cut, resume, UNSCANNED),
            *(
                Edit(max(edit.start + tail_start, resume), edit.end + tail_start, edit.text)
                for edit in tail
                if edit.end + tail_start > resume
            ),
        ]


def content_of(text: bytes, node: Text) -> Mapped:
    """What a JSON string says, with the way back to `text`."""
    said, _ = views.read(text[node.start : node.end], views.escapes)
    spans = [(start + node.start, end + node.start) for start, end in said.spans]
    return Mapped(said.text, spans)
