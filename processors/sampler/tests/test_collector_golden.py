"""What the Collector's processor 0.164.1 itself made of random items, recorded from its real code.

Each line of the file is a configuration with items; `want` is what came out: the tracestate of a
span, the sampling attributes of a log record, null for what was dropped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanloom.batch import Logs, Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.testing import make_settings
from spanloom.testing.builders import key_values

FILE = Path(__file__).parent / "golden" / "collector_0.164.1.jsonl"
GROUPS = [json.loads(line) for line in FILE.read_text().splitlines()]
WRITTEN = ("sampling.threshold", "sampling.randomness")


def config_of(group: dict[str, Any]) -> Config:
    values = {
        "mode": group["mode"],
        "sampling_percentage": float(group["pct"]),
        "hash_seed": group["seed"],
        "sampling_precision": group["prec"],
        "fail_closed": group["closed"],
        "from_attribute": group["from"],
        "sampling_priority": group["prio"],
    }
    if group["source"]:
        values["attribute_source"] = group["source"]
    return Config.model_validate(values)


def span_results(group: dict[str, Any]) -> list[Any]:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for index, item in enumerate(group["items"]):
        spans.add(
            trace_id=bytes.fromhex(item["tid"]),
            span_id=index.to_bytes(8, "big"),
            trace_state=item["ts"],
            attributes=key_values(item.get("attrs", {})),
        )
    batch = SpanSampler(config_of(group), make_settings()).process(Traces.from_message(request))
    found: list[Any] = [None] * len(group["items"])
    for span in batch.spans():
        found[int.from_bytes(span.span_id, "big")] = span.trace_state
    return found


def log_results(group: dict[str, Any]) -> list[Any]:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for index, item in enumerate(group["items"]):
        records.add(
            trace_id=bytes.fromhex(item["tid"]),
            span_id=index.to_bytes(8, "big"),
            attributes=key_values(item.get("attrs", {})),
        )
    batch = SpanSampler(config_of(group), make_settings()).process(Logs.from_message(request))
    found: list[Any] = [None] * len(group["items"])
    for record in batch.records():
        values = {kv.key: kv.value for kv in record.attributes if kv.key in WRITTEN}
        found[int.from_bytes(record.span_id, "big")] = {
            key: value.string_value if value.HasField("string_value") else str(value.int_value)
            for key, value in values.items()
        }
    return found


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_decides_and_writes_as_the_collector_did(number: int) -> None:
    group = GROUPS[number]
    found = span_results(group) if group["signal"] == "traces" else log_results(group)
    assert found == [item["want"] for item in group["items"]]
