"""What the Collector's own tests state of spans (contrib 0.164)."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanloom_native import Randomness

from spanloom.batch import Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.testing import make_settings
from spanloom.testing.builders import key_values

HALF = "fefefefefefefefefe80000000000000"
"""Its randomness is 0x80000000000000: kept at 50 %, not at 49 %."""
LAST = "111111111111111111ffffffffffffff"
SEED = 4312
MODES = ("equalizing", "proportional")


def sample_span(trace_id: str, tracestate: str = "", priority: Any = None, **config: Any) -> Any:
    """The tracestate of the one span after sampling; None where it is dropped."""
    request = ExportTraceServiceRequest()
    span = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(trace_id=bytes.fromhex(trace_id), trace_state=tracestate, name="testing")
    )
    if priority is not None:
        span.attributes.extend(key_values({"sampling.priority": priority}))
    config = {"fail_closed": False, "sampling_precision": 14, "hash_seed": SEED, **config}
    sampler = SpanSampler(Config(**config), make_settings())
    batch = sampler.process(Traces.from_message(request))
    return next(batch.spans()).trace_state if len(batch) else None


def pct(percentage: float, **more: Any) -> dict[str, Any]:
    return {"sampling_percentage": percentage, **more}


# (config, trace id, tracestate, equalizing's result, proportional's result)
TRACESTATES: dict[str, tuple[dict[str, Any], str, str, str | None, str | None]] = {
    "100 percent": (pct(100), HALF, "", "ot=th:0", "ot=th:0"),
    "50 percent": (pct(50), HALF, "", "ot=th:8", "ot=th:8"),
    "49 percent": (pct(49), HALF, "", None, None),
    "25 percent": (pct(25), "ddddddddddddddddddc0000000000000", "", "ot=th:c", "ot=th:c"),
    "25 percent out": (pct(25), "ddddddddddddddddddb0000000000000", "", None, None),
    "1 percent rv": (
        pct(1),
        HALF,
        "ot=rv:FD70A3D70A3D71",
        "ot=rv:FD70A3D70A3D71;th:fd70a3d70a3d71",
        "ot=rv:FD70A3D70A3D71;th:fd70a3d70a3d71",
    ),
    "1 percent rv, precision 4": (
        pct(1, sampling_precision=4),
        HALF,
        "ot=rv:FD70A3D70A3D71",
        "ot=rv:FD70A3D70A3D71;th:fd70a",
        "ot=rv:FD70A3D70A3D71;th:fd70a",
    ),
    "1 percent rv, precision 3": (
        pct(1, sampling_precision=3),
        HALF,
        "ot=rv:FD70A3D70A3D71",
        None,
        None,
    ),
    "1 percent rv below": (pct(1), HALF, "ot=rv:FD70A3D70A3D70", None, None),
    "1 percent rv mixed case": (
        pct(1),
        HALF,
        "ot=rv:fd70B000000000",
        "ot=rv:fd70B000000000;th:fd70a3d70a3d71",
        "ot=rv:fd70B000000000;th:fd70a3d70a3d71",
    ),
    "1 percent id": (
        pct(1, sampling_precision=4),
        "a0a0a0a0a0a0a0a0a0fe000000000000",
        "",
        "ot=th:fd70a",
        "ot=th:fd70a",
    ),
    "50 percent of 50": (
        pct(50),
        HALF,
        "ot=rv:90000000000000;th:80000000000000",
        "ot=rv:90000000000000;th:8",
        None,
    ),
    "25 percent of 50 out": (pct(25), HALF, "ot=th:8", None, None),
    "25 percent of 50": (pct(25), "f" * 32, "ot=th:8", "ot=th:c", "ot=th:e"),
    "equalizing vs proportional": (
        pct(50),
        HALF,
        "ot=rv:c0000000000000;th:8",
        "ot=rv:c0000000000000;th:8",
        "ot=rv:c0000000000000;th:c",
    ),
    "inconsistent, open": (
        pct(100),
        HALF,
        "ot=rv:40000000000000;th:8",
        "ot=rv:40000000000000;th:0",
        "ot=rv:40000000000000;th:0",
    ),
    "inconsistent, closed": (
        pct(1, fail_closed=True),
        HALF,
        "ot=rv:40000000000000;th:8",
        None,
        None,
    ),
    "40 percent, precision 3": (
        pct(40, sampling_precision=3),
        HALF,
        "ot=rv:a0000000000000",
        "ot=rv:a0000000000000;th:99a",
        "ot=rv:a0000000000000;th:99a",
    ),
    "40 percent of 50, precision 6": (
        pct(40, sampling_precision=6),
        "a0a0a0a0a0a0a0a0a0d0000000000000",
        "ot=th:8",
        "ot=th:99999a",
        "ot=th:cccccd",
    ),
    "40 percent of 50, partly": (
        pct(40, sampling_precision=3),
        "a0a0a0a0a0a0a0a0a0b0000000000000",
        "ot=th:8",
        "ot=th:99a",
        None,
    ),
    "40 percent of 50, out": (
        pct(40, sampling_precision=3),
        "a0a0a0a0a0a0a0a0a080000000000000",
        "ot=th:8",
        None,
        None,
    ),
    "200 percent": (pct(200), HALF, "", "ot=th:0", "ot=th:0"),
    "tiny": (pct(100 * 2**-14), LAST, "ot=th:fffc", "ot=th:fffc", "ot=th:fffffff"),
    "almost 100 percent": (
        pct((1 - 8e-7) * 100, sampling_precision=10),
        LAST,
        "",
        "ot=th:00000cccccccd",
        "ot=th:00000cccccccd",
    ),
    "all digits": (
        pct(25),
        HALF,
        "ot=th:9a4550dab3489d;rv:facfce6d78fbc0",
        "ot=rv:facfce6d78fbc0;th:c",
        "ot=rv:facfce6d78fbc0;th:e6915436acd227",
    ),
    "underflow": (pct(2**-4), LAST, "ot=th:fffffffffffff8", "ot=th:fffffffffffff8", None),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", TRACESTATES)
def test_tracestates_are_read_and_written_as_the_collector_does(mode: str, name: str) -> None:
    config, trace_id, tracestate, equalizing, proportional = TRACESTATES[name]
    expected = equalizing if mode == "equalizing" else proportional
    assert sample_span(trace_id, tracestate, mode=mode, **config) == expected


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("trace_id", "tracestate"),
    [
        ("00" * 16, ""),
        (HALF, "ot=rv:abababababababab"),
        (HALF, "ot=th:abababababababab"),
        (HALF, "ot=th:-1"),
        ("ffffffffffffffffff70000000000000", "ot=th:8"),
        (HALF, "ot=th:8;rv:70000000000000"),
    ],
)
def test_errors_are_rejected_when_closed(mode: str, trace_id: str, tracestate: str) -> None:
    config = pct(100, fail_closed=True, mode=mode)
    assert sample_span(trace_id, tracestate, **config) is None


@pytest.mark.parametrize(
    ("percentage", "closed", "sampled"),
    [
        (0, True, False),
        (62, True, False),
        (100, True, False),
        (0, False, False),
        (62, False, True),
        (100, False, True),
    ],
)
def test_spans_without_a_trace_id(percentage: float, closed: bool, sampled: bool) -> None:
    found = sample_span("00" * 16, **pct(percentage, fail_closed=closed))
    assert (found is not None) == sampled


@pytest.mark.parametrize("mode", [*MODES, "hash_seed"])
@pytest.mark.parametrize(
    ("percentage", "priority", "sampled"),
    [
        (0, 2, True),
        (0, 1.0, True),
        (0, "1", True),
        (0, "0.5", True),
        (100, 0, False),
        (100, 0.0, False),
        (100, "0", False),
        (100, "0.0", False),
        (0, -1, False),
        (0, -1.0, False),
        (0, "-0.5", False),
        (0, "NaN", False),
        (100, "NaN", True),
        (100, -1, True),
    ],
)
def test_span_priority(mode: str, percentage: float, priority: Any, sampled: bool) -> None:
    found = sample_span(HALF, "", priority, **pct(percentage, mode=mode))
    assert (found is not None) == sampled


@pytest.mark.parametrize(
    ("percentage", "threshold"),
    [(100, "0"), (75, "4"), (50, "8"), (25, "c"), (10, "e668"), (100 / 3, "aaac")],
)
def test_hash_seed_writes_14_bit_thresholds(percentage: float, threshold: str) -> None:
    texts = [sample_span(f"{i:032x}", **pct(percentage, mode="hash_seed")) for i in range(1, 100)]
    kept = [text for text in texts if text is not None]
    assert kept
    assert {text.split(";th:")[1] for text in kept} == {threshold}
    assert all(text.startswith("ot=rv:") for text in kept)


def test_hash_of_nothing_and_of_zeros() -> None:
    draw = Randomness("fnv1a").of_bytes
    assert [draw(data) >> 42 for data in (b"", bytes(16))] == [0x3FFF - 0x3515, 0x3FFF - 0x2455]


def test_a_percentage_below_one_bucket_is_rounded_to_nothing() -> None:
    config = pct(100 * 3 / 2**16, mode="hash_seed")
    assert all(sample_span(f"{i:032x}", **config) is None for i in range(1, 100))
