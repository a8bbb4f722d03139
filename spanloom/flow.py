"""The joints between components: fan-out, pipeline entry, counting, and the gate of a reload."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from spanloom.batch import Ledger
from spanloom.component import AnyBatch, Consumer
from spanloom.telemetry import Counter


class FanOut:
    """Hands each consumer its own fork; the sender hears the worst outcome."""

    def __init__(self, consumers: Sequence[Consumer]) -> None:
        self._first, *self._others = consumers

    def consume(self, batch: AnyBatch) -> None:
        # All forks first: whoever consumes may edit or settle what it got.
        forks = [batch.fork() for _ in self._others]
        self._first.consume(batch)
        for consumer, fork in zip(self._others, forks, strict=True):
            consumer.consume(fork)


def fan_out(consumers: Sequence[Consumer]) -> Consumer:
    """One consumer for all; the only one itself where there is one."""
    return consumers[0] if len(consumers) == 1 else FanOut(consumers)


class Entry:
    """Where a pipeline begins: its ledger counts from here."""

    def __init__(self, ledger: Ledger, first: Consumer) -> None:
        self._ledger, self._first = ledger, first

    def consume(self, batch: AnyBatch) -> None:
        batch.enter(self._ledger)
        self._first.consume(batch)


class Counted:
    """Counts items on their way."""

    def __init__(self, counters: Sequence[Counter], consumer: Consumer) -> None:
        self._counters, self._consumer = counters, consumer

    def consume(self, batch: AnyBatch) -> None:
        n_items = len(batch)
        for counter in self._counters:
            counter.add(n_items)
        self._consumer.consume(batch)


class Refuse:
    """Asks the sender to try again: the end of the line while shutting down."""

    def consume(self, batch: AnyBatch) -> None:
        batch.nack("the pipeline is shutting down", retryable=True, reason="shutdown")


class Gate:
    """What a receiver feeds. A reload closes it: what comes late goes to the successor."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._condition = threading.Condition()
        self._n_inside = 0
        self._closed = False

    def consume(self, batch: AnyBatch) -> None:
        with self._condition:
            consumer, inside = self._consumer, not self._closed
            self._n_inside += inside
        try:
            consumer.consume(batch)
        finally:
            if inside:
                self._leave()

    def _leave(self) -> None:
        with self._condition:
            self._n_inside -= 1
            if self._closed:
                self._condition.notify_all()

    def close(self, successor: Consumer, timeout_s: float) -> bool:
        """Send what comes from now on to `successor`; True once nobody is inside any more."""
        with self._condition:
            self._closed = True
            self._consumer = successor
            return self._condition.wait_for(lambda: self._n_inside == 0, timeout_s)
