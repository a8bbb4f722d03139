"""What becomes of a batch whose processor fails, drops it, or makes another one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from spanloom.batch import Ledger, Traces
from spanloom.component import OnError, Processor
from spanloom.testing import Recording, attach, build_traces, make_settings


class Panic(BaseException):
    """What a panic of native code looks like from Python."""


class Doing(Processor):
    """Does what the test says."""

    def __init__(self, do: Callable[[Any], Any], on_error: OnError = "fail") -> None:
        self.settings = make_settings("doing")
        self.on_error = on_error
        self._do = do

    def process(self, batch: Any) -> Any:
        return self._do(batch)


def ran(do: Callable[[Any], Any], on_error: OnError = "fail") -> tuple[Recording, dict[str, Any]]:
    """What reached the next component, and the books, after one batch of three spans."""
    rest, ledger = Recording(), Ledger()
    batch = Traces.from_message(build_traces(3))
    batch.enter(ledger)
    attach(Doing(do, on_error), rest).consume(batch)
    del batch
    return rest, ledger.snapshot()


def fail(batch: Any) -> Any:
    batch.set_attribute("half", "done")
    raise ValueError("the prompt was: my secret")


def panic(_batch: Any) -> Any:
    raise Panic


@pytest.mark.parametrize("do", [fail, panic])
def test_a_failure_refuses_the_batch_retryably_by_default(do: Callable[[Any], Any]) -> None:
    rest, books = ran(do)
    assert rest.messages == []
    assert (books["refused"], books["in_flight"]) == (3, 0)


def test_a_failure_may_drop_the_batch_and_is_booked() -> None:
    _, books = ran(fail, "drop")
    assert books["dropped"] == {"processor_error": 3}


def test_a_failure_may_pass_the_batch_on_as_it_was() -> None:
    rest, books = ran(fail, "pass")
    assert rest.messages == [build_traces(3)]
    assert (books["delivered"], books["in_flight"]) == (3, 0)


def test_a_failure_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("spanloom")
    logger.addHandler(caplog.handler)
    ran(fail)
    logger.removeHandler(caplog.handler)
    assert "ValueError at test_processing.py" in str(vars(caplog.records[-1]))
    assert "secret" not in str([vars(record) for record in caplog.records])


def test_a_batch_dropped_whole_is_booked_under_the_processor() -> None:
    rest, books = ran(lambda _batch: None)
    assert rest.messages == []
    assert books["dropped"] == {"doing": 3}


def test_a_batch_emptied_by_its_processor_goes_no_further() -> None:
    def empty(batch: Any) -> Any:
        batch.keep(batch.status_code > 9, "unwanted")
        return batch

    rest, books = ran(empty)
    assert rest.messages == []
    assert (books["dropped"], books["in_flight"]) == ({"unwanted": 3}, 0)


def test_another_batch_takes_over_what_the_first_one_owed() -> None:
    rest, books = ran(lambda _batch: Traces.from_message(build_traces(2)))
    assert rest.n_items == 2
    assert (books["delivered"], books["dropped"]) == (2, {"replaced": 1})


def test_an_array_that_outlives_the_call_fails_the_batch() -> None:
    kept: list[Any] = []

    def keep_array(batch: Any) -> Any:
        kept.append(batch.start_time_unix_nano)
        return batch

    rest, books = ran(keep_array)
    assert rest.messages == []
    assert books["refused"] == 3
    assert kept[0][0] > 0
