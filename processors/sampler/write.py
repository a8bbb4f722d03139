"""What a decision leaves on the items: thresholds, ratios, reasons, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spanloom.batch import Logs, Traces
from spanloom.processors.sampler.incoming import LOG_RANDOMNESS, LOG_THRESHOLD, Incoming
from spanloom.processors.sampler.threshold import ALWAYS, NEVER, format_threshold
from spanloom.processors.sampler.tracestate import EMPTY

if TYPE_CHECKING:
    from spanloom.processors.sampler.config import Config
    from spanloom.processors.sampler.decide import Decided, Decider, Reasons
    from spanloom.processors.sampler.randomness import U64

Bool = NDArray[np.bool_]

_NONE, _ALWAYS = np.uint64(NEVER), np.uint64(ALWAYS)
SAMPLED_OUT, BARRED, ERROR_CLOSED = "sampled_out", "sampling_priority", "sampling_error"


class Writer:
    """Writes decisions into batches."""

    def __init__(self, config: Config, decider: Decider) -> None:
        self._config = config
        self._reasons = decider.reasons
        self._writes_randomness = decider.writes_randomness
        self._always = config.tracestate == "always"

    def tag(self, batch: Traces | Logs, decided: Decided) -> None:
        """Say on each item whether it would stay. Nothing is dropped, so no weight changes."""
        batch.set_attribute(self._config.tag_attribute, decided.kept)
        if self._config.reason_attribute:
            self._write_reasons(batch, decided.reasons, decided.kept)

    def write(
        self, batch: Traces | Logs, incoming: Incoming, limits: U64, reasons: Reasons | None
    ) -> None:
        """Write on items that stay.

        Args:
            batch: n items, all of which stay.
            incoming: what they carried.
            limits: (n,) the thresholds they stayed at.
            reasons: (n,) why, or None for chance.
        """
        if self._config.tracestate != "never":
            self._write_thresholds(batch, incoming, limits)
        if self._config.ratio_attribute:
            self._write_ratios(batch, incoming, limits)
        if self._config.reason_attribute:
            self._write_reasons(batch, reasons, None)

    def _write_thresholds(self, batch: Traces | Logs, incoming: Incoming, limits: U64) -> None:
        rows = None if incoming.sealed is None else ~incoming.sealed
        if not self._always:
            needed = _needed(incoming, limits)
            rows = needed if rows is None else rows & needed
        if rows is not None and not rows.any():
            return
        if isinstance(batch, Traces):
            self._write_spans(batch, incoming, limits, rows)
        else:
            self._write_logs(batch, incoming, limits, rows)

    def _write_spans(
        self, batch: Traces, incoming: Incoming, limits: U64, rows: Bool | None
    ) -> None:
        distinct, codes = _distinct(limits)
        table = [format_threshold(int(limit)) for limit in distinct]
        if incoming.codes is not None:
            own = _hex(incoming.randomness) if self._writes_randomness else None
            texts = _texts_with_states(incoming, limits, own)
        elif self._writes_randomness:
            texts = _texts_with_randomness(_hex(incoming.randomness), table, codes)
        elif len(table) == 1:
            batch.set_trace_state(EMPTY.text(table[0]), where=rows)
            return
        else:
            made = list(map(EMPTY.text, table))
            texts = [made[code] for code in codes.tolist()]
        batch.set_trace_state(texts, where=rows)

    def _write_logs(self, batch: Logs, incoming: Incoming, limits: U64, rows: Bool | None) -> None:
        distinct, codes = _distinct(limits)
        table = [format_threshold(int(limit)) for limit in distinct]
        if incoming.thresholds is not None:
            codes = np.where(_stays(incoming.thresholds, limits), np.intp(-1), codes)
        batch.set_attribute(LOG_THRESHOLD, table, codes=codes.astype(np.int32), where=rows)
        if self._writes_randomness:
            drawn = rows
            if incoming.missing is not None:
                drawn = ~incoming.missing if rows is None else rows & ~incoming.missing
            batch.set_attribute(LOG_RANDOMNESS, _hex(incoming.randomness), where=drawn)

    def _write_ratios(self, batch: Traces | Logs, incoming: Incoming, limits: U64) -> None:
        """Where the threshold is known; a ratio that came without one is multiplied in."""
        came = incoming.thresholds
        if came is not None:
            limits = np.where(_stays(came, limits), came, limits)
        ratios = (_NONE - limits) / NEVER
        before = batch.attribute(self._config.ratio_attribute).floats()
        counts = np.greater(before, np.float64(0)) & np.less_equal(before, np.float64(1))
        if came is not None:
            counts &= np.equal(came, _NONE)
        ratios = np.where(counts, before * ratios, ratios)
        rows = None if incoming.sealed is None else ~incoming.sealed
        batch.set_attribute(self._config.ratio_attribute, ratios, where=rows)

    def _write_reasons(
        self, batch: Traces | Logs, reasons: Reasons | None, rows: Bool | None
    ) -> None:
        key = self._config.reason_attribute
        if reasons is None:
            batch.set_attribute(key, self._reasons[0], where=rows)
        else:
            codes = reasons.astype(np.int32)
            batch.set_attribute(key, self._reasons, codes=codes, where=rows)


def _stays(came: U64, limits: U64) -> Bool:
    """(n,) True where a threshold that was applied before is higher: it cannot be taken back."""
    stays: Bool = np.not_equal(came, _NONE) & (limits < came)
    return stays


def _needed(incoming: Incoming, limits: U64) -> Bool:
    """(n,) True where an item carries something already, or has another weight than 1."""
    needed: Bool = np.not_equal(limits, _ALWAYS)
    if incoming.codes is not None:
        needed = needed | (incoming.codes >= 0)
    if incoming.thresholds is not None:
        needed = needed | np.not_equal(incoming.thresholds, _NONE)
    return needed if incoming.failed is None else needed | incoming.failed


def _distinct(limits: U64) -> tuple[U64, NDArray[np.intp]]:
    """Distinct values, and each item's. All equal is the common case, and found faster."""
    first = limits[:1]
    if (limits == first).all():
        return first, np.zeros(len(limits), np.intp)
    return np.unique(limits, return_inverse=True)


def _hex(randomness: U64) -> list[str]:
    """Each as 14 hex digits."""
    text = randomness.astype(">u8").tobytes().hex()
    return [text[i + 2 : i + 16] for i in range(0, len(text), 16)]


def _texts_with_randomness(
    drawn: list[str], table: list[str], codes: NDArray[np.intp]
) -> list[str]:
    if len(table) == 1:
        return [f"ot=rv:{digits};th:{table[0]}" for digits in drawn]
    pairs = zip(drawn, codes.tolist(), strict=True)
    return [f"ot=rv:{digits};th:{table[code]}" for digits, code in pairs]


def _texts_with_states(incoming: Incoming, limits: U64, drawn: list[str] | None) -> list[str]:
    """A tracestate may stand on many spans: its text is made once per threshold."""
    n_items = len(limits)
    states = (*incoming.states, EMPTY)  # code -1
    came = incoming.thresholds
    stays = np.zeros(n_items, np.bool_) if came is None else _stays(came, limits)
    codes = np.full(n_items, -1) if incoming.codes is None else incoming.codes
    columns = codes.tolist(), limits.tolist(), stays.tolist(), drawn or [""] * n_items
    keys = list(zip(*columns, strict=True))
    made = {
        key: states[key[0]].text(
            states[key[0]].threshold_text if key[2] else format_threshold(key[1]), key[3]
        )
        for key in set(keys)
    }
    return [made[key] for key in keys]
