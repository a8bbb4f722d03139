"""Redaction in a running service: reloads keep the last good rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from spanloom.service import StartError
from spanloom.testing import build_traces
from spanloom.testing.sink import RecordingSink
from tests.runtime.conftest import Running, Sender

CONFIG = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
processors:
  redaction: {rule_sets: [], rule_files: [rules.yaml]}
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [redaction], exporters: [otlp]}
"""
CANARY = "canary-7f3a"


def write_rules(folder: Path, label: str, key: str = "phrases") -> None:
    rule = f"{{id: canary, {key}: [{CANARY}], label: {label}}}"
    (folder / "rules.yaml").write_text(f"version: 1\nrules: [{rule}]\n")


def request() -> bytes:
    encoded: bytes = build_traces(1, attributes={"note": CANARY}).SerializeToString()
    return encoded


def test_a_bad_rule_file_leaves_the_old_rules_at_work(
    running: Running, sink: RecordingSink, make_sender: Callable[[int], Sender], tmp_path: Path
) -> None:
    text = CONFIG.replace("SINK", sink.grpc_endpoint)
    write_rules(tmp_path, "ONE")
    running.start(text)
    sender = make_sender(running.port)
    assert sender.send(request()) == grpc.StatusCode.OK
    write_rules(tmp_path, "TWO", "phrasse")
    with pytest.raises(StartError, match=r"did you mean 'phrases'\?"):
        running.reload(text)
    assert sender.send(request()) == grpc.StatusCode.OK
    write_rules(tmp_path, "TWO")
    running.reload(text)
    assert sender.send(request()) == grpc.StatusCode.OK
    sent = [str(message) for message in sink.messages("traces")]
    assert not any(CANARY in each for each in sent)
    assert ["[ONE]" in each for each in sent] == [True, True, False]
    assert "[TWO]" in sent[2]


@pytest.mark.parametrize("broken", ["rules: []", "version: 1\nrules: [{id: a, regex: '('}]\n"])
def test_a_bad_rule_file_refuses_the_start(
    running: Running, sink: RecordingSink, tmp_path: Path, broken: str
) -> None:
    (tmp_path / "rules.yaml").write_text(broken)
    with pytest.raises(StartError, match=r"rules\.yaml:"):
        running.start(CONFIG.replace("SINK", sink.grpc_endpoint))
