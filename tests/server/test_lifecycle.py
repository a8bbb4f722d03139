"""Start, drain, hand-over; pulling and lingering; routes of others."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from spanloom_native import ByteBudget, Closed, Listener, RawInbox, Server

from tests.server.grpc_calls import export, method
from tests.server.serving import (
    GRPC_PATHS,
    MIB,
    PROTOBUF,
    Serving,
    eventually,
    serves_others,
    traces,
)

REQUEST = traces(2).SerializeToString()
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


def test_a_drain_finishes_what_is_in_flight() -> None:
    held: list[Any] = []
    with Serving(held.append) as serving, export(serving) as call:
        waiting = call.future(REQUEST, timeout=10.0)
        eventually(lambda: len(held) == 1, "it is pulled")
        drained: list[bool] = []
        drain = threading.Thread(target=lambda: drained.append(serving.server.drain(10.0)))
        drain.start()
        time.sleep(0.05)
        held.pop().ack()
        drain.join()
        assert waiting.result() == b""
    assert drained == [True]


def test_a_drain_ends_when_its_time_is_over() -> None:
    held: list[Any] = []
    with Serving(held.append) as serving, export(serving) as call:
        waiting = call.future(REQUEST, timeout=10.0)
        eventually(lambda: len(held) == 1, "it is pulled")
        assert serving.server.drain(0.05) is False
        assert waiting.exception().code() == grpc.StatusCode.UNAVAILABLE
        held.pop().ack()


def test_a_drain_closes_idle_connections_and_the_listener_silent_ones() -> None:
    with Serving() as serving, serving.connect() as idle, serving.connect() as silent:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        assert idle.recv(1000).startswith(b"HTTP/1.1 404")
        eventually(lambda: serving.count("connections_open") == 2, "both are accepted")
        assert serving.server.drain(5.0) is True
        assert idle.recv(10) == b""
        assert serving.count("connections_open") == 0
        serving.listener.close()
        assert silent.recv(10) == b""


def test_a_connection_that_was_silent_so_far_is_served_by_the_successor() -> None:
    listener = Listener("127.0.0.1:0")
    with Serving(listener=listener) as first, first.connect() as silent:
        eventually(lambda: first.count("connections_open") == 1, "it is accepted")
        assert first.server.drain(5.0) is True
        with Serving(listener=listener):
            silent.sendall(b"GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
            assert silent.recv(1000).startswith(b"HTTP/1.1 404")


def test_a_successor_takes_over_the_listener_without_a_refused_connection() -> None:
    stop = threading.Event()
    statuses: list[int] = []

    def send_on() -> None:
        while not stop.is_set():
            reply = httpx.post(
                f"http://{listener.address}/v1/traces", content=REQUEST, headers=PROTOBUF
            )
            statuses.append(reply.status_code)

    listener = Listener("127.0.0.1:0")
    first = Serving(listener=listener)
    with first:
        sender = threading.Thread(target=send_on)
        sender.start()
        eventually(lambda: len(statuses) > 3, "the first one serves")
        with Serving(listener=listener) as second:
            assert first.server.drain(5.0) is True
            n_before = len(statuses)
            eventually(lambda: len(statuses) > n_before + 3, "the second one serves")
            stop.set()
            sender.join()
    assert set(statuses) == {200}
    n_accepted = first.count("accepted_requests") + second.count("accepted_requests")
    assert n_accepted == len(statuses)


def test_all_who_connect_while_servers_follow_each_other_are_served() -> None:
    stop = threading.Event()
    answers: list[bytes] = []
    failures: list[grpc.RpcError] = []

    def connect_and_send() -> None:
        while not stop.is_set():
            with grpc.insecure_channel(listener.address, options=OWN_CONNECTION) as channel:
                try:
                    answers.append(channel.unary_unary(GRPC_PATHS["traces"])(REQUEST, timeout=10.0))
                except grpc.RpcError as error:
                    failures.append(error)

    listener = Listener("127.0.0.1:0")
    senders = [threading.Thread(target=connect_and_send) for _ in range(4)]
    with Serving(listener=listener) as first, ExitStack() as rest:
        rest.callback(stop.set)
        for sender in senders:
            sender.start()
        last = first
        for _ in range(100):
            ending, last = last, rest.enter_context(Serving(listener=listener, signals=["traces"]))
            assert ending.server.drain(5.0) is True
            ending.server.close_inboxes()
            time.sleep(0.01)
        stop.set()
        for sender in senders:
            sender.join()
    assert not failures
    assert set(answers) == {b""}


def test_connections_wait_in_the_listener_while_no_server_runs() -> None:
    listener = Listener("127.0.0.1:0")
    host, port = listener.address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10.0) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
        with Serving(listener=listener):
            assert client.recv(100).startswith(b"HTTP/1.1 404")


def test_an_address_can_be_bound_again_at_once() -> None:
    with Serving() as serving:
        httpx.post(f"{serving.url}/v1/traces", content=b"", headers=PROTOBUF)
        address = serving.address
    serving.listener.close()
    with Serving(address=address) as again, serves_others(again):
        pass


def test_a_taken_address_is_named_in_the_error() -> None:
    listener = Listener("127.0.0.1:0")
    with pytest.raises(OSError, match=listener.address):
        Listener(listener.address)


def test_a_socket_file_left_behind_is_replaced_but_no_other_file(tmp_path: Any) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    Listener(f"unix:{path}").close()
    (tmp_path / "s").write_text("precious")
    with pytest.raises(OSError, match="unix:"):
        Listener(f"unix:{path}")
    assert Path(path).exists()


def test_requests_that_wait_are_merged_byte_for_byte() -> None:
    with Serving(works=False) as serving, export(serving) as call:
        inbox = serving.server.inbox("traces")
        waiting = [call.future(REQUEST, timeout=10.0) for _ in range(3)]
        eventually(lambda: inbox.n_waiting == 3, "all three wait")
        batch = inbox.pull(max_bytes=MIB, linger_s=0.0, timeout_s=5.0)
        assert batch is not None
        assert (len(batch), b"".join(batch.encode())) == (6, REQUEST * 3)
        batch.ack()
        del batch
        assert [call.result() for call in waiting] == [b""] * 3


def test_a_pull_takes_no_more_than_its_bytes() -> None:
    with Serving(works=False) as serving, export(serving) as call:
        inbox = serving.server.inbox("traces")
        waiting = [call.future(REQUEST, timeout=10.0) for _ in range(3)]
        eventually(lambda: inbox.n_waiting == 3, "all three wait")
        for n_expected in (4, 2):
            size = 2 * len(REQUEST)
            batch = inbox.pull(max_bytes=size, linger_s=0.0, timeout_s=5.0)
            assert batch is not None
            assert len(batch) == n_expected
            batch.ack()
            del batch
        assert [call.result() for call in waiting] == [b""] * 3


def test_a_request_that_has_waited_its_linger_is_pulled_at_once() -> None:
    with Serving(works=False) as serving, export(serving) as call:
        inbox = serving.server.inbox("traces")
        waiting = call.future(REQUEST, timeout=10.0)
        eventually(lambda: inbox.n_waiting == 1, "it waits")
        time.sleep(0.3)
        start = time.monotonic()
        batch = inbox.pull(max_bytes=MIB, linger_s=0.3, timeout_s=5.0)
        assert batch is not None
        assert time.monotonic() - start < 0.25
        batch.ack()
        waiting.result()


def test_a_pull_gives_none_when_nothing_comes_and_raises_once_closed() -> None:
    server = Server([], ByteBudget(1, 1))
    inbox = server.inbox("logs")
    assert inbox.pull(max_bytes=1, linger_s=0.0, timeout_s=0.01) is None
    server.close_inboxes()
    with pytest.raises(Closed):
        inbox.pull(max_bytes=1, linger_s=0.0, timeout_s=0.01)


def test_a_server_starts_once() -> None:
    with Serving() as serving, pytest.raises(OSError, match="once"):
        serving.server.start()


def answer_all(inbox: RawInbox) -> None:
    """Answer with the path and the body in reverse; paths ending in `no` are refused."""
    while True:
        try:
            requests = inbox.pull(max_requests=10, linger_s=0.0, timeout_s=5.0)
        except Closed:
            return
        for request in requests:
            assert request.peer.startswith("127.0.0.1:")
            if request.path.endswith("no"):
                request.reply(b"denied", status=7, content_type="text/plain")
            else:
                request.reply(request.body[::-1], content_type="text/plain")


def test_other_http_routes_get_raw_requests() -> None:
    inboxes: list[RawInbox] = []
    prepare = lambda server: inboxes.append(server.route_http("PUT", "/api"))  # noqa: E731
    with Serving(prepare=prepare) as serving:
        worker = threading.Thread(target=answer_all, args=(inboxes[0],))
        worker.start()
        reply = httpx.put(f"{serving.url}/api?a=b", content=b"abc", headers={"x-team": "ml"})
        wrong = httpx.post(f"{serving.url}/api", content=b"abc")
        with pytest.raises(ValueError, match="before the server starts"):
            serving.server.route_http("PUT", "/late")
    worker.join()
    assert (reply.status_code, reply.content) == (200, b"cba")
    assert reply.headers["content-type"] == "text/plain"
    assert wrong.status_code == 405


def test_other_grpc_methods_get_raw_requests() -> None:
    inboxes: list[RawInbox] = []

    def prepare(server: Server) -> None:
        inboxes.extend([server.route_grpc("/a.B/yes"), server.route_grpc("/a.B/no")])

    with Serving(prepare=prepare) as serving:
        workers = [threading.Thread(target=answer_all, args=(inbox,)) for inbox in inboxes]
        for worker in workers:
            worker.start()
        with method(serving, "/a.B/yes") as call:
            assert call(b"abc", timeout=10.0) == b"cba"
        with method(serving, "/a.B/no") as call, pytest.raises(grpc.RpcError) as refused:
            call(b"abc", timeout=10.0)
    for worker in workers:
        worker.join()
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    assert refused.value.details() == "denied"


def test_a_raw_request_that_is_forgotten_is_refused_retryably() -> None:
    inboxes: list[RawInbox] = []
    routed = Serving(prepare=lambda server: inboxes.append(server.route_grpc("/a.B/C")))
    with routed as serving, method(serving, "/a.B/C") as call:
        waiting = call.future(b"abc", timeout=10.0)
        requests = inboxes[0].pull(max_requests=1, linger_s=0.0, timeout_s=5.0)
        assert len(requests) == 1
        del requests
        assert waiting.exception().code() == grpc.StatusCode.UNAVAILABLE


def test_a_path_is_routed_once() -> None:
    server = Server([], ByteBudget(1, 1))
    with pytest.raises(ValueError, match="taken"):
        server.route_http("POST", "/v1/traces")
