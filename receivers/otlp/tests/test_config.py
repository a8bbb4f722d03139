"""What the receiver's configuration takes and refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanloom.receivers.otlp.config import Config
from spanloom.receivers.otlp.cores import granted_cores


def config(**protocols: Any) -> Config:
    return Config.model_validate({"protocols": protocols})


def test_a_protocol_is_on_when_it_is_named_and_off_otherwise() -> None:
    protocols = config(grpc=None).protocols
    assert (protocols.grpc.enabled, protocols.http.enabled) == (True, False)
    assert protocols.grpc.address == "localhost:4317"
    assert config(http={}).protocols.http.address == "localhost:4318"


@pytest.mark.parametrize("protocols", [{}, {"grpc": {"enabled": False}}])
def test_at_least_one_protocol_is_needed(protocols: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="must specify at least one protocol when using"):
        config(**protocols)


def test_unix_endpoints_are_paths() -> None:
    for endpoint in ("/run/otlp.sock", "unix:///run/otlp.sock"):
        grpc = {"endpoint": endpoint, "transport": "unix"}
        assert config(grpc=grpc).protocols.grpc.address == "unix:/run/otlp.sock"


@pytest.mark.parametrize("endpoint", ["localhost", "::1:4317", "a:65536", "/run/s", "a:-1"])
def test_endpoints_that_cannot_be_bound_are_refused(endpoint: str) -> None:
    with pytest.raises(ValidationError, match="endpoint must be"):
        config(grpc={"endpoint": endpoint})


def test_url_paths_are_made_absolute_and_must_differ() -> None:
    assert config(http={"logs_url_path": "in/logs"}).protocols.http.logs_url_path == "/in/logs"
    with pytest.raises(ValidationError, match="must differ"):
        config(http={"logs_url_path": "v1/traces"})


def test_the_hard_limit_is_not_below_the_soft_one() -> None:
    admission = {"request_limit_mib": 100, "hard_limit_mib": 80}
    with pytest.raises(ValidationError, match="hard_limit_mib must be at least"):
        Config.model_validate({"protocols": {"grpc": None}, "admission": admission})


@pytest.mark.parametrize("key", ["tls", "auth", "middlewares"])
def test_what_is_not_there_yet_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        config(grpc={key: {}})


def test_the_collectors_own_example_is_taken() -> None:
    keepalive = {
        "server_parameters": {"max_connection_age": "30s", "time": "10s", "timeout": "2s"},
        "enforcement_policy": {"min_time": "10s", "permit_without_stream": True},
    }
    grpc = {"endpoint": "0.0.0.0:4317", "max_recv_msg_size_mib": 4, "keepalive": keepalive}
    cors = {"allowed_origins": ["http://test.com"], "allowed_headers": ["X"], "max_age": 7200}
    http = {"endpoint": "0.0.0.0:4318", "cors": cors, "compression_algorithms": ["", "gzip"]}
    assert config(grpc=grpc, http=http).protocols.grpc.keepalive.server_parameters.time == 10.0


def test_cores_are_those_that_the_cgroup_grants(tmp_path: Path) -> None:
    cpu_max = tmp_path / "cpu.max"
    unlimited = granted_cores(cpu_max)
    for text, n_cores in (("50000 100000", 1), ("max 100000", unlimited), ("junk", unlimited)):
        cpu_max.write_text(text)
        assert granted_cores(cpu_max) == n_cores
