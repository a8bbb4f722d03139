"""Message events of calls that are held until the rest of their call comes (R9).

A library writes what was asked when a call begins and what was answered when it ends, so the two
often come in requests of their own. What is held is taken out of its batch; all else goes on at
once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from spanloom.batch import Logs
from spanloom.holding import HoldingThread
from spanloom.processors.genai_normalizer.log_records import events_by_span
from spanloom.processors.genai_normalizer.message_events import CHOICE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from spanloom.component import Settings
    from spanloom.processors.genai_normalizer.config import Config
    from spanloom.processors.genai_normalizer.counters import Counters

Span = tuple[bytes, bytes]
"""Trace id and span id."""

# Half of what a Collector's receiver takes at once, unless it is told otherwise.
_RELEASED_BYTES_MAX = 2 << 20
# Into so many parts a batch is cut at once: each costs a look at all its records.
_CUTS = 32


@dataclass(slots=True)
class Call:
    """What is held of one call, in the order in which it came."""

    deadline_s: float
    parts: list[Logs] = field(default_factory=list)
    n_records: int = 0
    n_bytes: int = 0
    is_asked: bool = False
    is_answered: bool = False

    @property
    def is_complete(self) -> bool:
        return self.is_asked and self.is_answered

    def add(self, part: Logs, names: Iterable[str]) -> None:
        self.parts.append(part)
        self.n_records += len(part)
        self.n_bytes += part.size_bytes
        for name in names:
            self.is_answered |= name == CHOICE
            self.is_asked |= name != CHOICE


class HeldCalls:
    """The calls of one pipeline that wait.

    Args:
        config: of the processor.
        settings: of the processor.
        counters: of the processor.
        event_name_keys: attributes that hold the event's name of a record.
        release: takes what need not wait any longer; called without a lock.
    """

    def __init__(
        self,
        config: Config,
        settings: Settings,
        counters: Counters,
        event_name_keys: Sequence[str],
        release: Callable[[Logs], None],
    ) -> None:
        self._config = config
        self._clock = settings.clock
        self._counters = counters
        self._event_name_keys = event_name_keys
        self._release = release
        self._lock = threading.Lock()
        # All wait equally long, so the first one is due first.
        self._calls: OrderedDict[Span, Call] = OrderedDict()
        self._n_records = 0
        self._n_bytes = 0
        self._holding = HoldingThread(settings, self._release_due)
        self._is_started = False

    def shutdown(self, timeout_s: float) -> None:
        """Release all that is held; what comes later is not held."""
        self._holding.stop(timeout_s)
        with self._lock:
            rest = [self._pop(span, "shutdown") for span in list(self._calls)]
        self._send(rest)

    def take_in(self, batch: Logs) -> None:
        """Take out of the batch what waits for the rest of its call, and what held calls waited
        for; those go on at once.
        """
        by_span, names = events_by_span(batch, self._event_name_keys)
        with self._lock:
            taken = {
                span: rows
                for span, rows in by_span.items()
                if span in self._calls or self._waits(names[row] for row in rows)
            }
            # Nothing is noted yet if this raises: what it took is refused, retryably.
            parts = _parts(batch, list(taken.values())) if taken else []
            complete = self._hold(taken, parts, names)
            early = self._shrink()
        self._send(complete + early)

    def _waits(self, names: Iterable[str]) -> bool:
        """Whether events that came together are no whole call."""
        return len({name == CHOICE for name in names}) == 1 and not self._holding.closing

    def _hold(
        self, taken: Mapping[Span, list[int]], parts: list[Logs], names: Sequence[str]
    ) -> list[Call]:
        """Put each part to its call; the calls that are complete now."""
        complete = []
        deadline_s = self._clock.monotonic_s() + self._config.merge_wait
        for (span, rows), part in zip(taken.items(), parts, strict=True):
            call = self._calls.setdefault(span, Call(deadline_s))
            call.add(part, (names[row] for row in rows))
            self._n_records += len(part)
            self._n_bytes += part.size_bytes
            # The last part too: exporters try for as long as nobody waits for any of a call.
            if not self._config.merge_wait_for_result:
                part.acknowledge()
            if call.is_complete:
                complete.append(self._pop(span, "complete"))
        if self._calls:
            self._watch()
        return complete

    def _watch(self) -> None:
        if not self._is_started:  # at the first call that waits: only pipelines of logs have any
            self._is_started = True
            read = (lambda: float(self._n_records), lambda: float(self._n_bytes))
            self._counters.gauge_held(*read)
            self._holding.start()
        self._holding.wake()

    def _shrink(self) -> list[Call]:
        """The calls that have to leave for newer ones, oldest first."""
        early = []
        while self._n_records > self._config.merge_records_max:
            early.append(self._pop(next(iter(self._calls)), "records"))
        while self._n_bytes > self._config.merge_bytes_max:
            early.append(self._pop(next(iter(self._calls)), "bytes"))
        return early

    def _pop(self, span: Span, reason: str) -> Call:
        call = self._calls.pop(span)
        self._n_records -= call.n_records
        self._n_bytes -= call.n_bytes
        self._counters.released(reason)
        return call

    def _release_due(self, now_s: float) -> float | None:
        """Release what has waited long enough; when the next will have (monotonic seconds)."""
        late: list[Call] = []
        with self._lock:
            while (due_s := self._next_s()) is not None and due_s <= now_s:
                late.append(self._pop(next(iter(self._calls)), "time"))
        self._send(late)
        return due_s

    def _next_s(self) -> float | None:
        return next((call.deadline_s for call in self._calls.values()), None)

    def _send(self, calls: list[Call]) -> None:
        """Release in batches that receivers take, and each call in one. Never raises: what is
        lost to an error is refused, retryably, or dropped where senders were answered.
        """
        for parts in _batches(calls):
            try:
                self._release(Logs.concat(parts))
            except Exception as error:  # noqa: BLE001 - the others must go on
                self._counters.failed("all", error)


def _parts(batch: Logs, groups: list[list[int]]) -> list[Logs]:
    """Take the rows of each group out of the batch."""
    numbers = np.full(len(batch), len(groups), np.int64)
    for number, rows in enumerate(groups):
        numbers[rows] = number
    is_taken = numbers < len(groups)
    taken = batch.part(is_taken)
    return list(_cut(taken, numbers[is_taken], range(len(groups))))


def _cut(batch: Logs, numbers: NDArray[np.int64], groups: range) -> Iterator[Logs]:
    """One batch per group, in steps, so that not every group looks at the records of all."""
    # In bytes of its own, so that it does not keep, nor search, those of the others.
    own = Logs.concat([batch])
    if len(groups) == 1:
        yield own
        return
    size = -(-len(groups) // _CUTS)
    for start in range(0, len(groups), size):
        some = groups[start : start + size]
        is_theirs = numbers < some.stop
        part = own.part(is_theirs)
        yield from _cut(part, numbers[is_theirs], some)
        numbers = numbers[~is_theirs]
    own.ack()  # nothing is left in it


def _batches(calls: list[Call]) -> Iterator[list[Logs]]:
    """The parts of whole calls, as many as may go on together."""
    parts: list[Logs] = []
    n_bytes = 0
    for call in calls:
        if parts and n_bytes + call.n_bytes > _RELEASED_BYTES_MAX:
            yield parts
            parts, n_bytes = [], 0
        parts += call.parts
        n_bytes += call.n_bytes
    if parts:
        yield parts
