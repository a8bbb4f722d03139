"""Unary gRPC calls with encoded messages, and HTTP/2 frames for what grpcio never sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import httpx

from tests.server.serving import GRPC_PATHS, Serving, Signal

Call = grpc.UnaryUnaryMultiCallable


@contextmanager
def method(serving: Serving, path: str) -> Iterator[Any]:
    """A callable from bytes to bytes for a unary method."""
    target = serving.address
    options = [("grpc.max_send_message_length", -1), ("grpc.enable_retries", 0)]
    with grpc.insecure_channel(target, options=options) as channel:
        yield channel.unary_unary(path)


@contextmanager
def export(serving: Serving, signal: Signal = "traces") -> Iterator[Any]:
    with method(serving, GRPC_PATHS[signal]) as call:
        yield call


def frame(message: bytes, *, flag: int = 0, length: int | None = None) -> bytes:
    """A gRPC message with its prefix; flag and length may lie."""
    declared = len(message) if length is None else length
    return bytes([flag]) + declared.to_bytes(4, "big") + message


def post_frame(
    serving: Serving, body: bytes, *, path: str = GRPC_PATHS["traces"], **headers: str
) -> httpx.Response:
    """A gRPC request made by hand over HTTP/2; `grpc-status` is in the headers of failures."""
    sent = {"content-type": "application/grpc", "te": "trailers"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    with httpx.Client(http1=False, http2=True, timeout=10.0) as client:
        return client.post(f"{serving.url}{path}", content=body, headers=sent)


def retry_delay_s(error: grpc.RpcError) -> float | None:
    """The delay in the RetryInfo of a failed call's details; None without one."""
    metadata = dict(error.trailing_metadata() or ())
    details = metadata.get("grpc-status-details-bin", b"")
    # Duration {seconds: n} inside RetryInfo inside Any: the last three fields of the status.
    marker = b"google.rpc.RetryInfo\x12"
    if marker not in details:
        return None
    info = details.split(marker, 1)[1][1:]
    assert info[0] == 0x0A, "RetryInfo.retry_delay is field 1"
    duration = info[2:]
    return float(duration[1]) if duration and duration[0] == 0x08 else 0.0
