"""What happens to batches around the user's function."""

from pathlib import Path
from typing import Any

import pytest

from spanloom.batch import Ledger, Logs, Metrics, Traces
from spanloom.component import AnyBatch
from spanloom.processors.python.config import Config
from spanloom.processors.python.load import UserCodeError
from spanloom.processors.python.python import PythonProcessor
from spanloom.testing import (
    Recording,
    attach,
    build_logs,
    build_metrics,
    build_traces,
    make_settings,
)


def make(folder: Path, code: str, **options: Any) -> tuple[PythonProcessor, Recording]:
    (folder / "mine.py").write_text(code)
    config = Config.model_validate({"path": "mine.py", **options})
    rest = Recording()
    return attach(PythonProcessor(config, make_settings(config_dir=str(folder))), rest), rest


def settled(processor: PythonProcessor, batch: AnyBatch) -> dict[str, Any]:
    """The ledger after the batch went through."""
    ledger = Ledger()
    batch.enter(ledger)
    processor.consume(batch)
    del batch
    return ledger.snapshot()


def test_batch_mode_hands_on_what_the_function_returns(tmp_path: Path) -> None:
    code = "def process(batch, tier=''):\n    batch.set_attribute('tier', tier)\n    return batch\n"
    processor, rest = make(tmp_path, code, options={"tier": "gold"})
    assert settled(processor, Traces.from_message(build_traces(3)))["delivered"] == 3
    spans = rest.messages[0].resource_spans[0].scope_spans[0].spans
    assert {a.value.string_value for s in spans for a in s.attributes if a.key == "tier"} == {
        "gold"
    }


def test_batch_mode_works_on_metrics(tmp_path: Path) -> None:
    code = "def process(batch):\n    batch.keep(batch.value > 1)\n    return batch\n"
    processor, _ = make(tmp_path, code)
    books = settled(processor, Metrics.from_message(build_metrics(6)))
    assert books["dropped"]["filtered"] + books["delivered"] == 6


def test_returning_none_drops_the_batch_and_counts_it(tmp_path: Path) -> None:
    processor, rest = make(tmp_path, "def process(batch):\n    return None\n")
    books = settled(processor, Traces.from_message(build_traces(3)))
    assert rest.messages == []
    assert sum(books["dropped"].values()) == 3


def test_item_mode_changes_and_drops_single_items(tmp_path: Path) -> None:
    code = (
        "def process(span):\n"
        "    if 'qwen' in span.name:\n"
        "        return None\n"
        "    if 'mistral' in span.name:\n"
        "        span.name = 'chat'\n"
        "    return span\n"
    )
    processor, rest = make(tmp_path, code, mode="item")
    books = settled(processor, Traces.from_message(build_traces(6)))
    names = [s.name for s in rest.messages[0].resource_spans[0].scope_spans[0].spans]
    assert names == ["chat llama-3.1-70b-instruct", "chat"] * 2
    assert books["dropped"] == {"python": 2}


def test_item_mode_leaves_untouched_items_byte_for_byte(tmp_path: Path) -> None:
    processor, rest = make(tmp_path, "def process(record):\n    return record\n", mode="item")
    request = build_logs(4)
    settled(processor, Logs.from_message(request))
    assert rest.encoded == [request.SerializeToString()]


@pytest.mark.parametrize("mode", ["batch", "item"])
def test_an_exception_asks_the_sender_to_try_again(tmp_path: Path, mode: str) -> None:
    processor, rest = make(tmp_path, "def process(x):\n    return 1 / 0\n", mode=mode)
    assert settled(processor, Traces.from_message(build_traces(3)))["refused"] == 3
    assert rest.messages == []


def test_on_error_drop_counts_and_pass_hands_on(tmp_path: Path) -> None:
    code = "def process(x):\n    return 1 / 0\n"
    processor, _ = make(tmp_path, code, on_error="drop")
    books = settled(processor, Traces.from_message(build_traces(3)))
    assert sum(books["dropped"].values()) == 3
    processor, rest = make(tmp_path, code, on_error="pass")
    settled(processor, Traces.from_message(build_traces(3)))
    assert rest.n_items == 3


@pytest.mark.parametrize(
    ("code", "mode", "message"),
    [
        ("def process(b):\n    return [b]\n", "batch", "must return a batch or None"),
        (
            "kept = []\ndef process(b):\n    kept.append(b.start_time_unix_nano)\n    return b\n",
            "batch",
            "kept an array",
        ),
        ("def process(span):\n    return span.name\n", "item", "must return a Span or None"),
    ],
)
def test_misuse_is_an_error_that_is_logged_once(
    tmp_path: Path, code: str, mode: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    processor, _ = make(tmp_path, code, mode=mode)
    for _ in range(2):
        with pytest.raises(UserCodeError, match=message):
            processor.process(Traces.from_message(build_traces(2)))
    assert [message in record.getMessage() for record in caplog.records] == [True]


def test_item_mode_refuses_metrics(tmp_path: Path) -> None:
    processor, _ = make(tmp_path, "def process(point):\n    return point\n", mode="item")
    with pytest.raises(UserCodeError, match="not on metrics"):
        processor.process(Metrics.from_message(build_metrics(2)))


def test_a_file_that_is_not_there_fails_the_construction(tmp_path: Path) -> None:
    with pytest.raises(UserCodeError, match=r"absent\.py: no such file"):
        PythonProcessor(Config(path="absent.py"), make_settings(config_dir=str(tmp_path)))
