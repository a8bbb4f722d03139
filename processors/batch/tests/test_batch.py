"""What the batch processor holds, and when it lets go."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import ValidationError

from spanloom.batch import Ledger, Logs, Traces
from spanloom.config.fields import Duration
from spanloom.processors.batch.batch import BatchProcessor
from spanloom.processors.batch.config import Config
from spanloom.telemetry import Telemetry
from spanloom.testing import (
    FakeClock,
    FakeHost,
    Recording,
    attach,
    build_logs,
    build_traces,
    make_settings,
)
from spanloom.testing.recording import Settle

LABELS = {"processor": "batch"}


def spans(n_spans: int, seed: int = 0) -> Traces:
    return Traces.from_message(build_traces(n_spans, seed=seed))


def make(
    clock: FakeClock | None = None, settle: Settle = "ack", **options: Any
) -> tuple[BatchProcessor, Recording]:
    settings = make_settings("batch", clock=clock or FakeClock(), telemetry=Telemetry())
    rest = Recording(settle)
    return attach(BatchProcessor(Config(**options), settings), rest), rest


def counted(processor: BatchProcessor, name: str) -> float:
    return processor.settings.telemetry.value(f"otelcol_processor_batch_{name}", LABELS)


def test_holds_until_enough_items_came_and_sends_them_as_one_batch() -> None:
    processor, rest = make(send_batch_size=10)
    processor.consume(spans(4, seed=1))
    processor.consume(spans(4, seed=2))
    assert rest.n_items == 0
    processor.consume(spans(4, seed=3))
    assert [len(m.resource_spans) for m in rest.messages] == [3]
    assert rest.n_items == 12
    assert counted(processor, "batch_size_trigger_send") == 1


def test_what_nobody_waits_for_goes_on_apart() -> None:
    processor, rest = make(send_batch_size=10, settle="hold")
    for n_spans, is_answered in ((1, False), (2, True), (3, False), (4, True)):
        batch = spans(n_spans)
        if is_answered:
            batch.acknowledge()
        processor.consume(batch)
    assert [(len(batch), batch.is_awaited) for batch in rest.held] == [(4, True), (6, False)]


def test_sends_what_has_waited_for_the_timeout() -> None:
    clock = FakeClock()
    processor, rest = make(clock, timeout=Duration("200ms"))
    processor.start(FakeHost())
    processor.consume(spans(3))
    clock.wait_for_waiters()
    clock.advance(0.1)
    clock.wait_for_waiters()
    assert rest.n_items == 0
    clock.advance(0.11)
    rest.wait_for(1)
    assert rest.n_items == 3
    assert counted(processor, "timeout_trigger_send") == 1
    processor.shutdown(1.0)


def test_the_timeout_starts_anew_after_a_send_by_size() -> None:
    clock = FakeClock()
    processor, rest = make(clock, timeout=Duration("1s"), send_batch_size=4)
    processor.start(FakeHost())
    processor.consume(spans(4))
    clock.advance(0.9)
    processor.consume(spans(1))
    clock.wait_for_waiters()
    clock.advance(0.5)
    clock.wait_for_waiters()
    assert rest.n_items == 4
    clock.advance(0.6)
    rest.wait_for(2)
    assert rest.n_items == 5
    processor.shutdown(1.0)


@pytest.mark.parametrize("options", [{"timeout": Duration("0")}, {"send_batch_size": 0}])
def test_sends_at_once_without_timeout_or_size(options: dict[str, Any]) -> None:
    processor, rest = make(**options)
    processor.consume(spans(1))
    assert rest.n_items == 1


def test_splits_above_the_maximum_size_and_keeps_the_order() -> None:
    processor, rest = make(send_batch_size=4, send_batch_max_size=4)
    processor.consume(spans(10))
    parts = [m.resource_spans[0].scope_spans[0].spans for m in rest.messages]
    assert [len(part) for part in parts] == [4, 4, 2]
    ids = [span.span_id for part in parts for span in part]
    assert ids == sorted(ids)


def test_sends_when_the_bytes_held_reach_their_limit() -> None:
    processor, rest = make(send_batch_bytes=2000)
    processor.consume(spans(1))
    assert rest.n_items == 0
    processor.consume(spans(1))
    assert rest.n_items == 2


def test_shutdown_without_start_sends_what_is_held_and_later_batches_go_at_once() -> None:
    processor, rest = make()
    processor.consume(spans(3))
    processor.shutdown(1.0)
    processor.shutdown(1.0)
    assert rest.n_items == 3
    processor.consume(spans(2))
    assert rest.n_items == 5


def test_settles_nothing_before_the_merged_batch_is_settled() -> None:
    ledger = Ledger()
    processor, rest = make(send_batch_size=6, settle="hold")
    for seed in (1, 2):
        batch = spans(3, seed)
        batch.enter(ledger)
        processor.consume(batch)
        del batch
    assert ledger.snapshot()["in_flight"] == 6
    rest.held.pop().ack()
    assert ledger.snapshot()["delivered"] == 6
    assert ledger.snapshot()["in_flight"] == 0


def test_an_empty_batch_is_settled_and_not_held() -> None:
    processor, rest = make()
    processor.consume(Traces.from_bytes(b""))
    processor.shutdown(1.0)
    assert rest.messages == []


def test_refuses_metadata_keys_with_the_reason() -> None:
    with pytest.raises(ValidationError, match="client metadata"):
        Config(metadata_keys=["x-tenant"])


def test_refuses_a_maximum_below_the_trigger() -> None:
    with pytest.raises(ValidationError, match="at least send_batch_size"):
        Config(send_batch_size=100, send_batch_max_size=50)


@pytest.mark.parametrize(("settle", "column"), [("nack", "refused"), ("ack", "delivered")])
def test_all_merged_batches_share_the_outcome(settle: Settle, column: str) -> None:
    ledger = Ledger()
    processor, _ = make(send_batch_size=6, send_batch_max_size=6, settle=settle)
    for seed in (1, 2):
        batch = spans(5, seed)
        batch.enter(ledger)
        processor.consume(batch)
    del batch
    assert ledger.snapshot()[column] == 10
    assert ledger.snapshot()["in_flight"] == 0


def test_many_threads_lose_and_repeat_nothing() -> None:
    settings = make_settings("batch", telemetry=Telemetry())
    rest, ledger = Recording(), Ledger()
    config = Config(send_batch_size=20, timeout=Duration("1ms"))
    processor = attach(BatchProcessor(config, settings), rest)
    processor.start(FakeHost())

    def send(thread: int) -> None:
        for index in range(25):
            batch = spans(3, seed=thread * 25 + index)
            batch.enter(ledger)
            processor.consume(batch)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))
    processor.shutdown(10.0)
    ids = [
        span.span_id
        for message in rest.messages
        for resource_spans in message.resource_spans
        for span in resource_spans.scope_spans[0].spans
    ]
    assert len(ids) == len(set(ids)) == 600
    assert ledger.snapshot()["delivered"] == 600


def test_batches_that_cannot_be_merged_are_refused_and_the_next_ones_go_on() -> None:
    processor, rest = make(send_batch_size=2)
    logs = Logs.from_message(build_logs(1))
    ledger = Ledger()
    logs.enter(ledger)
    processor.consume(logs)
    del logs
    processor.consume(spans(1))
    assert ledger.snapshot()["refused"] == 1
    processor.consume(spans(2))
    assert rest.n_items == 2
