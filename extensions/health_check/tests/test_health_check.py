"""What probes hear, over a real socket."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest
from pydantic import ValidationError

from spanloom.extensions.health_check.config import Config
from spanloom.extensions.health_check.health_check import HealthCheck
from spanloom.testing import FakeClock, FakeHost, make_settings


@contextmanager
def running(clock: FakeClock | None = None, **options: Any) -> Iterator[HealthCheck]:
    config = Config.model_validate({"endpoint": "127.0.0.1:0", **options})
    health = HealthCheck(config, make_settings("health_check", "extension", clock=clock))
    health.start(FakeHost())
    try:
        yield health
    finally:
        health.shutdown(5.0)
        health.shutdown(5.0)


def probe(health: HealthCheck, path: str = "/", method: str = "GET") -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", health.port, timeout=10)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def test_is_healthy_only_between_ready_and_not_ready() -> None:
    with running() as health:
        assert probe(health)[0] == 503
        health.pipelines_ready()
        assert probe(health)[0] == 200
        health.pipelines_not_ready()
        assert probe(health)[0] == 503


def test_says_since_when_it_is_up() -> None:
    clock = FakeClock(start_s=0.0)
    with running(clock) as health:
        assert json.loads(probe(health)[1]) == {"status": "Server not available"}
        health.pipelines_ready()
        clock.advance(65)
        assert json.loads(probe(health)[1]) == {
            "status": "Server available",
            "upSince": "1970-01-01T00:00:00+00:00",
            "uptime": "1m5s",
        }


def test_fixed_bodies_replace_the_default_ones() -> None:
    with running(response_body={"healthy": "fine", "unhealthy": "wait"}) as health:
        assert probe(health) == (503, "wait")
        health.pipelines_ready()
        assert probe(health) == (200, "fine")
        assert probe(health, method="HEAD") == (200, "")


def test_answers_its_path_only() -> None:
    with running(path="/health") as health:
        health.pipelines_ready()
        assert probe(health, "/health?full=1")[0] == 200
        assert probe(health, "/")[0] == 404


def test_answers_beside_clients_that_say_nothing() -> None:
    with running() as health:
        idle = [socket.create_connection(("127.0.0.1", health.port)) for _ in range(20)]
        assert probe(health)[0] == 503
        for connection in idle:
            connection.close()


def test_an_impossible_address_fails_the_start_and_is_named() -> None:
    config = Config(endpoint="192.0.2.1:1")
    health = HealthCheck(config, make_settings("health_check", "extension"))
    with pytest.raises(OSError, match=r"cannot listen on 192\.0\.2\.1:1"):
        health.start(FakeHost())
    health.shutdown(1.0)


@pytest.mark.parametrize("options", [{"endpoint": "unix:/tmp/x"}, {"path": "health"}])
def test_refuses_what_it_cannot_serve(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Config.model_validate(options)
