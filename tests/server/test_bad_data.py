"""Bytes that are no OTLP, each through a real socket: refused, counted, and others are served."""

from __future__ import annotations

import grpc
import httpx
import pytest

from tests.server.grpc_calls import export
from tests.server.otlp_bytes import field, in_span
from tests.server.serving import PROTOBUF, Serving, serves_others, traces

WHOLE = traces(2).SerializeToString()


def nested(depth: int) -> bytes:
    """Attribute values inside attribute values, as ArrayValue in AnyValue."""
    value = b"\x0a\x01x"
    for _ in range(depth):
        array = field(1, value)
        value = field(5, array)
    attribute = field(2, value)
    span = field(9, attribute)
    return field(1, field(2, field(2, span)))


BAD = {
    "truncated": WHOLE[:-1],
    "truncated in a length": b"\x0a\xff",
    "over-long length": b"\x0a\xff\xff\xff\xff\x0f" + WHOLE,
    "over-long varint": in_span(b"\x38" + b"\xff" * 11),
    "field number zero": b"\x00\x01",
    "wrong wire type": in_span(b"\x28\x01"),
    "invalid UTF-8": in_span(b"\x2a\x02\xc3\x28"),
    "group without end": b"\x0b" * 50,
    "nested to death": nested(5000),
    "JSON as protobuf": b'{"resourceSpans": []}',
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_bad_data_is_refused_over_http(body: bytes) -> None:
    with Serving() as serving, serves_others(serving):
        reply = httpx.post(f"{serving.url}/v1/traces", content=body, headers=PROTOBUF)
        assert (reply.status_code, reply.content[:2]) == (400, b"\x08\x03")
        assert "retry-after" not in reply.headers
        assert serving.count("failed_requests", transport="http", reason="bad_data") == 1


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_bad_data_is_refused_over_grpc(body: bytes) -> None:
    with Serving() as serving, serves_others(serving), export(serving) as call:
        with pytest.raises(grpc.RpcError) as refused:
            call(body, timeout=10.0)
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert serving.count("failed_requests", transport="grpc", reason="bad_data") == 1


@pytest.mark.parametrize("size", [2, 15, 17])
def test_ids_of_a_wrong_length_are_refused_singly(size: int) -> None:
    request = traces(3)
    request.resource_spans[0].scope_spans[0].spans[2].trace_id = b"a" * size
    body = request.SerializeToString()
    with Serving() as serving:
        reply = httpx.post(f"{serving.url}/v1/traces", content=body, headers=PROTOBUF)
        assert reply.status_code == 200
    assert [n_items for _, _, n_items in serving.received] == [2]
    assert serving.count("failed_items", reason="bad_id") == 1


def test_one_bad_request_does_not_harm_its_neighbours() -> None:
    with Serving(linger_s=0.05) as serving, export(serving) as call:
        calls = [call.future(body, timeout=10.0) for body in (WHOLE, BAD["truncated"], WHOLE)]
        codes = [waiting.code() for waiting in calls]
    ok, bad = grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT
    assert codes == [ok, bad, ok]
    assert b"".join(body for _, body, _ in serving.received) == WHOLE * 2
