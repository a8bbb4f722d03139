"""What OTLP destinations answer, over gRPC and over HTTP.

Source: the OTLP specification 1.11.0 (which failures are retried, partial success),
and the Collector's mapping of HTTP statuses to gRPC codes.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final

from spanloom.delivery.errors import SendError, Sent
from spanloom.delivery.wire import fields, signed

RESOURCE_EXHAUSTED: Final = 8
# Cancelled, DeadlineExceeded, Aborted, OutOfRange, Unavailable, DataLoss.
RETRYABLE_GRPC: Final = frozenset({1, 4, 10, 11, 14, 15})
RETRYABLE_HTTP: Final = frozenset({429, 502, 503, 504})
GRPC_OF_HTTP: Final = {400: 3, 401: 16, 403: 7, 404: 12, 429: 8, 502: 14, 503: 14, 504: 14}
GRPC_NAMES: Final = (
    "ok",
    "cancelled",
    "unknown",
    "invalid_argument",
    "deadline_exceeded",
    "not_found",
    "already_exists",
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
    "internal",
    "unavailable",
    "data_loss",
    "unauthenticated",
)
_UNKNOWN = 2
_RETRY_INFO = b"google.rpc.RetryInfo"
# A destination that asks for longer than this is taken to have asked for this.
_RETRY_AFTER_S_MAX = 3600.0


def read_success(body: bytes) -> Sent:
    """Partial success out of an encoded Export*ServiceResponse, which are alike.

    Raises:
        SendError: permanent, when the body is no such message.
    """
    if not body:
        return Sent()
    try:
        partial = [v for number, v in fields(body) if number == 1 and isinstance(v, bytes)]
        return _partial_success(b"".join(partial))
    except ValueError:
        text = "the destination said success in a reply that cannot be read"
        raise SendError(text, retryable=False, reason="bad_reply") from None


def _partial_success(message: bytes) -> Sent:
    n_rejected, text = 0, ""
    for number, value in fields(message):
        if number == 1:
            n_rejected = max(0, signed(value))
        elif number == 2 and isinstance(value, bytes):  # noqa: PLR2004 - error_message
            text = value.decode(errors="replace")
    return Sent(n_rejected, text)


def read_retry_delay_s(status: bytes) -> float | None:
    """The delay of a RetryInfo inside an encoded google.rpc.Status; None without a valid one."""
    try:
        for number, detail in fields(status):
            if number == 3 and isinstance(detail, bytes):  # noqa: PLR2004 - details
                delay_s = _retry_info_s(detail)
                if delay_s is not None:
                    return delay_s
    except ValueError:
        return None
    return None


def _retry_info_s(detail: bytes) -> float | None:
    parts = dict(fields(detail))
    type_url, value = parts.get(1, b""), parts.get(2, b"")
    if not isinstance(type_url, bytes) or not isinstance(value, bytes):
        return None
    if type_url.rpartition(b"/")[2] != _RETRY_INFO:
        return None
    delay = dict(fields(value)).get(1, b"")
    duration = dict(fields(delay)) if isinstance(delay, bytes) else {}
    return _bounded(signed(duration.get(1, 0)) + signed(duration.get(2, 0)) / 1e9)


def read_retry_after_s(header: str | None, now_s: float) -> float | None:
    """The delay that an HTTP Retry-After asks for, in seconds or as a date."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return _bounded(float(text[:10]))
    try:
        return _bounded(parsedate_to_datetime(text).timestamp() - now_s)
    except (ValueError, OverflowError):
        return None


def _bounded(delay_s: float) -> float:
    return min(max(0.0, delay_s), _RETRY_AFTER_S_MAX)


def grpc_error(code: int, retry_after_s: float | None) -> SendError:
    """The failure that a gRPC status means. Resource exhausted is retried only with a delay."""
    retryable = code in RETRYABLE_GRPC or (code == RESOURCE_EXHAUSTED and retry_after_s is not None)
    name = GRPC_NAMES[code] if 0 <= code < len(GRPC_NAMES) else GRPC_NAMES[_UNKNOWN]
    return SendError(
        f"the destination answered gRPC status {name}",
        retryable=retryable,
        retry_after_s=retry_after_s,
        grpc_code=code,
        reason=name,
    )


def http_error(status: int, retry_after_s: float | None) -> SendError:
    """The failure that an HTTP status other than 2xx means."""
    return SendError(
        f"the destination answered HTTP status {status}",
        retryable=status in RETRYABLE_HTTP,
        retry_after_s=retry_after_s,
        grpc_code=GRPC_OF_HTTP.get(status, _UNKNOWN),
        reason=f"http_{status}",
    )
