"""Columns say what the message says, are read-only, and refuse what does not fit."""

import gc
import gzip
import json
import random
import zlib
from typing import Any

import numpy as np
import pytest
import snappy
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from spanloom_native import Batch, BatchError, DecodeError, Logs, Metrics, Traces, compress

from tests.native.batch_cases import (
    BATCHES,
    DATA,
    all_items,
    all_scopes,
    points,
    request,
    resources,
    scope_items,
    scopes,
    wire,
)
from tests.native.otlp_wire import REQUESTS, SIGNALS, searched

seeds = st.integers(0, 2**32)
ITEM_COLUMNS = {
    "traces": ["start_time_unix_nano", "end_time_unix_nano", "kind", "flags"],
    "logs": ["time_unix_nano", "observed_time_unix_nano", "severity_number", "flags"],
    "metrics": ["start_time_unix_nano", "time_unix_nano"],
}
ID_COLUMNS = {
    "traces": {"trace_id": 16, "span_id": 8, "parent_span_id": 8},
    "logs": {"trace_id": 16, "span_id": 8},
    "metrics": {},
}


def drawn(seed: int, signal: str) -> tuple[Any, Any]:
    """A batch and the same request as a message."""
    rng = random.Random(seed)
    raw = wire(rng, request(rng, signal))
    return BATCHES[signal].from_bytes(raw), REQUESTS[signal].FromString(raw)


def spans(n_items: int, **fields: Any) -> Traces:
    message: Any = REQUESTS["traces"]()
    scope = message.resource_spans.add().scope_spans.add()
    for i in range(n_items):
        scope.spans.add(start_time_unix_nano=i, **fields)
    return Traces.from_message(message)


@pytest.mark.parametrize("signal", SIGNALS)
@searched
@given(seeds)
def test_item_columns_agree_with_the_message(signal: str, seed: int) -> None:
    batch, message = drawn(seed, signal)
    items = all_items(message)
    kept = np.array([random.Random(seed).random() < 0.6 for _ in items], dtype=bool)
    for _ in range(2):
        for name in ITEM_COLUMNS[signal]:
            assert getattr(batch, name).tolist() == [getattr(item, name) for item in items]
        for name, size in ID_COLUMNS[signal].items():
            column = getattr(batch, name)
            assert column.shape == (len(items), size)
            expected = [getattr(item, name) or bytes(size) for item in items]
            assert [bytes(row) for row in column] == expected
        batch.keep(kept[: len(batch)])
        items = [item for item, is_kept in zip(items, kept, strict=True) if is_kept]
        kept = np.ones(len(items), dtype=bool)
    batch.ack()


@pytest.mark.parametrize("signal", SIGNALS)
@searched
@given(seeds)
def test_envelopes_agree_with_the_message(signal: str, seed: int) -> None:
    batch, message = drawn(seed, signal)
    all_s = all_scopes(message)
    assert (batch.n_resources, batch.n_scopes) == (len(resources(message)), len(all_s))
    assert batch.scope_names == [scope.scope.name for scope in all_s]
    assert batch.scope_versions == [scope.scope.version for scope in all_s]
    of_scope = [r for r, resource in enumerate(resources(message)) for _ in scopes(resource)]
    of_item = [s for s, scope in enumerate(all_s) for _ in scope_items(scope)]
    assert batch.scope_resource_index.tolist() == of_scope
    assert batch.scope_index.tolist() == of_item
    assert batch.resource_index.tolist() == [of_scope[s] for s in of_item]
    batch.ack()


@searched
@given(seeds)
def test_metric_columns_agree_with_the_message(seed: int) -> None:
    batch, message = drawn(seed, "metrics")
    metrics = [metric for scope in all_scopes(message) for metric in scope.metrics]
    kinds = [metric.WhichOneof("data") for metric in metrics]
    assert batch.n_metrics == len(metrics)
    assert batch.metric_kinds.tolist() == [DATA.index(kind) + 1 if kind else 0 for kind in kinds]
    assert batch.metric_names == [metric.name for metric in metrics]
    assert batch.metric_units == [metric.unit for metric in metrics]
    owners = [m for m, metric in enumerate(metrics) for _ in points(metric)]
    assert batch.metric_index.tolist() == owners
    of_metric = [s for s, scope in enumerate(all_scopes(message)) for _ in scope.metrics]
    assert batch.metric_scope_index.tolist() == of_metric
    expected = [value_of(point) for metric in metrics for point in points(metric)]
    np.testing.assert_array_equal(batch.value, np.array(expected, dtype=np.float64))
    assert list(batch.metrics()) == metrics
    batch.ack()


