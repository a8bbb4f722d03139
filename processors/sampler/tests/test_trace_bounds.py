"""What happens to traces when too much is held."""

from __future__ import annotations

from spanloom.processors.sampler.tests.trace_cases import (
    arrived,
    counted,
    decide_first,
    make,
    spans,
)
from spanloom.testing import FakeClock


def test_a_forgotten_trace_is_decided_anew_by_the_same_chance() -> None:
    clock = FakeClock()
    sampler, rest = make(clock, trace={"decisions_max": 1})
    decide_first(clock, sampler, (1, 1), (2, 2), status=2)
    rest.wait_for(1)
    assert counted(sampler, "forgotten_decisions") == 1
    sampler.consume(spans((1, 3)))
    sampler.consume(spans((2, 4)))
    sampler.shutdown(1.0)
    assert arrived(rest) == [(1, 1), (2, 2), (2, 4)]


def test_too_many_traces_are_decided_early_the_oldest_first() -> None:
    clock = FakeClock()
    sampler, rest = make(clock, trace={"traces_max": 10}, sampling_percentage=100.0)
    for number in range(1, 31):
        sampler.consume(spans((number, number)))
    assert counted(sampler, "open_traces") == 10
    assert counted(sampler, "early_traces", reason="traces") == 20
    sampler.consume(spans((1, 99)))
    assert arrived(rest) == [(1, 99)]
    sampler.shutdown(1.0)
    assert rest.n_items == 31


def test_too_many_bytes_are_let_go_the_oldest_first() -> None:
    clock = FakeClock()
    size = spans((1, 1)).size_bytes
    sampler, rest = make(clock, trace={"bytes_max": 10 * size}, sampling_percentage=100.0)
    for number in range(1, 31):
        sampler.consume(spans((number, number)))
        assert counted(sampler, "held_bytes") <= 10 * size
    assert rest.n_items >= 20
    assert arrived(rest) == [(number, number) for number in range(1, rest.n_items + 1)]
    assert counted(sampler, "early_traces", reason="bytes") == rest.n_items
    sampler.shutdown(1.0)
    assert rest.n_items == 30
