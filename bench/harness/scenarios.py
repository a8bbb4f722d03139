"""What is measured: named loads, and the order in which systems take their turns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.load import Load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.systems import System


@dataclass(frozen=True, slots=True)
class Scenario:
    """A closed-loop load, and how the system is to compress what it sends."""

    name: str
    load: Load
    compression: str = "none"


THROUGHPUT = [
    Scenario("1 span", Load(1, in_flight=256)),
    Scenario("10 spans", Load(10, in_flight=64)),
    Scenario("100 spans", Load(100, in_flight=32)),
    Scenario("512 spans", Load(512, in_flight=16)),
    Scenario("10 spans of 2.4 KB", Load(10, span_kb=2.4, in_flight=64)),
    Scenario("10 spans of 10 KB", Load(10, span_kb=10, in_flight=32)),
    Scenario("4 spans of 100 KB", Load(4, span_kb=100, in_flight=16)),
    Scenario("100 spans, gzip out", Load(100, in_flight=32), compression="gzip"),
    Scenario("100 spans, HTTP in", Load(100, in_flight=32, protocol="http")),
]

# One prompt in ten holds something to redact.
REDACTION = [
    Scenario("1 span", Load(1, in_flight=256, private_every=10)),
    Scenario("100 spans", Load(100, in_flight=32, private_every=10)),
    Scenario("10 spans of 10 KB", Load(10, span_kb=10, in_flight=32, private_every=10)),
]

# What a call cost is only told of calls that are not known yet.
GENAI = [
    Scenario(entry.name, replace(entry.load, unique=True), entry.compression) for entry in REDACTION
]

LATENCY = Scenario("2,000 one-span requests/s", Load(1, rate_per_s=2000, in_flight=256))

OVERLOAD_SINK_SPANS_PER_S = 10_000.0
OVERLOAD = Scenario(
    "3x overload",
    Load(100, rate_per_s=3 * OVERLOAD_SINK_SPANS_PER_S / 100, in_flight=4000, duration_s=20.0),
)


def abba(systems: Sequence[System], n_rounds: int) -> Iterator[System]:
    """Each system `n_rounds` times, every other round backwards, so that drift hits all alike."""
    for index in range(n_rounds):
        yield from systems if index % 2 == 0 else reversed(systems)
