"""The sink records what real clients send, and answers as it was told."""

import gzip
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import grpc
import pytest
import zstandard

from spanloom.testing import build_logs, build_metrics, build_traces
from spanloom.testing.sink import Answer, RecordingSink

EXPORT = "/opentelemetry.proto.collector.{}.v1.{}Service/Export"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with RecordingSink() as running:
        yield running


def grpc_export(
    sink: RecordingSink, body: bytes, service: str = "trace/Trace", timeout_s: float = 10.0
) -> Any:
    with grpc.insecure_channel(sink.grpc_endpoint) as channel:
        export = channel.unary_unary(EXPORT.format(*service.split("/")))
        return export(body, timeout=timeout_s)


def http_export(sink: RecordingSink, path: str, body: bytes, encoding: str = "") -> tuple[int, Any]:
    headers = {"Content-Type": "application/x-protobuf"}
    if encoding:
        headers["Content-Encoding"] = encoding
    try:
        response = urlopen(Request(sink.http_endpoint + path, body, headers), timeout=10)
    except HTTPError as error:
        with error:
            return error.code, error.headers
    with response:
        return response.status, response.headers


def test_records_every_signal_over_grpc(sink: RecordingSink) -> None:
    grpc_export(sink, build_traces(3).SerializeToString())
    grpc_export(sink, build_logs(4).SerializeToString(), "logs/Logs")
    grpc_export(sink, build_metrics(6).SerializeToString(), "metrics/Metrics")
    assert [sink.n_items(s) for s in ("traces", "logs", "metrics")] == [3, 4, 6]
    assert sink.messages("traces") == [build_traces(3)]
    assert sink.requests[0].transport == "grpc"


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("", bytes), ("gzip", gzip.compress), ("zstd", zstandard.ZstdCompressor().compress)],
)
def test_records_over_http_what_was_compressed(
    sink: RecordingSink, encoding: str, compress: Any
) -> None:
    body = build_traces(3).SerializeToString()
    assert http_export(sink, "/v1/traces", compress(body), encoding)[0] == 200
    assert sink.requests[0].body == body
    assert sink.requests[0].wire_bytes == len(compress(body))


def test_refuses_as_scripted_and_counts_only_what_it_accepted(sink: RecordingSink) -> None:
    sink.script(Answer(grpc_code=14, message="busy", retry_after_s=1.5), Answer())
    body = build_traces(3).SerializeToString()
    with pytest.raises(grpc.RpcError) as error:
        grpc_export(sink, body)
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    assert sink.n_items() == 0
    grpc_export(sink, body)
    assert sink.n_items() == 3
    assert [request.accepted for request in sink.requests] == [False, True]


def test_retry_info_is_a_valid_status(sink: RecordingSink) -> None:
    from google.rpc.error_details_pb2 import RetryInfo
    from google.rpc.status_pb2 import Status

    sink.script(Answer(grpc_code=8, message="slow down", retry_after_s=1.5))
    with pytest.raises(grpc.RpcError) as error:
        grpc_export(sink, b"")
    trailers = dict(error.value.trailing_metadata())
    status = Status.FromString(trailers["grpc-status-details-bin"])
    info = RetryInfo()
    assert status.details[0].Unpack(info)
    assert (status.code, status.message) == (8, "slow down")
    assert (info.retry_delay.seconds, info.retry_delay.nanos) == (1, 500_000_000)


def test_http_failures_carry_retry_after(sink: RecordingSink) -> None:
    sink.script(Answer(http_status=503, retry_after_s=2))
    code, headers = http_export(sink, "/v1/logs", build_logs(1).SerializeToString())
    assert (code, headers["Retry-After"]) == (503, "2")


def test_partial_success_counts_the_rest(sink: RecordingSink) -> None:
    sink.script(Answer(n_rejected=2, message="too old"))
    grpc_export(sink, build_traces(5).SerializeToString())
    assert sink.n_items() == 3


def test_unknown_paths_are_not_found(sink: RecordingSink) -> None:
    assert http_export(sink, "/v2/traces", b"")[0] == 404


def test_can_hang_up(sink: RecordingSink) -> None:
    sink.script(Answer(hang_up=True))
    with pytest.raises(OSError, match=r"closed connection|end of file|reset"):
        http_export(sink, "/v1/traces", b"")


def test_can_be_too_slow_for_a_client(sink: RecordingSink) -> None:
    sink.script(Answer(delay_s=1.0))
    with pytest.raises(grpc.RpcError) as error:
        grpc_export(sink, b"", timeout_s=0.1)
    assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_waiting_in_vain_says_what_came(sink: RecordingSink) -> None:
    grpc_export(sink, build_traces(2).SerializeToString())
    sink.wait_for(n_items=2, n_requests=1)
    with pytest.raises(TimeoutError, match="2 of 3 items and 1 of 0 requests"):
        sink.wait_for(n_items=3, timeout_s=0.01)
