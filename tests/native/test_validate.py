"""What the native core takes, protobuf takes; ids are judged item by item."""

import random

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from spanloom_native._native import checks

from tests.native.otlp_wire import (
    REQUESTS,
    SCALE,
    SIGNALS,
    items,
    length_delimited,
    messages,
    mutated,
    parses,
    searched,
    stuttered,
    varint,
)

N_MUTATIONS = 50 * SCALE
KNOWN_FIELD_AS_VARINT = varint(1 << 3 | 0) + b"\x01"
signals = st.sampled_from(SIGNALS)
requests = signals.flatmap(lambda signal: st.tuples(st.just(signal), messages(signal)))


def accepts(signal: str, request: bytes) -> bool:
    try:
        checks.validate_request(signal, request)
    except ValueError:
        return False
    return True


def trace_request(trace_id: bytes, span_id: bytes, **fields: object) -> bytes:
    return REQUESTS["traces"](
        resource_spans=[
            {"scope_spans": [{"spans": [{"trace_id": trace_id, "span_id": span_id, **fields}]}]}
        ]
    ).SerializeToString()


def canonical(message: Message) -> bytes:
    """Equal for equal messages, NaN included."""
    return message.SerializeToString(deterministic=True)


@searched
@given(requests)
def test_accepts_what_protobuf_writes_and_counts_its_items(case: tuple[str, Message]) -> None:
    signal, message = case
    n_items, n_bad_ids, repeats = checks.validate_request(signal, message.SerializeToString())
    assert (n_items, n_bad_ids, repeats) == (len(items(message)), 0, False)


@searched
@given(requests, st.integers(0, 2**32))
def test_accepts_nothing_that_protobuf_refuses(case: tuple[str, Message], seed: int) -> None:
    signal, message = case
    rng = random.Random(seed)
    request = message.SerializeToString()
    for _ in range(N_MUTATIONS):
        broken = mutated(rng, request)
        if accepts(signal, broken):
            assert parses(signal, broken), broken.hex()


@searched
@given(requests, st.integers(0, 2**32))
def test_normalising_changes_no_meaning(case: tuple[str, Message], seed: int) -> None:
    signal, message = case
    rng = random.Random(seed)
    request = message.SerializeToString()
    for _ in range(N_MUTATIONS):
        doubled = mutated(rng, request) + request
        if accepts(signal, doubled):
            check_normalised(signal, doubled)


def check_normalised(signal: str, request: bytes) -> None:
    normal = checks.normalise(signal, request)
    parsed = REQUESTS[signal].FromString(request)
    assert canonical(REQUESTS[signal].FromString(normal)) == canonical(parsed), request.hex()
    n_items, _, repeats = checks.validate_request(signal, normal)
    assert (n_items, repeats) == (len(items(parsed)), False), request.hex()


@searched
@given(requests, st.integers(0, 2**32))
def test_normalising_merges_on_every_level(case: tuple[str, Message], seed: int) -> None:
    signal, message = case
    request = stuttered(random.Random(seed), message)
    assert accepts(signal, request)
    check_normalised(signal, request)


def test_the_last_case_of_a_oneof_wins_and_equal_cases_merge() -> None:
    point = {"time_unix_nano": 1}
    gauge = Metric(gauge={"data_points": [point]}).SerializeToString()
    total = Metric(sum={"data_points": [point], "is_monotonic": True}).SerializeToString()
    metric = length_delimited(2, gauge + total + gauge + gauge)
    request = length_delimited(1, length_delimited(2, metric))
    assert checks.validate_request("metrics", request) == (4, 0, True)
    check_normalised("metrics", request)
    assert checks.validate_request("metrics", checks.normalise("metrics", request))[0] == 2


def test_merges_around_the_deepest_values() -> None:
    value = b""
    for _ in range(48):
        value = length_delimited(5, length_delimited(1, value))
    resource = length_delimited(1, length_delimited(2, value) * 2)
    request = length_delimited(1, length_delimited(1, resource) * 2)
    check_normalised("traces", request)


def test_unknown_fields_and_groups_are_kept_by_normalising() -> None:
    group = varint(99 << 3 | 3) + length_delimited(1, b"\xff") + varint(99 << 3 | 4)
    resource = length_delimited(1, group)
    request = length_delimited(1, resource + resource)
    assert checks.validate_request("logs", request) == (0, 0, True)
    assert checks.normalise("logs", request) == length_delimited(1, length_delimited(1, group * 2))


@pytest.mark.parametrize(
    ("trace_id", "span_id"),
    [
        (b"", b"\1" * 8),
        (b"\1" * 2, b"\1" * 8),
        (b"\0" * 16, b"\1" * 8),
        (b"\1" * 17, b"\1" * 8),
        (b"\1" * 16, b""),
        (b"\1" * 16, b"\0" * 8),
        (b"\1" * 16, b"\1" * 7),
    ],
)
def test_a_span_needs_both_its_ids(trace_id: bytes, span_id: bytes) -> None:
    request = trace_request(trace_id, span_id)
    assert checks.validate_request("traces", request) == (1, 1, False)
    assert checks.drop_bad_ids("traces", request) == b""


