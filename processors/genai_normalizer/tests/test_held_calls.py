"""Message events of a call that come in several requests (R9)."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spanloom import semconv
from spanloom.batch import Logs
from spanloom.config.fields import Duration
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.log_records import DETAILS
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


def messages_of(record: Any) -> dict[str, Any]:
    logs = Logs.from_message(build_logs(1))
    logs.replace_items([record])
    keys = (semconv.INPUT_MESSAGES, semconv.OUTPUT_MESSAGES, semconv.FINISH_REASONS)
    return {key: logs.attribute(key).objects()[0] for key in keys}


def test_a_question_waits_for_its_answer_and_all_else_goes_on(running: Any) -> None:
    run = running()
    run.send(batch_of(OTHER, QUESTION))
    assert run.names() == ["app.log"]
    run.send(batch_of(ANSWER, OTHER))
    assert run.names() == ["app.log", DETAILS, "app.log"]
    assert run.counted(RELEASED) == {"complete": 1}


@given(
    events=st.lists(st.sampled_from([SYSTEM, QUESTION]), min_size=1, max_size=5),
    cuts=st.sets(st.integers(1, 6), max_size=4),
)
def test_events_in_any_number_of_requests_become_what_they_become_in_one(
    events: list[Any], cuts: set[int]
) -> None:
    whole, cut = Running(), Running()
    call = [*events, ANSWER]
    whole.send(batch_of(*call))
    ends = [*sorted(c for c in cuts if c < len(call)), len(call)]
    for start, end in zip([0, *ends], ends, strict=False):
        cut.send(batch_of(*call[start:end]))
    assert [messages_of(r) for r in cut.records()] == [messages_of(r) for r in whole.records()]
    assert cut.names() == [DETAILS]
    for run in (whole, cut):
        run.processor.shutdown(1.0)


def test_the_answer_may_come_first(running: Any) -> None:
    run = running()
    run.send(batch_of(ANSWER))
    run.send(batch_of(QUESTION))
    [record] = run.records()
    assert None not in messages_of(record).values()


def test_calls_of_one_request_go_on_each_by_itself(running: Any) -> None:
    run = running()
    run.send(calls_of(1, 2))
    run.send(batch_of(ANSWER, call=2))
    assert run.calls() == [[2]]
    run.send(batch_of(ANSWER, call=1))
    assert run.calls() == [[2], [1]]


def test_an_attribute_may_hold_the_name_of_an_event_that_waits(running: Any) -> None:
    run = running()
    run.send(batch_of(QUESTION, key="event_name"))
    run.send(batch_of(ANSWER, key="event_name"))
    assert run.names() == [DETAILS]


def test_what_has_waited_long_enough_goes_on_as_far_as_it_came(running: Any) -> None:
    run = running(merge_wait=Duration("5s"))
    run.send(batch_of(SYSTEM, QUESTION))
    run.clock.wait_for_waiters()
    run.clock.advance(4.9)
    run.send(batch_of(QUESTION, call=2))
    assert run.names() == []
    run.clock.advance(0.2)
    run.recording.wait_for(1)
    [record] = run.records()
    assert (record.event_name, record.span_id[0]) == (DETAILS, 1)
    assert messages_of(record)[semconv.OUTPUT_MESSAGES] is None
    assert run.counted(RELEASED) == {"time": 1}


@pytest.mark.parametrize(
    ("bound", "reason"),
    [({"merge_records_max": 2}, "records"), ({"merge_bytes_max": 1024}, "bytes")],
)
def test_the_oldest_calls_leave_when_too_much_is_held(
    running: Any, bound: dict[str, Any], reason: str
) -> None:
    run = running(**bound)
    for call in range(1, 10):
        run.send(batch_of(QUESTION, call=call))
    gone = list(chain.from_iterable(run.calls()))
    assert gone == list(range(1, len(gone) + 1)) != []
    assert run.counted(RELEASED) == {reason: len(gone)}
    assert run.n_held() == 9 - len(gone)


def test_shutdown_hands_on_what_is_held_and_later_calls_do_not_wait(running: Any) -> None:
    run = running()
    run.send(batch_of(QUESTION))
    run.processor.shutdown(1.0)
    assert run.names() == [DETAILS]
    run.send(batch_of(QUESTION, call=2))
    assert run.names() == [DETAILS, DETAILS]
    assert run.counted(RELEASED) == {"shutdown": 1}


def test_the_books_balance_while_events_wait_and_after(running: Any) -> None:
    run = running()
    run.send(batch_of(OTHER, SYSTEM, QUESTION))
    books = run.ledger.snapshot()
    assert (books["received"], books["delivered"], books["in_flight"]) == (3, 1, 2)
    run.send(batch_of(ANSWER))
    books = run.ledger.snapshot()
    assert books["dropped"] == {"merged": 2}
    assert (books["received"], books["delivered"], books["in_flight"]) == (4, 2, 0)


def test_without_a_wait_only_what_comes_together_is_merged(running: Any) -> None:
    run = running(merge_wait=Duration("0s"))
    run.send(batch_of(QUESTION))
    run.send(batch_of(ANSWER))
    assert run.names() == [DETAILS, DETAILS]


def test_events_outside_any_span_do_not_wait(running: Any) -> None:
    run = running()
    run.send(batch_of(QUESTION, call=0))
    assert run.names() == ["gen_ai.user.message"]


def test_senders_that_wait_for_the_result_must_not_wait_too_long() -> None:
    with pytest.raises(ValidationError, match="at most 8s"):
        Config(merge_wait_for_result=True, merge_wait=Duration("9s"))
