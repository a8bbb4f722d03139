"""Batches whose senders were answered early, beside those whose senders wait."""

from __future__ import annotations

from typing import Any

import pytest

from spanloom.delivery import SendError
from spanloom.testing import FakeClock

DOWN = SendError("down", retryable=True, reason="unavailable")
ONE_CONSUMER = {"num_consumers": 1}


def test_what_nobody_waits_for_is_tried_for_longer_than_senders_wait(
    make_exporter: Any, make_batch: Any
) -> None:
    clock = FakeClock()
    exporter = make_exporter(clock=clock)
    exporter.script = [DOWN, DOWN]
    batch = make_batch([b"a"], is_awaited=False)
    exporter.consume(batch)
    for _ in range(2):
        clock.wait_for_waiters()
        clock.advance(20)
    assert batch.outcome() == "ack"
    assert exporter.requests == [b"a"] * 3


def test_it_may_wait_in_the_queue_for_longer_than_senders_do(
    make_exporter: Any, make_batch: Any
) -> None:
    clock = FakeClock()
    exporter = make_exporter(clock=clock, started=False)
    batch = make_batch([b"a"], is_awaited=False)
    exporter.consume(batch)
    clock.advance(20)
    exporter.start(None)
    assert batch.outcome() == "ack"


def test_it_is_never_joined_with_what_senders_wait_for(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(started=False, sending_queue=ONE_CONSUMER)
    for name, is_awaited in ((b"a", True), (b"b", False), (b"c", True), (b"d", False)):
        exporter.consume(make_batch([name], is_awaited=is_awaited))
    exporter.start(None)
    exporter.shutdown(5)
    assert sorted(exporter.requests) == [b"ac", b"bd"]


def test_neither_delays_the_other(make_exporter: Any, make_batch: Any) -> None:
    clock = FakeClock()
    exporter = make_exporter(clock=clock, sending_queue=ONE_CONSUMER)
    exporter.script = [DOWN]
    sleeping, prompt = make_batch([b"a"], is_awaited=False), make_batch([b"b"])
    exporter.consume(sleeping)
    clock.wait_for_waiters()
    exporter.consume(prompt)
    assert prompt.outcome() == "ack"
    assert not sleeping.settled.is_set()


def test_pieces_of_a_batch_are_as_awaited_as_it_was(make_exporter: Any, make_batch: Any) -> None:
    clock = FakeClock()
    joining = {"sizer": "items", "max_size": 1}
    exporter = make_exporter(clock=clock, started=False, sending_queue={"batch": joining})
    exporter.consume(make_batch([b"a", b"b"], is_awaited=False))
    clock.advance(20)
    exporter.start(None)
    exporter.shutdown(5)
    assert sorted(exporter.requests) == [b"a", b"b"]


def test_each_kind_has_the_bounds_of_the_queue_and_both_are_counted(
    make_exporter: Any, make_batch: Any
) -> None:
    exporter = make_exporter(started=False, sending_queue={"queue_size": 1})
    batches = [make_batch([b"a"], is_awaited=kind) for kind in (True, False, False)]
    for batch in batches:
        exporter.consume(batch)
    assert [batch.settled.is_set() for batch in batches] == [False, False, True]
    assert batches[2].outcome()[2] == "queue_full"
    labels = {"exporter": "test", "data_type": "traces"}
    assert exporter.settings.telemetry.value("otelcol_exporter_queue_size", labels) == 2


@pytest.mark.parametrize(("n_failures", "outcome"), [(1, "ack"), (2, ("retryable", "down"))])
def test_a_shutdown_gives_what_nobody_sends_again_a_last_attempt(
    make_exporter: Any, make_batch: Any, n_failures: int, outcome: Any
) -> None:
    clock = FakeClock()
    exporter = make_exporter(clock=clock)
    exporter.script = [DOWN] * n_failures
    batch = make_batch([b"a"], is_awaited=False)
    exporter.consume(batch)
    clock.wait_for_waiters()
    exporter.shutdown(5)
    settled = batch.outcome()
    assert (settled if settled == "ack" else settled[:2]) == outcome
    assert exporter.requests == [b"a", b"a"]
