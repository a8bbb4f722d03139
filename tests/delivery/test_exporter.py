"""What becomes of batches between a pipeline and `send`."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from spanloom.delivery import SendError, Sent
from spanloom.testing import FakeClock

RETRYABLE = SendError("down", retryable=True, grpc_code=14, reason="unavailable")
PERMANENT = SendError("bad", retryable=False, grpc_code=3, reason="invalid_argument")
ONE_CONSUMER = {"num_consumers": 1}


def value(exporter: Any, name: str) -> float:
    return exporter.settings.telemetry.value(f"otelcol_exporter_{name}", {"exporter": "test"})


def test_delivered_batch_is_acknowledged_and_counted(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter()
    batch = make_batch([b"a", b"b"])
    exporter.consume(batch)
    assert batch.outcome() == "ack"
    assert exporter.requests == [b"ab"]
    exporter.shutdown(5)
    assert value(exporter, "sent_spans") == 2


def test_batches_that_come_during_a_send_leave_together(
    make_exporter: Any, make_batch: Any
) -> None:
    exporter = make_exporter(sending_queue=ONE_CONSUMER)
    exporter.gate.clear()
    batches = [make_batch([name]) for name in (b"a", b"b", b"c")]
    exporter.consume(batches[0])
    exporter.entered.acquire()
    exporter.consume(batches[1])
    exporter.consume(batches[2])
    exporter.gate.set()
    assert [batch.outcome() for batch in batches] == ["ack"] * 3
    assert exporter.requests == [b"a", b"bc"]


def test_signals_are_never_joined(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(started=False, sending_queue=ONE_CONSUMER)
    batches = [make_batch([b"a"], s) for s in ("traces", "logs", "traces", "metrics")]
    for batch in batches:
        exporter.consume(batch)
    exporter.start(None)
    assert [batch.outcome() for batch in batches] == ["ack"] * 4
    assert exporter.requests == [b"aa", b"a", b"a"]


def test_large_batch_is_split_and_acknowledged_once(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(sending_queue={"num_consumers": 1, "batch": {"max_size": 2}})
    batch = make_batch([b"a", b"b", b"c"])
    exporter.consume(batch)
    assert batch.outcome() == "ack"
    assert exporter.requests == [b"ab", b"c"]


def test_max_size_in_items_splits_by_items(make_exporter: Any, make_batch: Any) -> None:
    joining = {"sizer": "items", "max_size": 2}
    exporter = make_exporter(sending_queue={"num_consumers": 1, "batch": joining})
    exporter.consume(make_batch([b"aaa", b"bbb", b"ccc"]))
    exporter.shutdown(5)
    assert exporter.requests == [b"aaabbb", b"ccc"]


def test_one_failing_request_fails_only_the_batches_in_it(
    make_exporter: Any, make_batch: Any
) -> None:
    exporter = make_exporter(
        started=False, sending_queue={"num_consumers": 1, "batch": {"max_size": 4}}
    )
    exporter.script = [PERMANENT]
    bad, good = make_batch([b"aa", b"bb"]), make_batch([b"cc"])
    exporter.consume(bad)
    exporter.consume(good)
    exporter.start(None)
    assert bad.outcome() == (
        "permanent",
        "bad",
        "invalid_argument",
        {"retry_after_s": None, "grpc_code": 3},
    )
    assert good.outcome() == "ack"


def test_batch_in_two_requests_hears_the_retryable_failure(
    make_exporter: Any, make_batch: Any
) -> None:
    exporter = make_exporter(
        sending_queue={"num_consumers": 1, "batch": {"max_size": 1}},
        retry_on_failure={"enabled": False},
    )
    exporter.script = [PERMANENT, RETRYABLE]
    batch = make_batch([b"a", b"b"])
    exporter.consume(batch)
    assert batch.outcome()[0] == "retryable"
    assert batch.outcome()[3] == {"retry_after_s": None, "grpc_code": 14}


def test_partial_success_is_counted_and_acknowledged(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(started=False, sending_queue=ONE_CONSUMER)
    exporter.script = [Sent(3, "prompt too long: tell me")]
    one, two = make_batch([b"a", b"b"]), make_batch([b"c", b"d"])
    exporter.consume(one)
    exporter.consume(two)
    exporter.start(None)
    assert (one.outcome(), two.outcome()) == ("ack", "ack")
    assert one.events[0] == ("rejected", 2)
    assert two.events[0] == ("rejected", 1)
    exporter.shutdown(5)
    assert value(exporter, "sent_spans") == 1
    assert value(exporter, "send_failed_spans") == 3


def test_more_rejected_than_sent_is_cut_to_what_was_sent(
    make_exporter: Any, make_batch: Any
) -> None:
    exporter = make_exporter()
    exporter.script = [Sent(1 << 60)]
    batch = make_batch([b"a"])
    exporter.consume(batch)
    assert batch.outcome() == "ack"
    assert batch.events == [("rejected", 1), "ack"]


def test_full_queue_refuses_retryably(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(started=False, sending_queue={"queue_size": 1})
    waiting, refused = make_batch([b"a"]), make_batch([b"b"])
    exporter.consume(waiting)
    exporter.consume(refused)
    assert refused.outcome()[:3] == ("retryable", "sending queue is full", "queue_full")
    assert not waiting.settled.is_set()
    assert value(exporter, "enqueue_failed_spans") == 1


def test_acknowledges_on_enqueue_without_wait_for_result(
    make_exporter: Any, make_batch: Any
) -> None:
    exporter = make_exporter(started=False, sending_queue={"wait_for_result": False})
    batch = make_batch([b"a"])
    exporter.consume(batch)
    assert batch.events == ["acknowledged"]
    exporter.start(None)
    assert batch.outcome() == "ack"


def test_refused_by_a_full_queue_is_not_acknowledged(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(
        started=False, sending_queue={"wait_for_result": False, "queue_size": 1}
    )
    exporter.consume(make_batch([b"a"]))
    refused = make_batch([b"b"])
    exporter.consume(refused)
    assert [event[0] for event in refused.events] == ["retryable"]


def test_batch_that_waited_too_long_is_refused_unsent(make_exporter: Any, make_batch: Any) -> None:
    clock = FakeClock()
    exporter = make_exporter(clock=clock, started=False)
    batch = make_batch([b"a"])
    exporter.consume(batch)
    clock.advance(9)
    exporter.start(None)
    assert batch.outcome()[:3] == ("retryable", "the batch waited too long to be sent", "timeout")
    assert exporter.requests == []


def test_without_a_queue_the_caller_sends(make_exporter: Any, make_batch: Any) -> None:
    exporter = make_exporter(sending_queue={"enabled": False})
    batch = make_batch([b"a"])
    exporter.consume(batch)
    assert batch.events == ["ack"]


def test_consumer_survives_an_exporter_that_breaks(
    make_exporter: Any, make_batch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    exporter = make_exporter(sending_queue=ONE_CONSUMER, retry_on_failure={"enabled": False})
    exporter.script = [RuntimeError("secret prompt")]
    broken, whole = make_batch([b"a"]), make_batch([b"b"])
    with caplog.at_level(logging.INFO, logger="spanloom"):
        exporter.consume(broken)
        assert broken.outcome()[:3] == ("retryable", "the exporter failed inside", "internal")
        exporter.consume(whole)
        assert whole.outcome() == "ack"
    assert "secret prompt" not in caplog.text


def test_batch_that_cannot_be_encoded_harms_no_other(
    make_exporter: Any, make_batch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spanloom.batch import BatchError

    def refuse(_max_bytes: int | None) -> list[bytes]:
        raise BatchError("no")

    exporter = make_exporter(started=False, sending_queue=ONE_CONSUMER)
    broken, whole = make_batch([b"a"]), make_batch([b"b"])
    monkeypatch.setattr(broken, "encode", refuse)
    exporter.consume(broken)
    exporter.consume(whole)
    exporter.start(None)
    assert broken.outcome()[:3] == ("permanent", "the batch cannot be encoded", "encode")
    assert whole.outcome() == "ack"


def test_failure_and_recovery_are_logged_once_each(
    make_exporter: Any, make_batch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    exporter = make_exporter(sending_queue={"enabled": False}, retry_on_failure={"enabled": False})
    exporter.script = [RETRYABLE, RETRYABLE, Sent(), Sent()]
    with caplog.at_level(logging.INFO, logger="spanloom"):
        for _ in range(4):
            exporter.consume(make_batch([b"a"]))
    assert [record.message for record in caplog.records] == [
        "sending fails and is tried again",
        "sending works again",
    ]
