"""What a decision leaves on the items: thresholds, ratios, reasons, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from spanloom_native import set_sampling_state

from spanloom.batch import Logs, Traces
from spanloom.processors.sampler.incoming import LOG_RANDOMNESS, LOG_THRESHOLD, Incoming
from spanloom.processors.sampler.threshold import ALWAYS, NEVER, format_threshold
from spanloom.processors.sampler.tracestate import EMPTY

if TYPE_CHECKING:
    from spanloom.processors.sampler.config import Config
    from spanloom.processors.sampler.decide import Decider
    from spanloom.processors.sampler.looked import Decided
    from spanloom.processors.sampler.randomness import U64

Bool = NDArray[np.bool_]
Codes = NDArray[np.intp]

_NONE, _ALWAYS = np.uint64(NEVER), np.uint64(ALWAYS)


class Writer:
    """Writes decisions into batches."""

    def __init__(self, config: Config, decider: Decider) -> None:
        self._config = config
        self._reasons = decider.reasons
        self._writes_randomness = decider.writes_randomness

    def tag(self, batch: Traces | Logs, decided: Decided) -> None:
        """Say on each item whether it would stay. Nothing is dropped, so no weight changes."""
        batch.set_attribute(self._config.tag_attribute, decided.kept)
        if self._config.reason_attribute:
            self._write_reasons(batch, decided, decided.kept)

    def write(self, batch: Traces | Logs, incoming: Incoming, decided: Decided) -> None:
        """Write on items that stay.

        Args:
            batch: n items, all of which stay.
            incoming: what they carried.
            decided: their thresholds and reasons.
        """
        rows = None if incoming.sealed is None else ~incoming.sealed
        if self._config.tracestate == "always":
            self._write_thresholds(batch, incoming, decided, rows)
        elif self._config.tracestate == "needed" and not _is_nothing(incoming, decided):
            needed = _needed(incoming, decided)
            needed = needed if rows is None else rows & needed
            self._write_thresholds(batch, incoming, decided, needed)
        if self._config.ratio_attribute:
            self._write_ratios(batch, incoming, decided.thresholds, rows)
        if self._config.reason_attribute:
            self._write_reasons(batch, decided, None)

    def _write_thresholds(
        self, batch: Traces | Logs, incoming: Incoming, decided: Decided, rows: Bool | None
    ) -> None:
        if rows is not None and not rows.any():
            return
        derives = self._writes_randomness
        if isinstance(batch, Logs):
            _write_logs(batch, incoming, decided, rows, derives=derives)
        elif incoming.codes is None:
            _write_spans(batch, incoming, decided, rows, derives=derives)
        else:
            drawn = _hex(incoming.randomness) if derives else None
            texts = _texts_with_states(incoming, decided.thresholds, drawn)
            batch.set_trace_state(texts, where=rows)

    def _write_ratios(
        self, batch: Traces | Logs, incoming: Incoming, limits: U64, rows: Bool | None
    ) -> None:
        """Where the threshold is known; a ratio that came without one is multiplied in."""
        key, came = self._config.ratio_attribute, incoming.thresholds
        if came is not None:
            limits = np.where(_stays(came, limits), came, limits)
        ratios = (_NONE - limits) / NEVER
        before = batch.attribute(key).floats()
        counts = np.greater(before, np.float64(0)) & np.less_equal(before, np.float64(1))
        if came is not None:
            counts &= np.equal(came, _NONE)
        batch.set_attribute(key, np.where(counts, before * ratios, ratios), where=rows)

    def _write_reasons(self, batch: Traces | Logs, decided: Decided, rows: Bool | None) -> None:
        key, reasons = self._config.reason_attribute, decided.reasons
        if reasons is None:
            batch.set_attribute(key, self._reasons[0], where=rows)
        else:
            codes = reasons.astype(np.int32)
            batch.set_attribute(key, self._reasons, codes=codes, where=rows)


def _write_spans(
    batch: Traces, incoming: Incoming, decided: Decided, rows: Bool | None, *, derives: bool
) -> None:
    """The tracestates of spans that had none."""
    if derives:
        table, codes = _thresholds(decided)
        codes = np.zeros(len(incoming), np.intp) if codes is None else codes
        set_sampling_state(batch, incoming.randomness, table, codes, where=rows)
    else:
        limits = decided.thresholds.tolist()
        texts = {limit: EMPTY.text(format_threshold(limit)) for limit in set(limits)}
        each = texts[limits[0]] if len(texts) == 1 else [texts[limit] for limit in limits]
        batch.set_trace_state(each, where=rows)


def _write_logs(
    batch: Logs, incoming: Incoming, decided: Decided, rows: Bool | None, *, derives: bool
) -> None:
    table, codes = _thresholds(decided)
    if incoming.thresholds is not None:
        stays = _stays(incoming.thresholds, decided.thresholds)
        codes = np.where(stays, np.intp(-1), np.intp(0) if codes is None else codes)
    if codes is None:
        batch.set_attribute(LOG_THRESHOLD, table[0], where=rows)
    else:
        batch.set_attribute(LOG_THRESHOLD, table, codes=codes.astype(np.int32), where=rows)
    if derives:
        if incoming.missing is not None:
            rows = ~incoming.missing if rows is None else rows & ~incoming.missing
        batch.set_attribute(LOG_RANDOMNESS, _hex(incoming.randomness), where=rows)


def _stays(came: U64, limits: U64) -> Bool:
    """(n,) True where a threshold that was applied before is higher: it cannot be taken back."""
    stays: Bool = np.not_equal(came, _NONE) & (limits < came)
    return stays


def _is_nothing(incoming: Incoming, decided: Decided) -> bool:
    """Whether nothing was wrong and no weight becomes another, seen without a look at items."""
    return incoming.failed is None and not np.any(decided.limits)


def _needed(incoming: Incoming, decided: Decided) -> Bool:
    """(n,) True where the weight becomes another, or what was carried is wrong."""
    came = incoming.thresholds
    before = _ALWAYS if came is None else np.where(np.equal(came, _NONE), _ALWAYS, came)
    needed: Bool = np.greater(decided.thresholds, before)
    return needed if incoming.failed is None else needed | incoming.failed


def _thresholds(decided: Decided) -> tuple[list[str], Codes | None]:
    """The distinct thresholds as texts, and (n,) each item's; None where there is but one."""
    if not isinstance(decided.limits, np.ndarray):
        return [format_threshold(int(decided.limits))], None
    distinct, codes = np.unique(decided.limits, return_inverse=True)
    table = [format_threshold(int(limit)) for limit in distinct]
    return table, None if len(table) == 1 else codes


def _hex(randomness: U64) -> list[str]:
    """Each as 14 hex digits."""
    text = randomness.astype(">u8").tobytes().hex()
    return [text[i : i + 14] for i in range(2, len(text), 16)]


def _texts_with_states(
    incoming: Incoming, limits: U64, drawn: list[str] | None
) -> list[str | None]:
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
