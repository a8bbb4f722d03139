"""OTLP/HTTP over HTTP/1.1 and HTTP/2."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import snappy
import zstandard
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.server.serving import (
    JSON,
    MIB,
    PROTOBUF,
    Serving,
    Signal,
    logs,
    metrics,
    serves_others,
    traces,
)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def snappy_framed(data: bytes) -> bytes:
    return bytes(snappy.StreamCompressor().compress(data))


COMPRESSORS: dict[str, Any] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.compress,
    "snappy": snappy.compress,
    "x-snappy-framed": snappy_framed,
}


@contextmanager
def client(serving: Serving, version: str = "HTTP/1.1") -> Iterator[httpx.Client]:
    is_http2 = version == "HTTP/2"
    with httpx.Client(
        base_url=serving.url, http1=not is_http2, http2=is_http2, timeout=10.0
    ) as http:
        yield http


def post(
    serving: Serving, content: bytes, path: str = "/v1/traces", **headers: str
) -> httpx.Response:
    sent = PROTOBUF | {name.replace("_", "-"): value for name, value in headers.items()}
    with client(serving) as http:
        return http.post(path, content=content, headers=sent)


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/2"])
@pytest.mark.parametrize(
    ("signal", "build"), [("traces", traces), ("metrics", metrics), ("logs", logs)]
)
def test_takes_protobuf_of_every_signal(version: str, signal: Signal, build: Any) -> None:
    request = build(3).SerializeToString()
    with Serving() as serving, client(serving, version) as http:
        reply = http.post(f"/v1/{signal}", content=request, headers=PROTOBUF)
        assert reply.http_version == version
    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["content-type"] == "application/x-protobuf"
    assert serving.received == [(signal, request, 3)]
    assert serving.count("accepted_items", signal=signal, transport="http") == 3


def test_takes_json_and_answers_in_json() -> None:
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "1"}]}]}]}
    with Serving() as serving, client(serving) as http:
        reply = http.post("/v1/logs", json=body)
    assert (reply.status_code, reply.content) == (200, b"{}")
    assert reply.headers["content-type"] == "application/json"
    assert serving.received == [("logs", logs().SerializeToString(), 1)]


def test_media_types_may_have_parameters() -> None:
    with Serving() as serving:
        reply = post(serving, b"{}", content_type="application/json; charset=utf-8")
    assert (reply.status_code, reply.content) == (200, b"{}")


@pytest.mark.parametrize("encoding", COMPRESSORS)
def test_takes_every_content_encoding(encoding: str) -> None:
    request = traces(50, content_bytes=300).SerializeToString()
    with Serving() as serving:
        reply = post(serving, COMPRESSORS[encoding](request), content_encoding=encoding)
    assert reply.status_code == 200
    assert serving.received == [("traces", request, 50)]


@pytest.mark.parametrize(
    ("encoding", "compress"), [("deflate", raw_deflate), ("snappy", snappy_framed)]
)
def test_takes_the_other_form_that_clients_call_by_the_same_name(
    encoding: str, compress: Any
) -> None:
    request = traces(50).SerializeToString()
    with Serving() as serving:
        assert post(serving, compress(request), content_encoding=encoding).status_code == 200
    assert serving.received == [("traces", request, 50)]


@pytest.mark.parametrize("encoding", COMPRESSORS)
def test_a_bomb_is_refused_within_the_limit(encoding: str) -> None:
    bomb = COMPRESSORS[encoding](bytes(64 * MIB))
    with Serving(http_body_bytes_max=8 * MIB) as serving, serves_others(serving):
        reply = post(serving, bomb, content_encoding=encoding)
        assert reply.status_code == 413
        assert serving.budget.peak_bytes < 17 * MIB
    assert serving.count("failed_requests", transport="http", reason="too_large") == 1


def test_an_encoding_can_be_turned_off() -> None:
    with Serving(http_compressions=["zstd"]) as serving:
        reply = post(serving, gzip.compress(b""), content_encoding="gzip")
    assert reply.status_code == 400


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "\u00fc"])
def test_an_unsupported_encoding_is_bad_and_counted(encoding: str) -> None:
    with Serving() as serving, serves_others(serving), client(serving) as http:
        headers = PROTOBUF | {"content-encoding": encoding}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        reply = http.post("/v1/traces", content=b"x", headers=encoded)
        assert reply.status_code == 400
    assert serving.count("failed_requests", reason="unsupported_encoding") == 1


def test_a_broken_body_is_bad_and_answered_in_its_own_form() -> None:
    with Serving() as serving, serves_others(serving):
        protobuf = post(serving, b"\x0a\x7fabc")
        as_json = post(serving, b"{not json", **JSON_HEADERS)
    assert (protobuf.status_code, as_json.status_code) == (400, 400)
    assert protobuf.headers["content-type"] == "application/x-protobuf"
    assert protobuf.content.startswith(b"\x08\x03\x12")
    assert as_json.json()["code"] == 3
    assert serving.count("failed_requests", transport="http", reason="bad_data") == 2


JSON_HEADERS = {name.replace("-", "_"): value for name, value in JSON.items()}


def test_content_is_never_quoted_in_an_answer() -> None:
    with Serving() as serving:
        reply = post(serving, b'{"resourceSpans": "my secret prompt"}', **JSON_HEADERS)
    assert reply.status_code == 400
    assert "secret" not in reply.text


def test_items_with_bad_ids_are_refused_singly() -> None:
    request = traces(3)
    request.resource_spans[0].scope_spans[0].spans[0].span_id = b"12"
    with Serving() as serving:
        reply = post(serving, request.SerializeToString())
    assert reply.status_code == 200
    assert ExportTraceServiceResponse.FromString(reply.content).partial_success.rejected_spans == 1


def test_a_partial_success_in_json_names_the_signals_field() -> None:
    request = MessageToDict(traces(2))
    spans = request["resourceSpans"][0]["scopeSpans"][0]["spans"]
    for span in spans:
        span["traceId"], span["spanId"] = "0a" * 16, "0b" * 8
    spans[1]["traceId"] = "00" * 16
    with Serving() as serving:
        reply = post(serving, json.dumps(request).encode(), **JSON_HEADERS)
    assert reply.json()["partialSuccess"]["rejectedSpans"] == "1"


def test_other_methods_are_not_allowed() -> None:
    with Serving() as serving, serves_others(serving), client(serving) as http:
        reply = http.get("/v1/traces")
        assert (reply.status_code, reply.text) == (405, "405 method not allowed, supported: [POST]")
    assert reply.headers["allow"] == "POST"
    assert serving.count("failed_requests", reason="method") == 1


def test_other_media_types_are_not_supported() -> None:
    with Serving() as serving, serves_others(serving):
        reply = post(serving, b"x", content_type="text/plain")
        assert (reply.status_code, reply.headers["content-type"]) == (415, "text/plain")
    assert "[application/json, application/x-protobuf]" in reply.text
    assert serving.count("failed_requests", reason="unsupported_media") == 1


def test_other_paths_and_signals_are_not_found() -> None:
    with Serving(signals=["traces"]) as serving, serves_others(serving):
        assert post(serving, b"", "/v1/logs").status_code == 404
        assert post(serving, b"", "/").status_code == 404
    assert serving.count("failed_requests", reason="not_found") == 2


def test_paths_can_be_changed() -> None:
    with Serving(traces_path="/in/t") as serving:
        assert post(serving, traces().SerializeToString(), "/in/t?x=1").status_code == 200


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/2"])
def test_a_body_above_the_limit_is_refused_and_the_answer_is_read(version: str) -> None:
    with Serving(http_body_bytes_max=MIB) as serving, client(serving, version) as http:
        reply = http.post("/v1/traces", content=bytes(6 * MIB), headers=PROTOBUF)
        assert reply.status_code == 413
        chunks = (bytes(65536) for _ in range(64))
        assert http.post("/v1/traces", content=chunks, headers=PROTOBUF).status_code == 413
        assert http.post("/v1/traces", content=b"", headers=PROTOBUF).status_code == 200
    assert serving.count("failed_requests", reason="too_large") == 2


@pytest.mark.parametrize(
    ("outcome", "status", "retry_after"),
    [
        ({"retryable": True}, 503, "1"),
        ({"retryable": True, "retry_after_s": 2.5}, 503, "3"),
        ({"retryable": True, "grpc_code": 8}, 429, "1"),
        ({"retryable": False}, 500, None),
        ({"retryable": False, "grpc_code": 7}, 403, None),
    ],
)
def test_a_pipelines_refusal_reaches_the_client(
    outcome: dict[str, Any], status: int, retry_after: str | None
) -> None:
    with Serving(lambda batch: batch.nack("no", **outcome)) as serving:
        reply = post(serving, traces().SerializeToString())
    assert (reply.status_code, reply.headers.get("retry-after")) == (status, retry_after)
    assert b"no" in reply.content
    assert serving.count("refused_requests", transport="http") == 1


def test_listens_on_a_unix_socket(tmp_path: Any) -> None:
    path = tmp_path / "otlp.sock"
    with Serving(address=f"unix:{path}") as serving:
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport) as http:
            body = traces().SerializeToString()
            reply = http.post("http://local/v1/traces", content=body, headers=PROTOBUF)
    assert reply.status_code == 200
    serving.listener.close()
    assert not path.exists()


def test_listens_on_ipv6() -> None:
    try:
        serving = Serving(address="[::1]:0")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with serving:
        assert post(serving, b"").status_code == 200
