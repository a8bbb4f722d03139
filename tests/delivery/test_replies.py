"""Replies of destinations, well-formed and hostile."""

from __future__ import annotations

from contextlib import suppress

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanloom.delivery import SendError
from spanloom.delivery.replies import (
    GRPC_NAMES,
    grpc_error,
    http_error,
    read_retry_after_s,
    read_retry_delay_s,
    read_success,
)
from spanloom.delivery.wire import fields

RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"


def field(number: int, value: bytes) -> bytes:
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def status(type_url: str, seconds: int, nanos: int = 0) -> bytes:
    delay = Duration(seconds=seconds, nanos=nanos).SerializeToString()
    detail = AnyMessage(type_url=type_url, value=field(1, delay)).SerializeToString()
    return b"\x08\x0e" + field(2, b"busy") + field(3, detail)


@given(st.integers(0, 2**63 - 1), st.text(max_size=50))
def test_reads_partial_success_as_protobuf_does(n_rejected: int, text: str) -> None:
    reply = ExportTraceServiceResponse()
    reply.partial_success.rejected_spans = n_rejected
    reply.partial_success.error_message = text
    assert read_success(reply.SerializeToString()) == (n_rejected, text)


def test_empty_reply_is_whole_success() -> None:
    assert read_success(b"") == (0, "")


def test_negative_rejections_count_as_none() -> None:
    reply = ExportTraceServiceResponse()
    reply.partial_success.rejected_spans = -5
    assert read_success(reply.SerializeToString()).n_rejected == 0


@given(st.binary(max_size=200))
def test_garbage_is_read_or_refused_and_nothing_else(garbage: bytes) -> None:
    read_retry_delay_s(garbage)
    with suppress(SendError):
        assert read_success(garbage).n_rejected >= 0


def test_huge_length_is_refused_without_allocation() -> None:
    with pytest.raises(ValueError, match="beyond the end"):
        list(fields(b"\x1a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"))


def test_reads_the_delay_of_retry_info() -> None:
    assert read_retry_delay_s(status(RETRY_INFO, 2, 500_000_000)) == 2.5


def test_details_of_other_types_hold_no_delay() -> None:
    assert read_retry_delay_s(status("type.googleapis.com/google.rpc.Help", 2)) is None


def test_delay_of_a_year_is_cut_to_an_hour() -> None:
    assert read_retry_delay_s(status(RETRY_INFO, 31_536_000)) == 3600


def test_negative_delay_is_none_to_wait() -> None:
    assert read_retry_delay_s(status(RETRY_INFO, -5)) == 0


@pytest.mark.parametrize(
    ("header", "delay_s"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("99999999999999999999", 3600),
        ("Wed, 21 Oct 2015 07:28:10 GMT", 10),
        ("Wed, 21 Oct 2015 07:27:00 GMT", 0),
        ("-1", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_reads_retry_after_as_seconds_or_date(header: str | None, delay_s: float | None) -> None:
    now_s = 1_445_412_480  # Wed, 21 Oct 2015 07:28:00 GMT
    assert read_retry_after_s(header, now_s) == delay_s


def test_resource_exhausted_is_retryable_only_with_a_delay() -> None:
    assert not grpc_error(8, None).retryable
    assert grpc_error(8, 0.0).retryable


def test_every_grpc_status_has_a_bounded_reason() -> None:
    assert {grpc_error(code, None).reason for code in range(-1, 100)} <= set(GRPC_NAMES)


def test_http_status_maps_to_the_collectors_grpc_code() -> None:
    codes = {s: http_error(s, None).grpc_code for s in (400, 401, 403, 404, 429, 502, 503, 418)}
    assert codes == {400: 3, 401: 16, 403: 7, 404: 12, 429: 8, 502: 14, 503: 14, 418: 2}
