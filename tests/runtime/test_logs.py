"""Log events: form, sampling, and that an exception's text never shows."""

import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from spanloom import logs


class Stderr:
    """What was written to standard error so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys, self._text = capsys, ""

    def getvalue(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text


@pytest.fixture
def stream(capsys: pytest.CaptureFixture[str]) -> Iterator[Stderr]:
    yield Stderr(capsys)
    logs.configure()


def test_json_events_have_a_sentence_and_fields(stream: Stderr) -> None:
    logs.configure(encoding="json", initial_fields={"service": "s"})
    logging.getLogger("spanloom.x").warning("Queue full.", extra={"exporter": "otlp"})
    event = json.loads(stream.getvalue())
    del event["ts"]
    expected = {"level": "warn", "logger": "spanloom.x", "msg": "Queue full."}
    assert event == expected | {"service": "s", "exporter": "otlp"}


def test_console_lines_are_tab_separated(stream: Stderr) -> None:
    logs.configure()
    logging.getLogger("spanloom.x").info("Started.", extra={"port": 4317})
    assert stream.getvalue().rstrip().split("\t")[1:] == ["info", "Started.", '{"port": 4317}']


def test_events_below_the_level_are_left_out(stream: Stderr) -> None:
    logs.configure(level="error")
    logging.getLogger("spanloom.x").warning("Not now.")
    assert stream.getvalue() == ""


def test_sampling_passes_the_first_and_then_every_nth(stream: Stderr) -> None:
    logs.configure(sampling=logs.Sampling(tick_s=1e9, initial=2, thereafter=10))
    for _ in range(22):
        logging.getLogger("spanloom.x").info("Again.")
    assert stream.getvalue().count("Again.") == 4


def test_describe_names_type_and_place_but_not_the_text() -> None:
    try:
        raise ValueError("the prompt was: my secret")  # noqa: TRY301
    except ValueError as error:
        text = logs.describe(error)
    assert text.startswith("ValueError at test_logs.py:")
    assert "secret" not in text


def test_uncaught_exceptions_of_threads_do_not_show_their_text(
    stream: Stderr, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hook in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, hook, getattr(sys, hook))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    logs.configure()
    logs.hide_exception_texts()

    def fail() -> None:
        raise ValueError("the prompt was: my secret")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "ValueError" in stream.getvalue()
    assert "secret" not in stream.getvalue()
