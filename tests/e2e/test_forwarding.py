"""Applications with real SDKs -> Spanloom -> a second Spanloom -> a file: each item once.

The Node application, the one SDK that sends OTLP/JSON, takes part when its packages are
installed (`make test-node`); requests in JSON made by hand always do.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.collector import free_ports, running

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
NODE_PACKAGES = HERE / "node" / "node_modules"
# More than one batch of the SDKs, which hold 512.
N_ITEMS = 1200
ARRIVAL_TIMEOUT_S = 20.0

FRONT_CONFIG = """
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: "localhost:{grpc}"}}
      http: {{endpoint: "localhost:{http}"}}
processors:
  memory_limiter: {{check_interval: 1s, limit_mib: 2000}}
exporters:
  otlp: {{endpoint: "localhost:{next}", tls: {{insecure: true}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    traces: {{receivers: [otlp], processors: [memory_limiter], exporters: [otlp]}}
    metrics: {{receivers: [otlp], processors: [memory_limiter], exporters: [otlp]}}
    logs: {{receivers: [otlp], processors: [memory_limiter], exporters: [otlp]}}
"""

BACK_CONFIG = """
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: "localhost:{next}"}}
exporters:
  file: {{path: "{file}"}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    traces: {{receivers: [otlp], exporters: [file]}}
    metrics: {{receivers: [otlp], exporters: [file]}}
    logs: {{receivers: [otlp], exporters: [file]}}
"""

# The nesting of each signal in OTLP/JSON, down to what carries attributes.
NESTING = {
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics", "sum", "dataPoints"),
}

Item = tuple[str, str, int]
"""Signal, sender, index."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Two collectors in a row: where to send, and the file at the end."""

    grpc: int
    http: int
    file: Path

    def arrived(self) -> Counter[Item]:
        """How often each item stands in the file."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return Counter(item for line in lines for item in _items(json.loads(line)))

    def wait_for(self, expected: Counter[Item]) -> Counter[Item]:
        """What has arrived, once it is at least as much as expected or the time is over."""
        deadline_s = time.monotonic() + ARRIVAL_TIMEOUT_S
        while time.monotonic() < deadline_s and self.arrived().total() < expected.total():
            time.sleep(0.1)
        return self.arrived()


def _items(request: dict[str, Any]) -> Iterator[Item]:
    for kind, keys in NESTING.items():
        level: list[dict[str, Any]] = [request]
        for key in keys:
            found = [entry.get(key, []) for entry in level]
            level = [part for entry in found for part in _as_list(entry)]
        yield from (_item(kind, entry["attributes"]) for entry in level)


def _as_list(value: Any) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else [value]


def _item(kind: str, attributes: list[dict[str, Any]]) -> Item:
    values = {entry["key"]: entry["value"] for entry in attributes}
    return kind, values["test.sender"]["stringValue"], int(values["test.index"]["intValue"])


def _expected(sender: str, n_items: int = N_ITEMS) -> Counter[Item]:
    return Counter((kind, sender, index) for kind in NESTING for index in range(n_items))


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    folder = tmp_path_factory.mktemp("chain")
    grpc, http, following = free_ports(3)
    places = {"grpc": grpc, "http": http, "next": following, "file": folder / "out.jsonl"}
    back, front = BACK_CONFIG.format(**places), FRONT_CONFIG.format(**places)
    with (
        running(back, following, folder / "back"),
        running(front, grpc, folder / "front"),
    ):
        yield Chain(grpc, http, folder / "out.jsonl")


def _run(argv: list[str], endpoint: str) -> None:
    env = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr


def _of(sender: str, items: Counter[Item]) -> Counter[Item]:
    return Counter({item: count for item, count in items.items() if item[1] == sender})


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_each_item_of_the_python_sdk_arrives_once(chain: Chain, protocol: str) -> None:
    port = chain.grpc if protocol == "grpc" else chain.http
    before = chain.arrived()
    argv = [sys.executable, str(HERE / "application.py"), protocol, str(N_ITEMS)]
    _run(argv, f"http://localhost:{port}")
    expected = _expected(f"python-{protocol}")
    assert _of(f"python-{protocol}", chain.wait_for(before + expected)) == expected


@pytest.mark.skipif(not NODE_PACKAGES.is_dir(), reason="`make test-node` installs its packages")
def test_each_item_of_the_node_sdk_arrives_once(chain: Chain) -> None:
    node = shutil.which("node")
    assert node, "node is needed"
    before = chain.arrived()
    argv = [node, str(HERE / "node" / "application.js"), str(N_ITEMS)]
    _run(argv, f"http://localhost:{chain.http}")
    expected = _expected("node-json")
    assert _of("node-json", chain.wait_for(before + expected)) == expected


def _json_request(kind: str, index: int) -> dict[str, Any]:
    attributes = [
        {"key": "test.sender", "value": {"stringValue": "hand-json"}},
        {"key": "test.index", "value": {"intValue": str(index)}},
    ]
    item: dict[str, Any] = {"attributes": attributes, "timeUnixNano": "1790000000000000000"}
    if kind == "traces":
        ids = {"traceId": f"{index + 1:032x}", "spanId": f"{index + 1:016x}"}
        item = {**ids, "name": "chat", "attributes": attributes}
    if kind == "metrics":
        points = {"dataPoints": [{**item, "asInt": "1"}], "aggregationTemporality": 2}
        item = {"name": "answers", "sum": {**points, "isMonotonic": True}}
    outer, inner, leaf = NESTING[kind][:3]
    return {outer: [{"resource": {}, inner: [{"scope": {}, leaf: [item]}]}]}


def test_each_item_of_json_made_by_hand_arrives_once(chain: Chain) -> None:
    before = chain.arrived()
    for kind, index in ((kind, index) for kind in NESTING for index in range(20)):
        request = urllib.request.Request(
            f"http://localhost:{chain.http}/v1/{kind}",
            json.dumps(_json_request(kind, index)).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            assert (reply.status, json.load(reply)) == (200, {})
    expected = _expected("hand-json", 20)
    assert _of("hand-json", chain.wait_for(before + expected)) == expected
