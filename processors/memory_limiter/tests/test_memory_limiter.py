"""When data is refused, and how often memory is freed."""

from typing import Any

import pytest
from pydantic import ValidationError

from spanloom.batch import Ledger, Traces
from spanloom.config.fields import Duration
from spanloom.processors.memory_limiter.config import Config
from spanloom.processors.memory_limiter.memory_limiter import Limits, MemoryLimiter, limits_of
from spanloom.telemetry import Telemetry, rss_bytes
from spanloom.testing import FakeClock, FakeHost, Recording, attach, build_traces, make_settings

MIB = 1 << 20


class Memory:
    """A process whose memory a test sets, in MiB."""

    def __init__(self, used_mib: int = 10, freed_mib: int = 0) -> None:
        self.used_mib, self.freed_mib = used_mib, freed_mib
        self.n_collections = 0

    def measure(self) -> int:
        return self.used_mib * MIB

    def collect(self) -> None:
        self.n_collections += 1
        self.used_mib -= self.freed_mib


def make(
    memory: Memory, clock: FakeClock | None = None, **options: Any
) -> tuple[MemoryLimiter, Recording]:
    settings = make_settings("memory_limiter", clock=clock or FakeClock(), telemetry=Telemetry())
    config = Config(limit_mib=100, spike_limit_mib=20, **options)
    limiter = MemoryLimiter(config, settings, measure=memory.measure, collect=memory.collect)
    rest = Recording()
    return attach(limiter, rest), rest


def counted(limiter: MemoryLimiter, name: str) -> float:
    name = f"otelcol_processor_memory_limiter_{name}"
    return limiter.settings.telemetry.value(name, {"processor": "memory_limiter"})


def test_lets_batches_through_below_the_soft_limit() -> None:
    limiter, rest = make(Memory(79))
    limiter.check()
    limiter.consume(Traces.from_message(build_traces(3)))
    assert rest.n_items == 3
    assert counted(limiter, "accepted_spans") == 3


def test_refuses_retryably_from_the_soft_limit_on() -> None:
    limiter, rest = make(Memory(80))
    limiter.check()
    ledger, batch = Ledger(), Traces.from_message(build_traces(3))
    batch.enter(ledger)
    limiter.consume(batch)
    del batch
    assert rest.messages == []
    assert ledger.snapshot()["refused"] == 3
    assert counted(limiter, "refused_spans") == 3


def test_takes_data_again_when_memory_is_back_below_the_soft_limit() -> None:
    memory = Memory(90)
    limiter, _ = make(memory)
    limiter.check()
    assert limiter.refusing
    memory.used_mib = 50
    limiter.check()
    assert not limiter.refusing


def test_a_collection_that_helps_avoids_the_refusal() -> None:
    memory = Memory(85, freed_mib=30)
    limiter, _ = make(memory)
    limiter.check()
    assert not limiter.refusing
    assert memory.n_collections == 1


def test_collections_keep_their_interval_above_the_soft_limit() -> None:
    memory, clock = Memory(90, freed_mib=0), FakeClock()
    limiter, _ = make(memory, clock, max_gc_interval_when_soft_limited=Duration("10s"))
    for _ in range(20):
        limiter.check()
        clock.advance(1)
    assert memory.n_collections == 2


def test_useless_collections_above_the_hard_limit_back_off() -> None:
    memory, clock = Memory(200), FakeClock()
    limiter, _ = make(memory, clock)
    for _ in range(120):
        limiter.check()
        clock.advance(1)
    # At 0, 1, 3, 7, 15, 31, then every 30 s (the maximum): 61, 91.
    assert memory.n_collections == 8


def test_measures_in_its_own_thread_at_each_interval() -> None:
    memory, clock = Memory(10), FakeClock()
    limiter, _ = make(memory, clock)
    limiter.start(FakeHost())
    memory.used_mib = 90
    clock.wait_for_waiters()
    clock.advance(1.0)
    clock.wait_for_waiters()
    limiter.shutdown(5.0)
    limiter.shutdown(5.0)
    assert limiter.refusing


def test_percentages_are_of_the_memory_granted() -> None:
    config = Config(limit_percentage=80, spike_limit_percentage=15)
    assert limits_of(config, lambda: 1000) == Limits(650, 800)


def test_the_spike_defaults_to_a_fifth_of_the_limit() -> None:
    assert limits_of(Config(limit_mib=100)) == Limits(80 * MIB, 100 * MIB)
    assert limits_of(Config(limit_percentage=50), lambda: 1000) == Limits(400, 500)


def test_the_real_measure_is_of_this_process() -> None:
    assert 5 * MIB < rss_bytes() < 4096 * MIB


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "limit_mib or limit_percentage"),
        ({"limit_mib": 100, "check_interval": Duration("0")}, "check_interval"),
        ({"limit_mib": 100, "spike_limit_mib": 100}, "spike_limit_mib"),
        ({"limit_percentage": 50, "spike_limit_percentage": 50}, "spike_limit_percentage"),
        (
            {"limit_mib": 1, "min_gc_interval_when_hard_limited": Duration("20s")},
            "min_gc_interval_when_soft_limited",
        ),
    ],
)
def test_refuses_limits_that_contradict_each_other(options: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        Config(**options)
