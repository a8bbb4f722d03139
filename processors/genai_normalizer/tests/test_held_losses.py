"""What is held is neither lost nor kept for too long, whatever happens around it (R9)."""

from __future__ import annotations

from itertools import chain, count
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.batch import Logs
from spanloom.config.fields import Duration
from spanloom.processors.genai_normalizer import held_calls
from spanloom.processors.genai_normalizer.tests.held import (
    ANSWER,
    OTHER,
    QUESTION,
    RELEASED,
    SYSTEM,
    Running,
    batch_of,
    calls_of,
)
from spanloom.testing import build_logs

SEND = st.tuples(st.lists(st.sampled_from([QUESTION, SYSTEM, ANSWER, OTHER])), st.integers(0, 4))


@given(
    sends=st.lists(SEND, max_size=12),
    config=st.sampled_from([{}, {"merge_records_max": 3}, {"merge_bytes_max": 500}]),
    settle=st.sampled_from(["ack", "nack", "fail", "drop"]),
    waits=st.booleans(),
)
def test_the_books_balance_whatever_comes_and_whatever_becomes_of_it(
    sends: list[tuple[list[Any], int]], config: dict[str, Any], settle: str, waits: bool
) -> None:
    wait = {"merge_wait": Duration("5s"), "merge_wait_for_result": waits}
    run = Running(settle, **config, **wait)
    for events, call in sends:
        run.send(batch_of(*events, call=call))
        books = run.ledger.snapshot()
        held = run.n_held()
        assert books["in_flight"] == held <= config.get("merge_records_max", held)
    run.processor.shutdown(1.0)
    books = run.ledger.snapshot()
    came = sum(len(events) for events, _ in sends)
    gone = books["delivered"] + books["refused"] + sum(books["dropped"].values())
    assert (books["received"], gone, books["in_flight"]) == (came, came, 0)


@pytest.mark.parametrize("n_calls", [1, 2, 31, 32, 33, 255])
def test_each_of_many_calls_of_one_request_gets_its_own_answer(running: Any, n_calls: int) -> None:
    run = running()
    numbers = np.random.default_rng(n_calls).permutation(n_calls) + 1
    run.send(Logs.concat([calls_of(*numbers, event=SYSTEM), calls_of(*numbers[::-1])]))
    for number in numbers.tolist():
        run.send(batch_of(ANSWER, call=number))
    assert run.calls() == [[number] for number in numbers.tolist()]
    assert run.ledger.snapshot()["dropped"] == {"merged": 2 * n_calls}


def test_what_goes_on_together_is_no_more_than_a_receiver_takes(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_calls, "_RELEASED_BYTES_MAX", 2000)
    run = running()
    run.send(calls_of(*range(1, 101)))
    run.processor.shutdown(1.0)
    assert list(chain.from_iterable(run.calls())) == list(range(1, 101))
    # Merged events have a little more to say than what was held.
    assert max(map(len, run.recording.encoded)) <= 2 * 2000


def test_a_batch_on_which_the_rest_fails_takes_no_other_with_it(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_calls, "_RELEASED_BYTES_MAX", 1)
    run = running()
    run.send(calls_of(1, 2, 3))
    consume, numbers = run.recording.consume, count(1)

    def fail_once(batch: Logs) -> None:
        if next(numbers) == 2:
            raise RuntimeError
        consume(batch)

    monkeypatch.setattr(run.recording, "consume", fail_once)
    run.processor.shutdown(1.0)
    assert run.calls() == [[1], [3]]
    books = run.ledger.snapshot()
    assert (books["delivered"], books["dropped"], books["in_flight"]) == (2, {"lost": 1}, 0)


@pytest.mark.parametrize("waits", [False, True])
def test_of_a_call_all_parts_are_awaited_or_none(running: Any, waits: bool) -> None:
    run = running("hold", merge_wait=Duration("5s"), merge_wait_for_result=waits)
    run.send(batch_of(QUESTION))
    run.send(batch_of(ANSWER))
    assert [batch.is_awaited for batch in run.recording.held] == [waits]


def test_what_cannot_be_held_goes_on_as_it_came(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError

    run = running()
    monkeypatch.setattr(held_calls, "events_by_span", fails)
    run.send(batch_of(QUESTION, OTHER))
    assert len(run.names()) == 2
    assert run.counted("spanloom_processor_genai_normalizer_errors") == {"": 1}


def test_a_call_that_never_ends_leaves_at_the_bound(running: Any) -> None:
    run = running(merge_records_max=100)
    for _ in range(5):
        run.send(batch_of(*[QUESTION] * 60))
    assert run.counted(RELEASED) == {"records": 2}
    assert run.n_held() == 60


def test_empty_requests_are_answered(running: Any) -> None:
    run = running()
    run.send(Logs.from_message(build_logs(0)))
    assert run.ledger.snapshot()["in_flight"] == 0
