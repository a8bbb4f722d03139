"""The collector as a process of its own, as users run it."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMEOUT_S = 30.0


def free_ports(n_ports: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("", 0))) for _ in range(n_ports)]
        return [listener.getsockname()[1] for listener in sockets]


@contextlib.contextmanager
def running(config: str, port: int, folder: Path) -> Iterator[None]:
    """A collector with this configuration in `folder`, until an orderly stop; writes `log` there.

    Args:
        config: the text of its `pipelines.yaml`.
        port: one that it listens on once it has started.
        folder: is made unless it is there.
    """
    folder.mkdir(exist_ok=True)
    (folder / "pipelines.yaml").write_text(config)
    argv = [sys.executable, "-m", "spanloom", "--config", "pipelines.yaml"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(argv, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_until_listening(process, port)
        yield
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
