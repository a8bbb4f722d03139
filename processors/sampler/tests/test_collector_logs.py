"""What the Collector's own tests state of log records (contrib 0.164)."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spanloom.batch import Logs
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.testing import make_settings
from spanloom.testing.builders import key_values

HALF = "fefefefefefefefefe80000000000000"
"""Its randomness is 0x80000000000000: kept at 50 %, not at 49 %."""
PRIORITY = {"sampling_priority": "priority"}


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


def fnv1a(data: bytes) -> int:
    """The attribute `n` of the Collector's table: the hash of seed 123 and a trace id."""
    hashed = 0x811C9DC5
    for byte in (123).to_bytes(4, "little") + data:
        hashed = (hashed ^ byte) * 0x01000193 % 2**32
    return hashed


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
        attributes: dict[str, Any] = {"n": fnv1a(trace_id)}
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


def test_a_log_record_that_cannot_be_read_has_no_randomness_but_may_ask() -> None:
    attributes = {"sampling.threshold": "g", "prio": 10}
    config = pct(1, mode="equalizing", sampling_priority="prio", fail_closed=True)
    assert sample_log(HALF, attributes, **config) == attributes
    assert sample_log(HALF, {"prio": 10}, **config) is None
