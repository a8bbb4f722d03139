"""The collectors that can be measured: Spanloom, Rotel's wheel, or any binary."""

from __future__ import annotations

import contextlib
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from harness.process import spawn, stop

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".tools" / "peers"
ROTEL_VERSION = "0.0.1a15"
START_TIMEOUT_S = 20.0

SPANLOOM_CONFIG = """\
receivers:
  otlp:
    {linger}
    protocols:
      grpc: {{endpoint: "{grpc}"}}
      http: {{endpoint: "{http}"}}
processors: {{{processors}}}
exporters:
  otlp:
    endpoint: "{sink}"
    compression: {compression}
    tls: {{insecure: true}}
service:
  telemetry:
    metrics:
      readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {metrics_port}}}}}}}}}]
  pipelines:
    traces: {{receivers: [otlp], processors: [{processors}], exporters: [otlp]}}
"""

ROTEL_ARGV = (
    "{binary} start --otlp-grpc-endpoint {grpc} --otlp-http-endpoint {http} --exporter otlp"
    " --otlp-exporter-endpoint http://{sink} --otlp-exporter-compression {compression}"
    # Its default of 8,192 spans makes requests that back ends refuse when spans are large.
    " --batch-max-size 512"
)


@dataclass(frozen=True, slots=True)
class System:
    """How to start a collector: argv and config file, both with {places} to fill in.

    The places: grpc, http, sink (host:port each), metrics_port, compression, config
    (the path of the rendered config).
    """

    name: str
    argv: str
    config: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """A started collector."""

    pid: int
    grpc: str
    http: str
    start_s: float

    def address(self, protocol: str) -> str:
        return self.grpc if protocol == "grpc" else self.http


def spanloom(*, name: str = "spanloom", linger: str | None = None, processors: str = "") -> System:
    """The checkout's collector; `linger` None leaves the default.

    `processors` as in YAML's flow form, such as `redaction: {summary: silent}`.
    """
    line = f"linger: {linger}" if linger is not None else ""
    names = ", ".join(yaml.safe_load(f"{{{processors}}}"))
    config = SPANLOOM_CONFIG.replace("{linger}", line)
    config = config.replace("[{processors}]", f"[{names}]")
    config = config.replace("{processors}", processors.replace("{", "{{").replace("}", "}}"))
    return System(name, f"{sys.executable} -m spanloom --config {{config}}", config)


def rotel() -> System:
    """Rotel from its wheel, which is installed on first use."""
    folder = PEERS / f"rotel-{ROTEL_VERSION}"
    found = list(folder.glob("lib/*/site-packages/rotel/rotel-agent"))
    if not found:
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, f"rotel=={ROTEL_VERSION}"], check=True)
        found = list(folder.glob("lib/*/site-packages/rotel/rotel-agent"))
    return System("rotel", ROTEL_ARGV.replace("{binary}", str(found[0])))


def peer(name: str, argv: str | None, config: Path | None) -> System:
    """A system by name, or from an argv template and an optional config template."""
    if argv is None and name == "rotel":
        return rotel()
    if argv is None:
        raise SystemExit(f"--peer {name}: give --peer-argv, for instance '{name} {{config}}'")
    return System(name, argv, config.read_text() if config else "")


@contextlib.contextmanager
def running(
    system: System, sink: str, *, core: int, compression: str = "none"
) -> Iterator[Running]:
    """The system, started on one core and sending to `sink`; stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="spanloom-bench-") as folder:
        places = _places(sink, compression, Path(folder) / "config.yaml")
        Path(places["config"]).write_text(system.config.format(**places))
        log = Path(folder) / "log"
        with log.open("w") as output:
            begin = time.monotonic()
            argv = [word.format(**places) for word in shlex.split(system.argv)]
            process = spawn(argv, core=core, stdout=output, stderr=output)
            try:
                _wait_for_port(process, places["grpc"], log)
                start_s = time.monotonic() - begin
                yield Running(process.pid, places["grpc"], places["http"], start_s)
            finally:
                stop(process)


def _places(sink: str, compression: str, config: Path) -> dict[str, str]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        grpc, http, metrics = (listener.getsockname()[1] for listener in sockets)
    return {
        "grpc": f"127.0.0.1:{grpc}",
        "http": f"127.0.0.1:{http}",
        "metrics_port": str(metrics),
        "sink": sink,
        "compression": compression,
        "config": str(config),
    }


def _wait_for_port(process: subprocess.Popen[str], address: str, log: Path) -> None:
    host, _, port = address.rpartition(":")
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.005)
    raise SystemExit(f"{process.args!r} does not listen on {address}:\n{log.read_text()}")