@pytest.mark.parametrize(
    ("fields", "n_bad_ids"),
    [
        ({"parent_span_id": b""}, 0),
        ({"parent_span_id": b"\0" * 8}, 0),
        ({"parent_span_id": b"\1" * 4}, 1),
        ({"links": [{}]}, 0),
        ({"links": [{"trace_id": b"\0" * 16}]}, 0),
        ({"links": [{"trace_id": b"\1" * 15}]}, 1),
        ({"links": [{"span_id": b"\1"}]}, 1),
    ],
)
def test_other_ids_may_be_absent_but_not_short(fields: dict[str, object], n_bad_ids: int) -> None:
    request = trace_request(b"\1" * 16, b"\1" * 8, **fields)
    assert checks.validate_request("traces", request) == (1, n_bad_ids, False)


def test_items_with_bad_ids_go_and_all_else_stays_byte_for_byte() -> None:
    good = {"trace_id": b"\1" * 16, "span_id": b"\2" * 8, "name": "good"}
    bad = {**good, "span_id": b"\2" * 3}
    full = {"resource": {}, "scope_spans": [{"spans": [good, bad]}, {"spans": [bad]}, {}]}
    left = {"resource": {}, "scope_spans": [{"spans": [good]}, {}]}
    padded = b"\x0a\x84\x00" + length_delimited(2, b"") + length_delimited(9, b"")
    request = ExportTraceServiceRequest(
        resource_spans=[full, {"scope_spans": [{"spans": [bad]}]}]
    ).SerializeToString()
    expected = ExportTraceServiceRequest(resource_spans=[left]).SerializeToString()
    assert checks.drop_bad_ids("traces", padded + request) == padded + expected


@searched
@given(requests, st.integers(0, 2**32))
def test_what_is_left_after_dropping_has_good_ids(case: tuple[str, Message], seed: int) -> None:
    signal, message = case
    rng = random.Random(seed)
    for item in items(message):
        for field in item.DESCRIPTOR.fields:
            if field.name.endswith("_id") and rng.random() < 0.5:
                setattr(item, field.name, b"\1\2")
    request = message.SerializeToString()
    n_items, n_bad_ids, _ = checks.validate_request(signal, request)
    left = checks.drop_bad_ids(signal, request)
    assert checks.validate_request(signal, left) == (n_items - n_bad_ids, 0, False)


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(b"\x0a\x05\x00", id="truncated"),
        pytest.param(b"\x0a", id="no length"),
        pytest.param(b"\x00\x00", id="field number 0"),
        pytest.param(KNOWN_FIELD_AS_VARINT, id="wrong wire type"),
        pytest.param(b"\x0e\x00", id="wire type 6"),
        pytest.param(length_delimited(1, length_delimited(3, b"\xff")), id="utf-8"),
        pytest.param(length_delimited(1, length_delimited(3, b"\xed\xa0\x80")), id="surrogate"),
        pytest.param(b"\x28" + b"\xff" * 10 + b"\x01", id="varint of 11 bytes"),
        pytest.param(b"\x8a\x80\x80\x80\x80\x00\x00", id="tag of 6 bytes"),
        pytest.param(b"\x0a\x80\x80\x80\x80\x80\x00", id="length of 6 bytes"),
        pytest.param(varint(99 << 3 | 3), id="open group"),
        pytest.param(varint(99 << 3 | 4), id="end of no group"),
        pytest.param(varint(99 << 3 | 3) + varint(98 << 3 | 4), id="crossed groups"),
        pytest.param(varint(99 << 3 | 3) * 101 + varint(99 << 3 | 4) * 101, id="deep groups"),
    ],
)
@pytest.mark.parametrize("signal", SIGNALS)
def test_refuses_malformed_requests(signal: str, request_bytes: bytes) -> None:
    assert not accepts(signal, request_bytes)


def nested(n_arrays: int) -> bytes:
    """A request with an attribute of so many arrays inside each other."""
    value = b""
    for _ in range(n_arrays):
        value = length_delimited(5, length_delimited(1, value))
    resource = length_delimited(1, length_delimited(2, value))
    return length_delimited(1, length_delimited(1, resource))


@pytest.mark.parametrize("signal", SIGNALS)
def test_nesting_ends_where_that_of_protobuf_ends(signal: str) -> None:
    depths = range(40, 56)
    ours = [accepts(signal, nested(depth)) for depth in depths]
    assert ours == [parses(signal, nested(depth)) for depth in depths]
    assert any(ours)
    assert not all(ours)


def test_nesting_to_death_is_refused() -> None:
    assert not accepts("traces", nested(20_000))


def test_packed_and_unpacked_numbers_are_both_taken() -> None:
    packed = length_delimited(6, b"\1" * 16) + length_delimited(7, b"\2" * 8)
    unpacked = varint(6 << 3 | 1) + b"\1" * 8 + varint(7 << 3 | 1) + b"\2" * 8
    for point, is_accepted in ((packed, True), (unpacked, True), (packed[:-3], False)):
        metric = length_delimited(9, length_delimited(1, point))
        request = length_delimited(1, length_delimited(2, length_delimited(2, metric)))
        assert accepts("metrics", request) == is_accepted


def test_a_packed_number_of_half_its_size_is_refused() -> None:
    metric = length_delimited(9, length_delimited(1, length_delimited(6, b"\1" * 7)))
    request = length_delimited(1, length_delimited(2, length_delimited(2, metric)))
    assert not accepts("metrics", request)


def test_an_error_says_where_and_quotes_nothing() -> None:
    secret = length_delimited(1, length_delimited(3, b"secret\xff"))
    with pytest.raises(ValueError, match=r"^a string is not valid UTF-8 at byte 4$"):
        checks.validate_request("traces", secret)