def value_of(point: Any) -> float:
    if point.DESCRIPTOR.name != "NumberDataPoint" or point.WhichOneof("value") is None:
        return float("nan")
    return float(getattr(point, point.WhichOneof("value")))


def test_items_are_given_as_messages_with_edits() -> None:
    batch = spans(3, name="before")
    batch.keep(np.array([True, False, True]))
    batch.set_name("after", where=np.array([False, True]))
    found = list(batch.spans())
    assert [span.name for span in found] == ["before", "after"]
    assert [span.start_time_unix_nano for span in found] == [0, 2]
    batch.ack()


def test_views_outlive_their_batch_and_are_counted() -> None:
    batch = spans(1000)
    times, ids = batch.start_time_unix_nano, batch.trace_id[5:]
    assert batch.open_views == 2
    fork = batch.fork()
    assert fork.open_views == 0
    fork.ack()
    batch.ack()
    assert batch.open_views == 2
    del fork, batch
    gc.collect()
    assert times.tolist() == list(range(1000))
    assert not ids.any()


def test_a_view_that_is_gone_is_no_longer_counted() -> None:
    batch = spans(4)
    times = batch.start_time_unix_nano
    tail = times[2:]
    del times
    assert batch.open_views == 1
    del tail
    assert batch.open_views == 0
    batch.ack()


def test_arrays_are_read_only() -> None:
    batch = spans(4)
    arrays: list[Any] = [
        batch.start_time_unix_nano,
        batch.trace_id,
        batch.name.codes,
        batch.name.present,
    ]
    batch.keep(np.array([True, True, False, True]))
    arrays += [batch.start_time_unix_nano, batch.trace_id, batch.resource_index]
    assert not any(array.flags.writeable for array in arrays)
    with pytest.raises(ValueError, match="read-only"):
        arrays[0][0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        arrays[0].flags.writeable = True
    batch.ack()


def test_a_column_counts_the_owners_that_have_a_value() -> None:
    batch = spans(4)
    batch.set_attribute("key", ["b", None, 1, None])
    assert batch.attribute("key").n_present == batch.attribute("key").present.sum() == 2
    assert batch.attribute("no such key").n_present == 0
    batch.ack()


def test_equal_strings_share_a_code() -> None:
    batch = spans(5)
    batch.set_attribute("key", ["b", "a", None, "b", "a"])
    column = batch.attribute("key")
    assert column.values == ["b", "a"]
    assert column.codes.tolist() == [0, 1, -1, 0, 1]
    assert column.codes.dtype == np.int32
    batch.ack()


def test_a_column_keeps_what_it_was_read_as() -> None:
    batch = spans(2)
    batch.set_attribute("key", "before")
    column = batch.attribute("key")
    batch.set_attribute("key", "after")
    batch.ack()
    assert column.strings() == ["before", "before"]


def test_numbers_convert_as_documented() -> None:
    batch = spans(5)
    batch.set_attribute("key", [3, 2.5, True, "text", None])
    column = batch.attribute("key")
    assert column.ints(-1).tolist() == [3, -1, 1, -1, -1]
    np.testing.assert_array_equal(column.floats(), [3.0, 2.5, np.nan, np.nan, np.nan])
    assert column.bools().tolist() == [False, False, True, False, False]
    assert len(column) == 5
    batch.ack()


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda b: b.set_attribute("k", [1, 2]), "value has length 2, the batch has 3"),
        (lambda b: b.set_attribute("k", np.zeros(4)), "value has length 4"),
        (lambda b: b.set_attribute("k", np.zeros((3, 1))), "one dimension"),
        (lambda b: b.set_attribute("k", None), "None changes nothing"),
        (lambda b: b.set_attribute("k", object()), "object is no attribute value"),
        (lambda b: b.set_attribute("k", 2**63), "does not fit into 64 bits"),
        (lambda b: b.set_attribute("k", np.full(3, 2**63, dtype=np.uint64)), "64 bits"),
        (lambda b: b.set_attribute("k", {1: 2}), "keys of a mapping"),
        (lambda b: b.set_attribute("k", "\ud800"), "surrogate"),
        (lambda b: b.set_attribute("k", ["a"], codes=np.array([0, 1, 0])), "beyond the 1 values"),
        (lambda b: b.set_attribute("k", ["a"], codes=np.array([0])), "codes has length 1"),
        (lambda b: b.set_attribute("k", ["a"], codes=np.zeros(3)), "array of ints"),
        (lambda b: b.set_attribute("k", 1, where=np.ones(2, dtype=bool)), "where has length 2"),
        (lambda b: b.set_attribute("k", 1, where=np.ones(3)), "array of bools"),
        (lambda b: b.set_attribute("k", 1, where=[True] * 3), "array of bools"),
        (lambda b: b.set_attribute("k", 1, level="span"), "level must be"),
        (lambda b: b.attribute("k", "span"), "level must be"),
        (lambda b: b.keep(np.ones(2, dtype=bool)), "mask has length 2"),
        (lambda b: b.set_name(["a"]), "value has length 1"),
        (lambda b: b.set_name([1, 2, 3]), "strings or None"),
        (lambda b: b.set_status(3), "status code"),
        (lambda b: b.split(0), "at least 1"),
        (lambda b: b.adopt(b), "itself"),
        (lambda b: Traces.concat([]), "no batch"),
        (lambda b: Traces.concat([b, b]), "twice"),
        (lambda b: Logs.concat([b]), "different signals"),
        (lambda b: Logs.from_message(b.to_message()), "request of logs"),
    ],
)
def test_refuses_what_does_not_fit(use: Any, message: str) -> None:
    batch = spans(3)
    with pytest.raises(BatchError, match=message):
        use(batch)
    assert len(batch) == 3
    batch.ack()


