"""Reading answers over HTTP, in bounded memory and time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import urllib3

from spanloom.delivery.errors import SendError, Sent
from spanloom.delivery.replies import (
    http_error,
    read_retry_after_s,
    read_retry_delay_s,
    read_success,
)

if TYPE_CHECKING:
    from spanloom.clock import Clock

BODY_BYTES_MAX: Final = 64 << 10
_CHUNK_BYTES = 16 << 10
_PROTOBUF, _JSON = "application/x-protobuf", "application/json"
_REJECTED: Final = ("rejectedSpans", "rejectedDataPoints", "rejectedLogRecords")


def read_body(response: urllib3.BaseHTTPResponse, clock: Clock, deadline_s: float) -> bytes:
    """At most 64 KiB of the answer; the connection is kept only when that was all.

    Raises:
        urllib3.exceptions.HTTPError: the connection broke, or the deadline has passed.
    """
    body = b""
    while len(body) <= BODY_BYTES_MAX:
        chunk = response.read1(_CHUNK_BYTES)
        if not chunk:
            response.release_conn()
            return body
        body += chunk
        if clock.monotonic_s() >= deadline_s:
            response.close()
            raise urllib3.exceptions.TimeoutError
    response.close()
    return body[:BODY_BYTES_MAX]


def read_reply(status: int, headers: Mapping[str, str], body: bytes, now_s: float) -> Sent:
    """The success that an answer means.

    Raises:
        SendError: any other status, or a success that cannot be read (permanent).
    """
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if 200 <= status < 300:  # noqa: PLR2004 - 2xx
        if content_type == _JSON:
            return _read_json_success(body)
        return read_success(body) if content_type == _PROTOBUF else Sent()
    retry_after_s = read_retry_after_s(headers.get("retry-after"), now_s)
    if retry_after_s is None and content_type == _PROTOBUF:
        retry_after_s = read_retry_delay_s(body)
    raise http_error(status, retry_after_s)


def _read_json_success(body: bytes) -> Sent:
    if not body:
        return Sent()
    try:
        partial = json.loads(body).get("partialSuccess") or {}
        n_rejected = max(int(partial.get(key, 0)) for key in _REJECTED)
        return Sent(max(0, n_rejected), str(partial.get("errorMessage", "")))
    except (ValueError, AttributeError, TypeError, RecursionError):
        text = "the destination said success in a reply that cannot be read"
        raise SendError(text, retryable=False, reason="bad_reply") from None
