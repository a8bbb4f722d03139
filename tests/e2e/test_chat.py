"""A chat application with secrets in prompt, tool call and answer -> Spanloom -> a file: none left.

The application is the real OpenAI SDK with three real instrumentations, against a local model
server; the collector runs the shipped `pipelines.yaml` with a file exporter in place of `debug`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.collector import TIMEOUT_S, free_ports, running

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE / "chat"))

import server  # noqa: E402

# 40 tokens in and 20 out, at 0.40 and 1.60 USD per million.
COST_USD = 0.000048
MARKS = ("[EMAIL]", "[CREDIT_CARD:****6467]", "[API_KEY]")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a conversation left behind: the file, the log and the metrics of the collector."""

    out: str
    log: str
    metrics: str

    def spans(self) -> list[dict[str, Any]]:
        """The attributes of each span, as plain values."""
        requests = [json.loads(line) for line in self.out.splitlines()]
        return [
            {entry["key"]: _plain(entry["value"]) for entry in span.get("attributes", [])}
            for request in requests
            for resource in request.get("resourceSpans", [])
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]


def _plain(value: dict[str, Any]) -> Any:
    (kind, content), *_ = value.items()
    if kind == "arrayValue":
        return [_plain(entry) for entry in content.get("values", [])]
    return int(content) if kind == "intValue" else content


def _config(ports: list[int]) -> str:
    """The shipped file on other ports, writing to a file."""
    text = (ROOT / "pipelines.yaml").read_text()
    for shipped, port in zip(("4317", "4318", "8888", "13133"), ports, strict=True):
        text = text.replace(shipped, str(port))
    text = text.replace("exporters: [debug]", "exporters: [file]")
    return text.replace("\nexporters:\n", '\nexporters:\n  file: {path: "out.jsonl"}\n')


@pytest.fixture(scope="module", params=["openinference", "openllmetry", "opentelemetry"])
def outcome(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Of one conversation, by an instrumentation."""
    folder, ports = tmp_path_factory.mktemp("chat"), free_ports(4)
    with server.serving() as base_url, running(_config(ports), ports[0], folder):
        _converse(request.param, base_url, ports[0])
        with urllib.request.urlopen(f"http://localhost:{ports[2]}/metrics", timeout=5) as reply:
            metrics = reply.read().decode()
    return Outcome((folder / "out.jsonl").read_text(), (folder / "log").read_text(), metrics)


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


def test_a_chat_call_leaves_no_trace_of_its_secrets(outcome: Outcome) -> None:
    strings = [text for line in outcome.out.splitlines() for text in _strings(json.loads(line))]
    assert sum("gpt-4.1-mini" in text for text in strings) >= 3, "the three calls came through"
    for mark in MARKS:
        assert any(mark in text for text in strings), mark
    for text in strings:
        if text.startswith(("{", "[{")):
            json.loads(text)
    for place in (outcome.out, outcome.metrics, outcome.log):
        for secret in server.SECRETS:
            assert secret not in place
            assert json.dumps(secret)[1:-1] not in place


def test_each_chat_call_says_what_it_was_and_cost_in_current_names(outcome: Outcome) -> None:
    spans = [span for span in outcome.spans() if span.get("gen_ai.operation.name") == "chat"]
    assert len(spans) == 3
    assert {span["gen_ai.provider.name"] for span in spans} == {"openai"}
    assert {span["gen_ai.response.model"] for span in spans} == {"gpt-4.1-mini"}
    # OpenTelemetry's own does not say why a streamed answer ended.
    reasons = [tuple(span.get("gen_ai.response.finish_reasons", ())) for span in spans]
    assert {("stop",), ("tool_call",)} <= set(reasons) <= {("stop",), ("tool_call",), ()}
    assert [span["gen_ai.usage.input_tokens"] for span in spans] == [40, 40, 40]
    assert [span["gen_ai.usage.output_tokens"] for span in spans] == [20, 20, 20]
    assert [span["gen_ai.usage.cost.amount"] for span in spans] == [COST_USD] * 3
