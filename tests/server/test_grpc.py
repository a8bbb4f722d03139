"""gRPC, as grpcio speaks it, and as it should not be spoken."""

from __future__ import annotations

import gzip
import zlib
from itertools import pairwise
from typing import Any

import grpc
import pytest
import snappy
import zstandard
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.server.grpc_calls import export, frame, method, post_frame, retry_delay_s
from tests.server.http2_frames import Http2Client
from tests.server.serving import (
    MIB,
    Serving,
    Signal,
    logs,
    metrics,
    serves_others,
    traces,
)

COMPRESSORS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.compress,
    "snappy": snappy.compress,
}


def status_of(call: Any, request: bytes) -> tuple[grpc.StatusCode, str, float | None]:
    """Code, message and retry delay of a call that fails."""
    with pytest.raises(grpc.RpcError) as caught:
        call(request, timeout=10.0)
    return caught.value.code(), caught.value.details(), retry_delay_s(caught.value)


@pytest.mark.parametrize(
    ("signal", "build"), [("traces", traces), ("metrics", metrics), ("logs", logs)]
)
def test_exports_every_signal_byte_for_byte(signal: Signal, build: Any) -> None:
    request = build(3).SerializeToString()
    with Serving() as serving, export(serving, signal) as call:
        assert call(request, timeout=10.0) == b""
    assert serving.received == [(signal, request, 3)]
    assert serving.count("accepted_requests", signal=signal, transport="grpc") == 1
    assert serving.count("accepted_items", signal=signal, transport="grpc") == 3


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_takes_what_grpcio_compresses(compression: grpc.Compression) -> None:
    request = traces(20, content_bytes=200).SerializeToString()
    with Serving() as serving, export(serving) as call:
        assert call(request, timeout=10.0, compression=compression) == b""
    assert serving.received == [("traces", request, 20)]


@pytest.mark.parametrize("encoding", COMPRESSORS)
def test_takes_every_message_compression(encoding: str) -> None:
    request = traces(20, content_bytes=200).SerializeToString()
    body = frame(COMPRESSORS[encoding](request), flag=1)
    with Serving() as serving:
        reply = post_frame(serving, body, grpc_encoding=encoding)
    assert reply.headers["grpc-accept-encoding"] == "identity,gzip,deflate,zstd,snappy"
    assert serving.received == [("traces", request, 20)]


def test_an_empty_request_succeeds_and_is_not_forwarded() -> None:
    with Serving() as serving, export(serving) as call:
        assert call(b"", timeout=10.0) == b""
    assert serving.received == []


def test_a_large_request_arrives_whole() -> None:
    request = traces(1000, content_bytes=8000).SerializeToString()
    with Serving() as serving, export(serving) as call:
        assert call(request, timeout=30.0) == b""
    assert serving.received == [("traces", request, 1000)]


@pytest.mark.parametrize("frame_bytes", [256 << 10, 100_000, 16 << 10, 1000])
@pytest.mark.parametrize("first_bytes", [5, 70_000, 256 << 10])
def test_a_request_is_the_same_in_large_frames_and_small(
    first_bytes: int, frame_bytes: int
) -> None:
    request = traces(20, content_bytes=12_000).SerializeToString()
    body = frame(request)
    with Serving() as serving, Http2Client(serving) as client:
        stream_id = client.begin_export()
        while client.h2.local_flow_control_window(stream_id) < len(body):
            client.events()
        ends = [0, min(first_bytes, frame_bytes, len(body))]
        while ends[-1] < len(body):
            ends.append(min(ends[-1] + frame_bytes, len(body)))
        for start, end in pairwise(ends):
            client.send(stream_id, body[start:end], end=end == len(body))
        client.wait_for_headers(stream_id)
    assert serving.received == [("traces", request, 20)]


def test_items_with_bad_ids_are_refused_singly() -> None:
    request = traces(3)
    request.resource_spans[0].scope_spans[0].spans[1].trace_id = b"ab"
    with Serving() as serving, export(serving) as call:
        reply = ExportTraceServiceResponse.FromString(
            call(request.SerializeToString(), timeout=10.0)
        )
    assert reply.partial_success.rejected_spans == 1
    assert "id" in reply.partial_success.error_message
    assert [n_items for _, _, n_items in serving.received] == [2]
    assert serving.count("failed_items", reason="bad_id") == 1
    assert serving.count("accepted_items") == 2


def test_a_request_of_bad_ids_alone_is_not_forwarded() -> None:
    request = traces(2)
    for span in request.resource_spans[0].scope_spans[0].spans:
        span.span_id = bytes(8)
    with Serving() as serving, export(serving) as call:
        reply = ExportTraceServiceResponse.FromString(
            call(request.SerializeToString(), timeout=10.0)
        )
    assert reply.partial_success.rejected_spans == 2
    assert serving.received == []


def test_bad_data_is_an_invalid_argument() -> None:
    with Serving() as serving, serves_others(serving), export(serving) as call:
        code, _, delay_s = status_of(call, b"\x0a\x05abc")
    assert (code, delay_s) == (grpc.StatusCode.INVALID_ARGUMENT, None)
    assert serving.count("failed_requests", transport="grpc", reason="bad_data") == 1


