"""The process as an operator meets it: signals, exit status, and what it never says."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest

from spanloom.service import Service
from spanloom.testing import build_traces
from spanloom.testing.sink import Answer, RecordingSink
from tests.runtime.conftest import Sender, free_port

MakeSender = Callable[[int], Sender]
CANARY = "canary-7f3a"
RAISES = """
def process(batch):
    prompts = batch.attribute("gen_ai.input.messages").strings()
    raise ValueError(prompts[0])
"""
CONFIG = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
processors:
  python: {path: user.py}
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}, retry_on_failure: {enabled: false}}
service:
  telemetry:
    logs: {level: debug}
    metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: PAGE}}}}]}
  pipelines:
    traces: {receivers: [otlp], processors: [USED], exporters: [otlp]}
"""


class Collector:
    """A collector process, its files and everything it wrote."""

    def __init__(self, folder: Path, sink: RecordingSink) -> None:
        self.port, self.page = free_port(), free_port()
        self._sink = sink
        self._log = folder / "stderr"
        self._config = folder / "pipelines.yaml"
        (folder / "user.py").write_text(RAISES)
        self.write()
        argv = [sys.executable, "-m", "spanloom", "--config", str(self._config)]
        with self._log.open("w") as stderr:
            self.process = subprocess.Popen(argv, stderr=stderr)
        self.wait_for("Everything is ready")

    def write(self, used: str = "") -> None:
        text = CONFIG.replace("PORT", str(self.port)).replace("PAGE", str(self.page))
        text = text.replace("SINK", self._sink.grpc_endpoint).replace("USED", used)
        self._config.write_text(text)

    def break_config(self) -> None:
        self._config.write_text("receivers: {otlp: {protcols: {}}}")

    def said(self) -> str:
        return self._log.read_text()

    def wait_for(self, text: str, timeout_s: float = 20.0) -> None:
        end_s = time.monotonic() + timeout_s
        while text not in self.said():
            assert time.monotonic() < end_s, self.said()
            time.sleep(0.02)

    def wait_for_in_flight(self, n_items: int, timeout_s: float = 10.0) -> None:
        end_s = time.monotonic() + timeout_s
        line = f'spanloom_pipeline_in_flight_items{{pipeline="traces"}} {float(n_items)}'
        while line not in self.metrics():
            assert time.monotonic() < end_s
            time.sleep(0.02)

    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.page}/metrics", timeout=5) as page:
            text: str = page.read().decode()
            return text


@pytest.fixture
def collector(tmp_path: Path, sink: RecordingSink) -> Iterator[Collector]:
    made = Collector(tmp_path, sink)
    yield made
    made.process.kill()
    made.process.wait()


def request(text: str = "x") -> bytes:
    attributes = {"gen_ai.input.messages": text}
    encoded: bytes = build_traces(2, attributes=attributes).SerializeToString()
    return encoded


def test_sighup_with_a_broken_file_says_why_and_goes_on_as_before(
    collector: Collector, make_sender: MakeSender
) -> None:
    collector.break_config()
    collector.process.send_signal(signal.SIGHUP)
    collector.wait_for("The reload failed; the old configuration goes on.")
    assert "did you mean 'protocols'?" in collector.said()
    assert make_sender(collector.port).send(request()) == grpc.StatusCode.OK


def test_sighup_switches_to_the_new_file(collector: Collector, make_sender: MakeSender) -> None:
    sender = make_sender(collector.port)
    assert sender.send(request()) == grpc.StatusCode.OK
    collector.write(used="python")
    collector.process.send_signal(signal.SIGHUP)
    collector.wait_for("The new configuration is at work.")
    assert sender.send(request()) == grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_orderly_stop_exits_with_0(collector: Collector, number: signal.Signals) -> None:
    collector.process.send_signal(number)
    assert collector.process.wait(20) == 0
    assert "Stopped." in collector.said()


def test_the_second_signal_ends_at_once(
    collector: Collector, sink: RecordingSink, make_sender: MakeSender
) -> None:
    sink.script(Answer(delay_s=5))
    sender = make_sender(collector.port)
    call = sender.begin(request())
    collector.wait_for_in_flight(2)
    collector.process.send_signal(signal.SIGTERM)
    collector.wait_for("Stopping")
    collector.process.send_signal(signal.SIGTERM)
    assert collector.process.wait(3) == 130
    assert call.code() != grpc.StatusCode.OK


def test_a_port_that_is_taken_exits_with_1(collector: Collector, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "spanloom", "--config", str(tmp_path / "pipelines.yaml")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{collector.port}" in done.stderr


def test_no_log_metric_or_answer_quotes_what_came_in(
    collector: Collector, sink: RecordingSink, make_sender: MakeSender
) -> None:
    sender = make_sender(collector.port)
    sink.script(Answer(grpc_code=3, message=f"bad {CANARY}"), Answer(n_rejected=1, message=CANARY))
    answers = [sender.answer(request(CANARY)) for _ in range(2)]
    answers.append(sender.answer(request(CANARY) + CANARY.encode()))
    collector.write(used="python")
    collector.process.send_signal(signal.SIGHUP)
    collector.wait_for("The new configuration is at work.")
    answers.append(sender.answer(request(CANARY)))
    assert [code for code, _ in answers] == [3, 0, 3, 14]
    assert "ValueError at user.py" in collector.said()
    assert CANARY not in collector.said() + collector.metrics() + str(answers)


def test_a_component_that_gives_up_ends_the_process() -> None:
    told: list[str] = []
    service = Service()
    service.on_fatal(lambda: told.append("fatal"))
    service._fail("otlp", OSError("gone"))
    assert told == ["fatal"]
