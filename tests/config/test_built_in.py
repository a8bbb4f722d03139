"""The built-in components in a whole configuration."""

from __future__ import annotations

import pytest

from spanloom.config import ConfigErrors, load

TEXT = """\
receivers:
  otlp:
    protocols:
      grpc: {endpoint: "localhost:%s"}
      http: {endpoint: "localhost:4318"}
exporters: {nop: }
extensions: {health_check: {endpoint: "127.0.0.1:%s"}}
service:
  extensions: [health_check]
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], exporters: [nop]}}
"""


def errors(otlp_port: str, health_port: str, **env: str) -> list[str]:
    try:
        load([f"yaml:{TEXT % (otlp_port, health_port)}"], env=env)
    except ConfigErrors as problems:
        return [str(error) for error in problems.errors]
    return []


def test_the_receiver_and_the_health_check_must_not_share_a_port() -> None:
    assert errors("4317", "4317") == [
        (
            "yaml:7:39 extensions.health_check.endpoint: two listeners on the same port: "
            "127.0.0.1:4317 is taken by receivers.otlp.protocols.grpc.endpoint at yaml:4:24"
        )
    ]


@pytest.mark.parametrize(("otlp_port", "health_port"), [("4318", "1"), ("4317", "0"), ("0", "0")])
def test_both_protocols_may_share_a_port(otlp_port: str, health_port: str) -> None:
    assert errors(otlp_port, health_port) == []


def test_a_port_from_the_environment_is_not_shown() -> None:
    [error] = errors("4317", "${env:P}", P="4317")
    assert "two listeners on the same port: it is taken by" in error
    assert "127.0.0.1:4317" not in error
