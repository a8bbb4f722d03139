"""A chat application with secrets in prompt, tool call and answer -> Spanloom -> a file: none left.

The application is the real OpenAI SDK with three real instrumentations, against a local model
server; the collector runs the shipped `pipelines.yaml` with a file exporter in place of `debug`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE / "chat"))

import server  # noqa: E402

TIMEOUT_S = 30.0
MARKS = ("[EMAIL]", "[CREDIT_CARD:****6467]", "[API_KEY]")


def _free_ports(n_ports: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("", 0))) for _ in range(n_ports)]
        return [listener.getsockname()[1] for listener in sockets]


def _config(folder: Path, ports: list[int]) -> Path:
    """The shipped file on other ports, writing to a file."""
    text = (ROOT / "pipelines.yaml").read_text()
    for shipped, port in zip(("4317", "4318", "8888", "13133"), ports, strict=True):
        text = text.replace(shipped, str(port))
    text = text.replace("exporters: [debug]", "exporters: [file]")
    text = text.replace("\nexporters:\n", f'\nexporters:\n  file: {{path: "{folder}/out.jsonl"}}\n')
    path = folder / "pipelines.yaml"
    path.write_text(text)
    return path


@contextlib.contextmanager
def _collector(folder: Path) -> Iterator[list[int]]:
    ports = _free_ports(4)
    argv = [sys.executable, "-m", "spanloom", "--config", str(_config(folder, ports))]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_until_listening(process, ports[0])
        yield ports
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_S) == 0
    finally:
        process.kill()
        process.wait()


def _wait_until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    deadline_s = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline_s:
        assert process.poll() is None, "the collector ended before it listened"
        with contextlib.suppress(OSError), socket.create_connection(("localhost", port), 1):
            return
        time.sleep(0.02)
    pytest.fail("the collector does not listen")


def _converse(instrumentation: str, base_url: str, otlp_port: int) -> None:
    argv = [sys.executable, str(HERE / "chat" / "application.py"), instrumentation, base_url]
    env = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://localhost:{otlp_port}"}
    done = subprocess.run(
        argv, env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert done.returncode == 0, done.stderr


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (text for value in node.values() for text in _strings(value))
    elif isinstance(node, list):
        yield from (text for value in node for text in _strings(value))
    elif isinstance(node, str):
        yield node


@pytest.mark.parametrize("instrumentation", ["openinference", "openllmetry", "opentelemetry"])
def test_a_chat_call_leaves_no_trace_of_its_secrets(tmp_path: Path, instrumentation: str) -> None:
    with server.serving() as base_url, _collector(tmp_path) as ports:
        _converse(instrumentation, base_url, ports[0])
        with urllib.request.urlopen(f"http://localhost:{ports[2]}/metrics", timeout=5) as reply:
            metrics = reply.read().decode()
    out = (tmp_path / "out.jsonl").read_text()
    strings = [text for line in out.splitlines() for text in _strings(json.loads(line))]
    assert sum("gpt-4.1-mini" in text for text in strings) >= 3, "the three calls came through"
    for mark in MARKS:
        assert any(mark in text for text in strings), mark
    for text in strings:
        if text.startswith(("{", "[{")):
            json.loads(text)
    for place in (out, metrics, (tmp_path / "log").read_text()):
        for secret in server.SECRETS:
            assert secret not in place
            assert json.dumps(secret)[1:-1] not in place
