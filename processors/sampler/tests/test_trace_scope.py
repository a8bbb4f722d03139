"""Decisions for whole traces."""

from __future__ import annotations

import pytest

from spanloom.batch import Ledger, Logs, Traces
from spanloom.processors.sampler.tests.trace_cases import (
    arrived,
    counted,
    decide_first,
    make,
    spans,
)
from spanloom.testing import FakeClock, FakeHost, build_logs


def test_the_siblings_of_an_error_are_kept_in_whatever_batch_they_come() -> None:
    clock = FakeClock()
    sampler, rest = make(clock)
    sampler.start(FakeHost())
    sampler.consume(spans((1, 1), (2, 2)))
    clock.advance(2.0)
    sampler.consume(spans((1, 3), (3, 4)))
    sampler.consume(spans((1, 5), status=2))
    clock.wait_for_waiters()
    assert rest.n_items == 0
    clock.advance(3.1)
    rest.wait_for(2)
    clock.wait_for_waiters()
    clock.advance(2.0)
    rest.wait_for(3)
    assert sorted(arrived(rest)) == [(1, 1), (1, 3), (1, 5)]
    sampler.shutdown(1.0)


def test_a_batch_leaves_when_the_last_of_its_traces_is_decided() -> None:
    clock = FakeClock()
    sampler, rest = make(clock, sampling_percentage=100.0)
    sampler.start(FakeHost())
    sampler.consume(spans((1, 1)))
    clock.advance(4.0)
    sampler.consume(spans((1, 2)))
    sampler.consume(spans((1, 3), (2, 4)))
    clock.wait_for_waiters()
    clock.advance(1.1)
    rest.wait_for(2)
    assert arrived(rest) == [(1, 1), (1, 2)]
    clock.wait_for_waiters()
    clock.advance(4.0)
    rest.wait_for(3)
    assert arrived(rest)[2:] == [(1, 3), (2, 4)]
    sampler.shutdown(1.0)


def test_late_spans_follow_the_decision_at_once() -> None:
    clock = FakeClock()
    sampler, rest = make(clock)
    decide_first(clock, sampler, (1, 1), status=2)
    rest.wait_for(1)
    sampler.consume(spans((1, 2), (1, 3)))
    assert arrived(rest) == [(1, 1), (1, 2), (1, 3)]
    assert counted(sampler, "late_traces") == 1
    sampler.shutdown(1.0)


def test_a_late_error_is_kept_and_what_follows_it() -> None:
    clock = FakeClock()
    sampler, rest = make(clock)
    decide_first(clock, sampler, (1, 1), status=0)
    sampler.consume(spans((1, 2)))
    sampler.consume(spans((1, 3), status=2))
    sampler.consume(spans((1, 4)))
    assert arrived(rest) == [(1, 3), (1, 4)]
    sampler.shutdown(1.0)


def test_late_spans_follow_the_percentage_of_the_decision() -> None:
    clock = FakeClock()
    budget = {"spans_per_second": 1.0, "interval": "1s"}
    sampler, rest = make(clock, sampling_percentage=100.0, budget=budget, rules=[])
    decide_first(clock, sampler, *[(i, i) for i in range(1, 200)], status=0)
    rest.wait_for(1)
    assert counted(sampler, "percentage") < 100
    sampler.consume(spans((1, 500)))
    rest.wait_for(2)
    (span,) = rest.messages[1].resource_spans[0].scope_spans[0].spans
    assert (span.trace_state, arrived(rest)[-1]) == ("ot=th:0", (1, 500))
    sampler.shutdown(1.0)


def test_shutdown_decides_by_what_is_known_and_hands_all_on() -> None:
    clock = FakeClock()
    sampler, rest = make(clock)
    sampler.start(FakeHost())
    sampler.consume(spans((1, 1), (2, 2)))
    sampler.consume(spans((2, 3), status=2))
    sampler.shutdown(1.0)
    sampler.shutdown(1.0)
    assert arrived(rest) == [(2, 2), (2, 3)]
    sampler.consume(spans((4, 4), status=2))
    assert arrived(rest)[-1] == (4, 4)
    assert counted(sampler, "held_batches") == counted(sampler, "open_traces") == 0


@pytest.mark.parametrize("wait", [True, False])
def test_items_are_in_flight_until_the_next_consumer_settles_them(wait: bool) -> None:
    clock, ledger = FakeClock(), Ledger()
    sampler, rest = make(clock, "hold", trace={"wait_for_result": wait})
    batch = spans((1, 1), (2, 2))
    batch.enter(ledger)
    sampler.consume(batch)
    del batch
    assert ledger.snapshot()["in_flight"] == 2
    batch = spans((1, 3), status=2)
    batch.enter(ledger)
    sampler.consume(batch)
    del batch
    sampler.shutdown(1.0)
    assert ledger.snapshot()["in_flight"] == 2
    assert ledger.snapshot()["dropped"] == {"sampled_out": 1}
    for held in rest.held:
        held.ack()
    assert ledger.snapshot()["delivered"] == 2


def test_spans_of_no_trace_are_decided_one_by_one() -> None:
    sampler, rest = make(FakeClock())
    sampler.consume(spans((0, 1), (0, 2)))
    sampler.consume(spans((0, 3), status=2))
    assert arrived(rest) == [(0, 3)]
    assert counted(sampler, "open_traces") == 0


def test_log_records_are_kept_with_their_trace() -> None:
    request = build_logs(6)  # INFO, WARN, ERROR, and again
    for index, record in enumerate(request.resource_logs[0].scope_logs[0].log_records):
        record.trace_id = (1 + index // 3 * (index % 2)).to_bytes(16, "big")
    sampler, rest = make(FakeClock())
    sampler.consume(Logs.from_message(request))
    sampler.shutdown(1.0)
    (message,) = rest.messages
    records = message.resource_logs[0].scope_logs[0].log_records
    # Trace 1 has an error; trace 2 has records 3 and 5, of which the latter is one.
    assert len(records) == 6


def test_the_minimum_counts_traces() -> None:
    minimum = {"per_model_per_minute": 2}
    sampler, rest = make(FakeClock(), minimum=minimum, rules=[])
    for number in range(1, 20):
        batch = spans((number, 2 * number), (number, 2 * number + 1))
        batch.set_attribute("gen_ai.request.model", "one")
        sampler.consume(batch)
    sampler.shutdown(1.0)
    assert arrived(rest) == [(1, 2), (1, 3), (2, 4), (2, 5)]


def test_a_restart_leaves_the_same_to_chance() -> None:
    pairs = [(i * 0x123456789ABCDEF, i) for i in range(1, 300)]
    found = []
    for _ in range(2):
        sampler, rest = make(FakeClock(), sampling_percentage=30.0)
        sampler.consume(spans(*pairs))
        sampler.shutdown(1.0)
        found.append(arrived(rest))
    assert found[0] == found[1]
    assert 0 < len(found[0]) < 299


def test_a_failure_refuses_the_batch_for_another_try() -> None:
    ledger = Ledger()
    sampler, _ = make(FakeClock())

    def fail(_batch: Traces) -> None:
        raise RuntimeError("defect")

    sampler._decider.look = fail
    batch = spans((1, 1))
    batch.enter(ledger)
    sampler.consume(batch)
    assert ledger.snapshot()["refused"] == 1
