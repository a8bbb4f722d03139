"""Shutdown drains, gives up in time, and leaves nothing unsettled."""

from __future__ import annotations

from typing import Any

from spanloom.clock import SystemClock
from spanloom.delivery import SendError
from spanloom.testing import FakeClock

DOWN = SendError("down", retryable=True, reason="unavailable")


def test_what_waits_is_sent_before_the_end(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(sending_queue={"num_consumers": 1, "batch": {"enabled": False}})
    batches = [make_batch([b"a"]) for _ in range(20)]
    for batch in batches:
        exporter.consume(batch)
    exporter.shutdown(5)
    assert [batch.outcome() for batch in batches] == ["ack"] * 20


def test_sleeping_retries_wake_and_are_refused(make_exporter: Any, make_batch: Any) -> None:
    clock = FakeClock()
    exporter = make_exporter(clock=clock)
    exporter.script = [DOWN]
    batch = make_batch([b"a"])
    exporter.consume(batch)
    clock.wait_for_waiters()
    exporter.shutdown(5)
    assert batch.outcome()[:2] == ("retryable", "down")


def test_each_batch_has_one_attempt_during_the_drain(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(started=False, sending_queue={"num_consumers": 1})
    exporter.script = [DOWN, DOWN]
    batches = [make_batch([b"a"], "traces"), make_batch([b"b"], "logs")]
    for batch in batches:
        exporter.consume(batch)
    exporter._closing.set()
    exporter.start(None)
    exporter.shutdown(5)
    assert [batch.outcome()[0] for batch in batches] == ["retryable"] * 2
    assert exporter.requests == [b"a", b"b"]


def test_leftovers_are_refused_retryably(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(clock=SystemClock(), sending_queue={"num_consumers": 1})
    exporter.gate.clear()
    stuck, waiting = make_batch([b"a"]), make_batch([b"b"])
    exporter.consume(stuck)
    exporter.entered.acquire()
    exporter.consume(waiting)
    exporter.shutdown(0.05)
    assert waiting.outcome()[:3] == ("retryable", "shutting down", "shutdown")
    exporter.gate.set()
    assert stuck.outcome() == "ack"


def test_works_without_start_and_twice(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(started=False)
    batch = make_batch([b"a"])
    exporter.consume(batch)
    exporter.shutdown(1)
    exporter.shutdown(1)
    assert batch.outcome()[0] == "retryable"


def test_batches_that_come_afterwards_are_refused(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter()
    exporter.shutdown(1)
    batch = make_batch([b"a"])
    exporter.consume(batch)
    assert batch.outcome()[:2] == ("retryable", "shutting down")
