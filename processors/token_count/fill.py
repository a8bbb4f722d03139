"""The counts of a batch as they are found, one span after the other, and then written."""

from __future__ import annotations

import collections
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from spanloom.processors.token_count.captured import SIDES, Captured, Side
from spanloom.processors.token_count.measure import Measure
from spanloom.processors.token_count.messages import Content, UncountableError
from spanloom.semconv import INPUT_TOKENS, OUTPUT_TOKENS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces

ESTIMATED: Final = "spanloom.tokens.estimated"
"""`input`, `output` or `both`: which counts are estimates."""
METHOD: Final = "spanloom.tokens.method"
"""`heuristic`, or `splintr:` and the name of the vocabulary."""

_TOKENS: Final[dict[Side, str]] = {"input": INPUT_TOKENS, "output": OUTPUT_TOKENS}
# By which counts were filled: bit 0 for the input, bit 1 for the output.
_ESTIMATED_VALUES: Final = ["", "input", "output", "both"]


@dataclass(frozen=True, slots=True)
class Span:
    """A span that lacks counts.

    Attributes:
        row: where it stands in the batch.
        lacks: by side.
        failed: it ended with an error.
        method: what to say of counts that are filled.
        measure: counts its texts.
    """

    row: int
    lacks: dict[Side, bool]
    failed: bool
    method: str
    measure: Measure


class Filling:
    """What is found out about the spans of one batch.

    Attributes:
        filled: counts filled, by side.
        skipped: counts left absent, by reason.
        n_sampled: counts for which a part of the text stood for the whole.
    """

    def __init__(self, captured: dict[Side, Captured], n_spans: int, n_characters: int) -> None:
        """Reads at most `n_characters` of text."""
        self.filled: collections.Counter[Side] = collections.Counter()
        self.skipped: collections.Counter[str] = collections.Counter()
        self.n_sampled = 0
        self._captured = captured
        self._n_left = n_characters
        self._tokens = {side: np.full(n_spans, -1, np.int64) for side in SIDES}
        self._methods: list[str | None] = [None] * n_spans

    def fill(self, span: Span) -> None:
        """Find the counts that the span lacks."""
        answered = self._captured["output"].is_present(span.row)
        for side in SIDES:
            if not span.lacks[side]:
                continue
            # A call that failed before it answered is not billed: a count would become a price.
            reason = "failed" if span.failed and not answered else self._fill_side(span, side)
            if reason:
                self.skipped[reason] += 1

    def _fill_side(self, span: Span, side: Side) -> str:
        """Why there is no count; empty where there is one."""
        captured = self._captured[side]
        if not captured.is_present(span.row):
            return "no_text"
        try:
            content = self._read(captured, span.row)
        except UncountableError as error:
            return error.reason
        except RecursionError:
            return "malformed"
        measured = span.measure.input(content) if side == "input" else span.measure.output(content)
        self._tokens[side][span.row] = measured.tokens
        self._methods[span.row] = span.method
        self.filled[side] += 1
        self.n_sampled += measured.is_sampled
        return ""

    def _read(self, captured: Captured, row: int) -> Content:
        """What was captured. Raises UncountableError, with `batch_limit` or `no_text` too."""
        n_characters = captured.n_characters(row)
        self._take(n_characters)
        content = captured.read(row)
        # Structured values tell their size only once they are read.
        self._take(max(0, sum(map(len, content.texts)) - n_characters))
        if content.is_empty:
            raise UncountableError("no_text")
        return content

    def _take(self, n_characters: int) -> None:
        if n_characters > self._n_left:
            raise UncountableError("batch_limit")
        self._n_left -= n_characters

    def write(self, batch: Traces) -> None:
        """Set the counts, and say that they are estimates."""
        bits: NDArray[np.int32] = np.zeros(len(batch), np.int32)
        for bit, side in enumerate(SIDES):
            found = self._tokens[side] >= 0
            if found.any():
                batch.set_attribute(_TOKENS[side], self._tokens[side], where=found)
                bits += found.astype(np.int32) << bit
        if bits.any():
            batch.set_attribute(ESTIMATED, _ESTIMATED_VALUES, codes=np.where(bits > 0, bits, -1))
            batch.set_attribute(METHOD, self._methods)
