"""Clients that misbehave on the connection: the process serves on, and nothing is kept."""

from __future__ import annotations

import contextlib
import resource
import socket
import struct
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.server.grpc_calls import frame
from tests.server.http2_frames import Http2Client
from tests.server.serving import (
    MIB,
    Serving,
    eventually,
    read_response,
    serves_others,
    traces,
)

REQUEST = traces(2).SerializeToString()
N_IDLE = 10_000
REQUEST_BYTES = 6 << 10


def head(length: int, path: str = "/v1/traces") -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: test",
        "Content-Type: application/x-protobuf",
        f"Content-Length: {length}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def rss_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def reset_on_close(client: socket.socket) -> None:
    """Let `close` send a TCP reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_half_closed_client_still_gets_its_answer() -> None:
    def settle_later(batch: Any) -> None:
        time.sleep(0.1)
        batch.ack()

    with Serving(settle_later) as serving, serves_others(serving), serving.connect() as client:
        client.sendall(head(len(REQUEST)) + REQUEST)
        client.shutdown(socket.SHUT_WR)
        assert read_response(client) == (200, b"")
    assert serving.count("accepted_items") == 2 + 1


def test_a_body_that_stalls_is_given_up() -> None:
    with Serving(read_timeout_s=0.2) as serving, serves_others(serving):
        with serving.connect() as client:
            client.sendall(head(1000) + b"x" * 500)
            eventually(
                lambda: serving.budget.used_bytes == REQUEST_BYTES + 500, "the body is counted"
            )
            status, _ = read_response(client)
            assert status == 408
            assert client.recv(100) == b"", "the connection is closed"
        assert serving.count("failed_requests", transport="http", reason="timeout") == 1


def test_a_body_that_drips_is_given_up() -> None:
    with Serving(read_timeout_s=0.4) as serving, serves_others(serving):
        with serving.connect() as client:
            client.sendall(head(1000))
            done = threading.Event()

            def drip() -> None:
                while not done.wait(0.05):
                    client.sendall(b"x")

            dripper = threading.Thread(target=drip, daemon=True)
            dripper.start()
            status, _ = read_response(client)
            done.set()
            dripper.join()
            assert status == 408
        assert serving.count("failed_requests", reason="timeout") == 1


def test_a_grpc_call_that_stalls_is_given_up() -> None:
    with Serving(read_timeout_s=0.2) as serving, serves_others(serving):
        with Http2Client(serving) as client:
            stream_id = client.begin_export()
            client.send(stream_id, b"\0\0\0\x01\0half")
            assert client.wait_for_headers(stream_id)[b"grpc-status"] == b"4"
        assert serving.count("failed_requests", transport="grpc", reason="timeout") == 1


def test_a_client_that_goes_in_the_middle_of_a_body_frees_its_share() -> None:
    with Serving() as serving, serves_others(serving):
        client = serving.connect()
        client.sendall(head(1000) + b"x" * 500)
        eventually(lambda: serving.budget.used_bytes == REQUEST_BYTES + 500, "the body is counted")
        client.close()
        eventually(lambda: serving.budget.used_bytes == 0, "the share is freed")
        gone = "client_gone"
        eventually(lambda: serving.count("failed_requests", reason=gone) == 1, "it is counted")


def test_a_reset_stream_frees_its_share() -> None:
    with Serving() as serving, serves_others(serving), Http2Client(serving) as client:
        stream_id = client.begin_export()
        client.send(stream_id, b"\0\0\x01\0\0" + bytes(5000))
        eventually(lambda: serving.budget.used_bytes == REQUEST_BYTES + 5005, "the body is counted")
        client.reset(stream_id)
        eventually(lambda: serving.budget.used_bytes == 0, "the share is freed")
        labels = {"transport": "grpc", "reason": "client_gone"}
        eventually(lambda: serving.count("failed_requests", **labels) == 1, "it is counted")


def test_a_request_reset_while_it_waits_is_not_pulled() -> None:
    with Serving(works=False) as serving, Http2Client(serving) as client:
        stream_id = client.begin_export()
        client.send(stream_id, frame(REQUEST), end=True)
        inbox = serving.server.inbox("traces")
        eventually(lambda: inbox.n_waiting == 1, "the request waits")
        client.reset(stream_id)
        eventually(lambda: serving.budget.used_bytes == 0, "the share is freed")
        assert inbox.pull(max_bytes=MIB, linger_s=0.0, timeout_s=0.0) is None
        gone = "client_gone"
        eventually(lambda: serving.count("failed_items", reason=gone) == 2, "they are counted")


def test_a_request_reset_after_it_was_pulled_is_settled_all_the_same() -> None:
    with Serving(works=False) as serving, Http2Client(serving) as client:
        stream_id = client.begin_export()
        client.send(stream_id, frame(REQUEST), end=True)
        batch = serving.server.inbox("traces").pull(max_bytes=MIB, linger_s=0.0, timeout_s=5.0)
        client.reset(stream_id)
        assert batch is not None
        batch.ack()
        del batch
        assert serving.count("accepted_items") == 2


def test_many_resets_on_one_connection_do_not_starve_others() -> None:
    # The server may end such a connection.
    ended = contextlib.suppress(OSError)
    with Serving() as serving, serves_others(serving), Http2Client(serving) as client, ended:
        for _ in range(500):
            stream_id = client.begin_export()
            client.send(stream_id, b"\0\0\x01\0\0" + bytes(100))
            client.reset(stream_id)


def test_bytes_that_are_no_http_end_the_connection() -> None:
    with Serving() as serving, serves_others(serving):
        for junk in (
            b"\x16\x03\x01\x02\x00\x01",
            b"\0" * 100,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\njunk" * 9,
        ):
            with serving.connect() as client:
                client.sendall(junk)
                _read_to_end(client)
        eventually(lambda: serving.count("connections_failed") >= 2, "they are counted")


def _read_to_end(client: socket.socket) -> None:
    """A reset ends it too."""
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass


def test_headers_without_end_are_refused() -> None:
    with Serving() as serving, serves_others(serving), serving.connect() as client:
        client.sendall(b"POST /v1/traces HTTP/1.1\r\n")
        try:
            for _ in range(1000):
                client.sendall(b"x-filler: " + b"x" * 2000 + b"\r\n")
            status, _ = read_response(client)
        except ConnectionError:
            status = 431
        assert status == 431


def test_a_client_that_never_reads_its_answers_is_bounded() -> None:
    with Serving() as serving, serves_others(serving), serving.connect(0.5) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        # The answer to an unknown path is longer than the request.
        request = b"GET /nothing HTTP/1.1\r\nHost: t\r\n\r\n"
        before = rss_bytes()
        n_sent = 0
        with contextlib.suppress(TimeoutError):
            while n_sent < 64 * MIB:
                n_sent += client.send(request * 2000)
        assert n_sent < 64 * MIB, "the server stops reading"
        assert rss_bytes() - before < 32 * MIB
        reset_on_close(client)


def test_ten_thousand_idle_connections_cost_little() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Both ends live in this process.
    n_idle = min(N_IDLE, (hard - 500) // 2)
    if n_idle < 1000:
        pytest.skip(f"the limit of open files is {hard}: too low for idle connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * n_idle + 500), hard))
    try:
        _hold_idle(n_idle)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _hold_idle(n_idle: int) -> None:
    with Serving() as serving:
        before = rss_bytes()
        clients = [serving.connect() for _ in range(n_idle)]
        eventually(lambda: serving.count("connections_open") >= n_idle, "all are open", 30.0)
        with serves_others(serving):
            pass
        per_connection = (rss_bytes() - before) / n_idle
        for client in clients:
            client.close()
        eventually(lambda: serving.count("connections_open") == 0, "all are closed", 30.0)
        assert per_connection < 8192


def test_connections_above_the_limit_are_closed_at_once() -> None:
    with Serving(max_connections=2) as serving:
        clients = [serving.connect() for _ in range(2)]
        eventually(lambda: serving.count("connections_open") == 2, "two are open")
        with serving.connect() as third:
            assert third.recv(10) == b""
        assert serving.count("connections_refused") == 1
        for client in clients:
            client.close()
        eventually(lambda: serving.count("connections_open") == 0, "both are closed")
        with serves_others(serving):
            pass
