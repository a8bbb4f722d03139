"""Message events of calls that are held until the rest of their call comes (R9).

A library writes what was asked when a call begins and what was answered when it ends, so the two
often come in requests of their own. What is held is taken out of its batch; all else goes on at
once.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from spanloom.batch import Logs
from spanloom.processors.genai_normalizer.log_records import events_by_span
from spanloom.processors.genai_normalizer.message_events import CHOICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from spanloom.component import Settings
    from spanloom.processors.genai_normalizer.config import Config
    from spanloom.processors.genai_normalizer.counters import Counters

Span = tuple[bytes, bytes]
"""Trace id and span id."""


@dataclass(slots=True)
class Call:
    """What is held of one call, in the order in which it came."""

    deadline_s: float
    parts: list[Logs] = field(default_factory=list)
    n_records: int = 0
    n_bytes: int = 0
    is_asked: bool = False
    is_answered: bool = False

    def learn(self, names: Iterable[str]) -> bool:
        """Note which events came; whether it has a question and an answer now."""
        for name in names:
            self.is_answered |= name == CHOICE
            self.is_asked |= name != CHOICE
        return self.is_asked and self.is_answered

    def hold(self, part: Logs, *, answers_sender: bool) -> None:
        if answers_sender:
            part.acknowledge()
        # In bytes of its own, so that it does not keep those of its whole request.
        own = Logs.concat([part])
        self.parts.append(own)
        self.n_records += len(own)
        self.n_bytes += own.size_bytes


class HeldCalls:
    """The calls of one pipeline that wait; one thread watches the time, asleep while none does.

    Args:
        config: of the processor.
        settings: of the processor.
        counters: of the processor.
        event_name_keys: attributes that hold the event's name of a record.
        release: takes what need not wait any longer; called without a lock, and never raises.
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
        self._released = counters.released
        self._failed = partial(counters.failed, "all")
        self._event_name_keys = event_name_keys
        self._release = release
        self._lock = threading.Lock()
        # All wait equally long, so the first one is due first.
        self._calls: dict[Span, Call] = {}
        self._n_records = 0
        self._n_bytes = 0
        # Set while something is held, and for good at shutdown.
        self._holding = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._begin = partial(self._start, settings.id, counters)

    def shutdown(self, timeout_s: float) -> None:
        """Release all that is held; what comes later is not held."""
        self._closing.set()
        self._holding.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        with self._lock:
            rest = [self._pop(span, "shutdown") for span in list(self._calls)]
        self._send(rest)

    def take_in(self, batch: Logs) -> None:
        """Hold what waits for the rest of its call, and release all else."""
        by_span, names = events_by_span(batch, self._event_name_keys)
        with self._lock:
            complete, waiting = self._sorted(by_span, names)
            ready = [part for call in complete for part in call.parts]
            if waiting:
                self._hold(batch, waiting)
            early = self._shrink()
        if len(batch):
            ready.append(batch)
        else:
            batch.ack()
        if ready:
            self._release(ready[0] if len(ready) == 1 else Logs.concat(ready))
        self._send(early)

    def _sorted(
        self, by_span: Mapping[Span, list[int]], names: Sequence[str]
    ) -> tuple[list[Call], list[tuple[Call, list[int]]]]:
        """The held calls that are complete now, and those that wait with their rows."""
        complete, waiting = [], []
        deadline_s = self._clock.monotonic_s() + self._config.merge_wait
        for span, rows in by_span.items():
            call = self._calls.get(span) or Call(deadline_s)
            if not call.learn(names[row] for row in rows) and not self._closing.is_set():
                self._calls[span] = call
                waiting.append((call, rows))
            elif span in self._calls:
                complete.append(self._pop(span, "complete"))
        return complete, waiting

    def _hold(self, batch: Logs, waiting: list[tuple[Call, list[int]]]) -> None:
        """Take the rows of each call out of the batch."""
        numbers = np.full(len(batch), -1, np.int64)
        for number, (_, rows) in enumerate(waiting):
            numbers[rows] = number
        taken = batch.part(numbers >= 0)
        numbers = numbers[numbers >= 0]
        for number, (call, _) in enumerate(waiting):
            is_its = numbers == number
            numbers = numbers[~is_its]
            n_records, n_bytes = call.n_records, call.n_bytes
            answers_sender = not self._config.merge_wait_for_result
            call.hold(taken.part(is_its), answers_sender=answers_sender)
            self._n_records += call.n_records - n_records
            self._n_bytes += call.n_bytes - n_bytes
        taken.ack()  # nothing is left in it
        self._holding.set()
        if self._thread is None:
            self._thread = self._begin()

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
        self._released(reason)
        if not self._calls and not self._closing.is_set():
            self._holding.clear()
        return call

    def _send(self, calls: list[Call]) -> None:
        """Release as one batch. What is lost to an error here is refused, retryably."""
        try:
            if parts := [part for call in calls for part in call.parts]:
                self._release(Logs.concat(parts))
        except Exception as error:  # noqa: BLE001 - the thread must live; the sender tries again
            self._failed(error)

    def _start(self, component_id: str, counters: Counters) -> threading.Thread:
        """At the first call that waits: only the pipeline of logs has any."""
        counters.gauge_held(lambda: float(self._n_records), lambda: float(self._n_bytes))
        name = f"spanloom-{component_id}"
        thread = threading.Thread(target=self._watch, name=name, daemon=True)
        thread.start()
        return thread

    def _watch(self) -> None:
        """Release what has waited long enough, until shutdown."""
        while True:
            self._holding.wait()
            if self._closing.is_set():
                return
            with self._lock:
                late, left_s = self._due()
            self._send(late)
            if left_s > 0:
                self._clock.wait(self._closing, left_s)

    def _due(self) -> tuple[list[Call], float]:
        """The calls that have waited long enough, and seconds until the next one has."""
        late: list[Call] = []
        now_s = self._clock.monotonic_s()
        while self._calls:
            span, call = next(iter(self._calls.items()))
            if call.deadline_s > now_s:
                return late, call.deadline_s - now_s
            late.append(self._pop(span, "time"))
        return late, 0.0
