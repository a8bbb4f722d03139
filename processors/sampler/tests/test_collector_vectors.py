"""The decisions and texts that the Collector's own tests state (contrib 0.164)."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanloom.batch import Logs, Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.randomness import fnv1a_of
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.processors.sampler.threshold import format_threshold, threshold_of
from spanloom.testing import make_settings
from spanloom.testing.builders import key_values

HALF = "fefefefefefefefefe80000000000000"
"""Its randomness is 0x80000000000000: kept at 50 %, not at 49 %."""
LAST = "111111111111111111ffffffffffffff"
SEED = 4312
PRIORITY = {"sampling_priority": "priority"}
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


def sample_log(trace_id: str, attributes: dict[str, Any], **config: Any) -> Any:
    """The attributes of the one record after sampling; None where it is dropped."""
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add(
        trace_id=bytes.fromhex(trace_id), attributes=key_values(attributes)
    )
    config = {"fail_closed": False, "sampling_precision": 14, **config}
    batch = SpanSampler(Config(**config), make_settings()).process(Logs.from_message(request))
    if not len(batch):
        return None
    return {key: batch.attribute(key).objects()[0] for key in list(batch.keys())}


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
    assert fnv1a_of(b"", 0) & 0x3FFF == 0x3515
    assert fnv1a_of(bytes(16), 0) & 0x3FFF == 0x2455


def test_a_percentage_below_one_bucket_is_rounded_to_nothing() -> None:
    config = pct(100 * 3 / 2**16, mode="hash_seed")
    assert all(sample_span(f"{i:032x}", **config) is None for i in range(1, 100))


@pytest.mark.parametrize(
    ("config", "received"),
    [
        (pct(100), 100),
        (pct(0, fail_closed=True), 0),
        (pct(50, mode="hash_seed", fail_closed=True), 45),
        (pct(0, attribute_source="record", from_attribute="foo"), 0),
        (pct(100, attribute_source="record", from_attribute="foo"), 100),
        (pct(50, attribute_source="record", from_attribute="foo", fail_closed=True), 23),
        (pct(50, attribute_source="record", from_attribute="bar", fail_closed=True), 29),
        (pct(0, **PRIORITY, attribute_source="record", from_attribute="n"), 25),
        (pct(50, **PRIORITY, attribute_source="record", from_attribute="n"), 64),
        (
            pct(100, **PRIORITY, attribute_source="record", from_attribute="n"),
            100,
        ),
        (pct(0, **PRIORITY), 25),
        (pct(50, **PRIORITY), 57),
        (pct(100, **PRIORITY), 100),
    ],
)
def test_log_records_of_the_collectors_table(config: dict[str, Any], received: int) -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for i in range(100):
        trace_id = bytes(8) + bytes([i]) * 8
        attributes: dict[str, Any] = {"n": fnv1a_of(trace_id, 123)}
        if i % 2 == 0:
            attributes |= {"foo": trace_id, "bar": trace_id.hex() if i else ""}
        if i % 4 == 0:
            attributes["priority"] = 100.0
        records.add(trace_id=trace_id, attributes=key_values(attributes))
    sampler = SpanSampler(Config(**{"fail_closed": False, **config}), make_settings())
    assert len(sampler.process(Logs.from_message(request))) == received


def test_log_records_carry_their_threshold_as_an_attribute() -> None:
    found = sample_log(HALF, {"ignored": "value"}, **pct(100, mode="proportional"))
    assert found == {"ignored": "value", "sampling.threshold": "0"}


def test_log_records_of_a_hashed_attribute_carry_the_randomness() -> None:
    config = pct(100, attribute_source="record", from_attribute="r", hash_seed=49)
    found = sample_log(HALF, {"r": "1234"}, mode="hash_seed", **config)
    assert found.keys() == {"r", "sampling.threshold", "sampling.randomness"}
    assert found["sampling.threshold"] == "0"


def test_log_records_ask_for_a_percentage() -> None:
    attributes = {"sampling.randomness": "e6147c00000000", "veryrandom": 10.125}
    config = pct(0, sampling_priority="veryrandom", sampling_precision=6)
    assert sample_log(HALF, attributes, **config) == {**attributes, "sampling.threshold": "e6147b"}


@pytest.mark.parametrize(
    ("trace_id", "attributes", "config", "expected"),
    [
        (
            "fefefefefefefefefef0000000000000",
            {"sampling.threshold": "c"},
            pct(50, mode="proportional"),
            {"sampling.threshold": "e"},
        ),
        (
            "fefefefefefefefefeb0000000000000",
            {"sampling.threshold": "c"},
            pct(50, mode="equalizing", fail_closed=True),
            None,
        ),
        (
            "fe" * 16,
            {"sampling.threshold": "c", "prio": 37},
            pct(50, mode="equalizing", sampling_priority="prio"),
            {"sampling.threshold": "c", "prio": 37},
        ),
        (
            HALF,
            {"sampling.randomness": "f2341234123412"},
            pct(100, mode="hash_seed"),
            {"sampling.randomness": "f2341234123412"},
        ),
    ],
)
def test_log_records_with_thresholds(
    trace_id: str, attributes: dict[str, Any], config: dict[str, Any], expected: Any
) -> None:
    assert sample_log(trace_id, attributes, **config) == expected


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (1.0, "0"),
        (0.5, "8"),
        (2**-56, "ffffffffffffff"),
        (1 / 3, "aaaaaaaaaaaaac"),
        (2 / 3, "55555555555558"),
        (1 - 0x54 / 2**8, "54"),
        (1 - 1 / 2**8, "01"),
    ],
)
def test_probabilities_as_thresholds(probability: float, text: str) -> None:
    assert format_threshold(threshold_of(probability)) == text


def test_a_probability_below_the_smallest_keeps_nothing() -> None:
    assert format_threshold(threshold_of(2**-57)) == ""


@pytest.mark.parametrize(
    ("reject", "texts"),
    [
        (0x456789A / 2**28, ["45678a", "45679", "4568", "456", "45", "4"]),
        (0x456789A / 2**40, ["00045678a", "00045679", "0004568", "000456", "00045", "0004"]),
        (0x789ABCDEF / 2**40, ["0789abcdef", "0789abcdf", "0789abce", "0789abd", "0789ac"]),
        (0x789ABCDEF / 2**40, ["0789b", "078a", "079", "08"]),
        (0x12345678 / 2**32, ["1234568", "123456", "12345", "1234", "123", "12", "1"]),
        (0x80801 / 2**28, ["00808", "008"]),
    ],
)
def test_leading_zeros_do_not_count_as_digits(reject: float, texts: list[str]) -> None:
    for text in texts:
        precision = len(text.lstrip("0"))
        assert format_threshold(threshold_of(1 - reject, precision)) == text


def test_a_log_record_that_cannot_be_read_has_no_randomness_but_may_ask() -> None:
    attributes = {"sampling.threshold": "g", "prio": 10}
    config = pct(1, mode="equalizing", sampling_priority="prio", fail_closed=True)
    assert sample_log(HALF, attributes, **config) == attributes
    assert sample_log(HALF, {"prio": 10}, **config) is None