def test_refuses_values_nested_too_deeply() -> None:
    value: Any = "leaf"
    for _ in range(40):
        value = {"key": value}
    batch = spans(1)
    with pytest.raises(BatchError, match="nested deeper"):
        batch.set_attribute("key", value)
    batch.ack()


def test_logs_and_metrics_have_no_events() -> None:
    for batch in (Logs.from_bytes(b""), Metrics.from_bytes(b"")):
        with pytest.raises(BatchError, match="no level event"):
            batch.attribute("key", "event")
        batch.ack()


def test_a_batch_without_signal_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        Batch.from_bytes(b"")
    with pytest.raises(TypeError):
        Traces()


def test_refuses_bytes_that_are_no_request() -> None:
    with pytest.raises(DecodeError, match="at byte"):
        Traces.from_bytes(b"\x0a\x05")


def test_json_goes_in_and_comes_out() -> None:
    batch = spans(2, name="größe")
    line = batch.encode_json()
    assert b"\n" not in line
    names = json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert [span["name"] for span in names] == ["größe", "größe"]
    again = Traces.from_json(line)
    assert again.to_message() == batch.to_message()
    again.ack()
    batch.ack()


def test_an_attribute_of_a_resource_that_has_none_creates_it() -> None:
    batch = spans(1)
    batch.set_attribute("service.name", "loom", level="resource")
    message = batch.to_message()
    assert message.resource_spans[0].resource.attributes[0].value.string_value == "loom"
    batch.ack()


@pytest.mark.parametrize(
    ("encoding", "decompress"),
    [
        ("gzip", gzip.decompress),
        ("deflate", zlib.decompress),
        ("zstd", lambda data: zstandard.ZstdDecompressor().decompress(data)),
        ("snappy", snappy.uncompress),
    ],
)
def test_compressed_bodies_are_read_by_others(encoding: Any, decompress: Any) -> None:
    for body in (b"", b"body" * 1000):
        assert decompress(compress(body, encoding)) == body
    with pytest.raises(ValueError, match="encoding"):
        compress(b"", "brotli")  # type: ignore[arg-type]
