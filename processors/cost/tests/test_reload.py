"""Prices that change while the processor runs."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from spanloom.batch import Traces
from spanloom.processors.cost.config import Config
from spanloom.processors.cost.cost import CostProcessor
from spanloom.telemetry import Telemetry
from spanloom.testing import FakeClock, FakeHost, build_traces, make_settings

TEXT = 'prices: [{{model: m, per_million: {{input: "{}", output: "0"}}}}]\n'


class Running:
    """A started processor with one price file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "prices.yaml"
        self.path.write_text(TEXT.format(1))
        self.clock = FakeClock()
        self.telemetry = Telemetry()
        settings = make_settings(
            "cost", telemetry=self.telemetry, clock=self.clock, config_dir=str(folder)
        )
        self.cost = CostProcessor(Config(price_files=["prices.yaml"]), settings)
        self.cost.start(FakeHost())
        self.clock.wait_for_waiters()

    def tick(self) -> None:
        """Let the reloader look once."""
        self.clock.advance(5.0)
        self.clock.wait_for_waiters()

    def amount(self) -> Any:
        attributes = {
            "gen_ai.response.model": "m",
            "gen_ai.usage.input_tokens": 1_000_000,
            "gen_ai.usage.output_tokens": 1,
        }
        request = build_traces(1, attributes=attributes)
        batch = self.cost.process(Traces.from_bytes(request.SerializeToString()))
        (found,) = batch.attribute("gen_ai.usage.cost.amount").floats().tolist()
        batch.ack()
        return found

    def reloads(self, result: str) -> float:
        labels = {"processor": "cost", "result": result}
        return self.telemetry.value("spanloom_processor_cost_reloads", labels)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    made.cost.shutdown(1.0)


def rewrite(path: Path, text: str) -> None:
    path.write_text(text)


def replace(path: Path, text: str) -> None:
    other = path.with_suffix(".new")
    other.write_text(text)
    os.replace(other, path)  # noqa: PTH105 - as an editor or a config map does


@pytest.mark.parametrize("change", [rewrite, replace])
def test_new_prices_hold_from_the_next_batch_on(
    running: Running, change: Callable[[Path, str], None]
) -> None:
    assert running.amount() == 1.0
    change(running.path, TEXT.format(2))
    assert running.amount() == 1.0
    running.tick()
    assert running.amount() == 2.0
    assert (running.reloads("success"), running.reloads("failure")) == (1, 0)


@pytest.mark.parametrize(
    "break_it",
    [lambda path: path.write_text("prices: [{model: m, per_million: {input: 1}}]"), Path.unlink],
    ids=["broken", "missing"],
)
def test_the_last_good_prices_stay(
    running: Running, break_it: Callable[[Path], Any], caplog: pytest.LogCaptureFixture
) -> None:
    break_it(running.path)
    with caplog.at_level(logging.ERROR):
        running.tick()
        running.tick()
    assert running.amount() == 1.0
    assert running.reloads("failure") == 1
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert "last good prices stay" in record.message
    assert "prices.yaml:1" in str(record.__dict__["error"])
    running.path.write_text(TEXT.format(3))
    running.tick()
    assert running.amount() == 3.0


def test_a_file_that_is_only_touched_is_not_read_again(running: Running) -> None:
    os.utime(running.path)
    running.tick()
    assert (running.reloads("success"), running.reloads("failure")) == (0, 0)


def test_shutdown_ends_the_thread_and_works_twice(tmp_path: Path) -> None:
    made = Running(tmp_path)
    made.cost.shutdown(1.0)
    made.cost.shutdown(1.0)
    assert made.cost._reloader._thread is None


def test_without_files_no_thread_runs() -> None:
    cost = CostProcessor(Config(), make_settings("cost"))
    cost.start(FakeHost())
    assert cost._reloader._thread is None
    cost.shutdown(1.0)