@pytest.mark.parametrize(
    ("outcome", "code", "delay_s"),
    [
        ({"retryable": True}, grpc.StatusCode.UNAVAILABLE, 1.0),
        ({"retryable": True, "retry_after_s": 7.0}, grpc.StatusCode.UNAVAILABLE, 7.0),
        ({"retryable": True, "grpc_code": 8}, grpc.StatusCode.RESOURCE_EXHAUSTED, 1.0),
        ({"retryable": False}, grpc.StatusCode.INTERNAL, None),
        ({"retryable": False, "grpc_code": 3}, grpc.StatusCode.INVALID_ARGUMENT, None),
    ],
)
def test_a_pipelines_refusal_reaches_the_client(
    outcome: dict[str, Any], code: grpc.StatusCode, delay_s: float | None
) -> None:
    def refuse(batch: Any) -> None:
        batch.nack("no ümlaut: 50%", **outcome)

    with Serving(refuse) as serving, export(serving) as call:
        assert status_of(call, traces(4).SerializeToString()) == (code, "no ümlaut: 50%", delay_s)
    assert serving.count("refused_items", signal="traces", transport="grpc") == 4


def test_a_batch_that_is_lost_is_refused_retryably() -> None:
    with Serving(lambda batch: None) as serving, export(serving) as call:
        code, _, delay_s = status_of(call, traces().SerializeToString())
    assert (code, delay_s) == (grpc.StatusCode.UNAVAILABLE, 1.0)


def test_signals_that_are_not_served_are_unimplemented() -> None:
    with Serving(signals=["logs"]) as serving, export(serving, "traces") as call:
        code, _, _ = status_of(call, traces().SerializeToString())
    assert code == grpc.StatusCode.UNIMPLEMENTED
    assert serving.count("failed_requests", reason="not_found") == 1


def test_other_methods_are_unimplemented() -> None:
    with Serving() as serving, serves_others(serving), method(serving, "/a.B/C") as call:
        code, _, _ = status_of(call, b"")
    assert code == grpc.StatusCode.UNIMPLEMENTED


def test_a_message_above_the_limit_is_refused_for_good() -> None:
    request = traces(1, content_bytes=MIB).SerializeToString()
    limited = Serving(grpc_message_bytes_max=MIB)
    with limited as serving, serves_others(serving), export(serving) as call:
        code, _, delay_s = status_of(call, request)
    assert (code, delay_s) == (grpc.StatusCode.RESOURCE_EXHAUSTED, None)
    assert serving.count("failed_requests", transport="grpc", reason="too_large") == 1


@pytest.mark.parametrize("encoding", COMPRESSORS)
def test_a_bomb_is_refused_within_the_limit(encoding: str) -> None:
    bomb = COMPRESSORS[encoding](bytes(64 * MIB))
    with Serving(grpc_message_bytes_max=4 * MIB) as serving, serves_others(serving):
        reply = post_frame(serving, frame(bomb, flag=1), grpc_encoding=encoding)
        assert reply.headers["grpc-status"] == "8"
        assert serving.budget.peak_bytes < 9 * MIB
    assert serving.count("failed_requests", transport="grpc", reason="too_large") == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"\0\0", frame(b"abc", length=4), frame(b"abc", length=2), frame(b"", flag=7)],
    ids=["nothing", "half a prefix", "cut", "two messages", "unknown flag"],
)
def test_a_broken_message_frame_is_an_invalid_argument(body: bytes) -> None:
    with Serving() as serving, serves_others(serving):
        reply = post_frame(serving, body)
    assert reply.headers["grpc-status"] == "3"
    assert serving.count("failed_requests", transport="grpc", reason="bad_data") == 1


def test_an_unknown_encoding_is_unimplemented_and_says_what_is_known() -> None:
    with Serving() as serving, serves_others(serving):
        reply = post_frame(serving, frame(b"x", flag=1), grpc_encoding="br")
    assert reply.headers["grpc-status"] == "12"
    assert "zstd" in reply.headers["grpc-accept-encoding"]
    assert serving.count("failed_requests", reason="unsupported_encoding") == 1


@pytest.mark.parametrize("encoding", COMPRESSORS)
def test_a_broken_compressed_message_is_an_invalid_argument(encoding: str) -> None:
    with Serving() as serving, serves_others(serving):
        body = frame(b"\x81\x82no compressed stream at all", flag=1)
        reply = post_frame(serving, body, grpc_encoding=encoding)
    assert reply.headers["grpc-status"] == "3"
    assert serving.count("failed_requests", reason="broken_encoding") == 1


def test_grpc_web_is_no_grpc() -> None:
    with Serving() as serving:
        body = frame(b"")
        reply = post_frame(serving, body, path="/v1/traces", content_type="application/grpc-web")
    assert reply.status_code == 415


def test_many_calls_on_one_connection_are_processed_together() -> None:
    request = traces(5).SerializeToString()
    with Serving(linger_s=0.02) as serving, export(serving) as call:
        waiting = [call.future(request, timeout=10.0) for _ in range(64)]
        assert {reply.result() for reply in waiting} == {b""}
    assert sum(n_items for _, _, n_items in serving.received) == 320
    assert len(serving.received) < 64
    assert serving.count("accepted_requests") == 64


def test_several_threads_serve_as_one() -> None:
    request = traces(2).SerializeToString()
    with Serving(threads=2) as serving, serves_others(serving), export(serving) as call:
        waiting = [call.future(request, timeout=10.0) for _ in range(100)]
        assert {reply.result() for reply in waiting} == {b""}
    assert serving.count("accepted_items") == 200 + 1
