"""Bounds of the queue, and who takes what from it."""

from __future__ import annotations

import math
import threading
import time
from typing import Any

import pytest
from pydantic import ValidationError

from spanloom.clock import SystemClock
from spanloom.delivery import QueueConfig
from spanloom.delivery.item import Item
from spanloom.delivery.queue import MemoryQueue
from spanloom.testing import FakeClock


def make_queue(clock: Any = None, **config: Any) -> MemoryQueue:
    return MemoryQueue(QueueConfig.model_validate(config), clock or FakeClock())


def make_item(
    n_bytes: int = 1, n_items: int = 1, *, enqueued_s: float = 0, signal: Any = "traces"
) -> Item:
    batch: Any = object()
    return Item(batch, signal, n_items, n_bytes, enqueued_s, math.inf)


@pytest.mark.parametrize(
    "config",
    [
        {"queue_size": 2},
        {"queue_size": 20, "sizer": "items"},
        {"queue_size": 200, "sizer": "bytes"},
        {"queue_bytes_max": 200},
        {"queue_items_max": 20},
    ],
)
def test_each_bound_holds(config: dict[str, Any]) -> None:
    queue = make_queue(**config)
    assert [queue.offer(make_item(100, 10)) for _ in range(3)] == [True, True, False]


def test_item_above_every_bound_fits_into_an_empty_queue() -> None:
    queue = make_queue(queue_bytes_max=10)
    assert queue.offer(make_item(1000))
    assert not queue.offer(make_item(1))


def test_size_is_told_per_signal_in_units_of_the_sizer() -> None:
    queue = make_queue(sizer="bytes", queue_size=1000)
    queue.offer(make_item(100))
    queue.offer(make_item(50, signal="logs"))
    assert [queue.size(signal) for signal in ("traces", "logs", "metrics")] == [100, 50, 0]


def test_taken_items_make_room() -> None:
    queue = make_queue(queue_size=1)
    queue.offer(make_item())
    queue.take(first=True)
    assert queue.offer(make_item())


def test_group_ends_below_the_largest_request() -> None:
    queue = make_queue(batch={"max_size": 250})
    items = [make_item(100) for _ in range(3)]
    for item in items:
        queue.offer(item)
    assert queue.take(first=True) == items[:2]
    assert queue.take(first=True) == items[2:]


def test_oldest_signal_goes_first() -> None:
    clock = FakeClock()
    clock.advance(10)
    queue = make_queue(clock)
    young, old = make_item(enqueued_s=5), make_item(enqueued_s=2, signal="logs")
    queue.offer(young)
    queue.offer(old)
    assert queue.take(first=True) == [old]


def test_blocked_offer_goes_on_when_there_is_room() -> None:
    queue = make_queue(queue_size=1, block_on_overflow=True)
    queue.offer(make_item())
    results: list[bool] = []
    blocked = threading.Thread(target=lambda: results.append(queue.offer(make_item())))
    blocked.start()
    while queue._n_blocked == 0:
        time.sleep(0.001)
    queue.take(first=True)
    blocked.join()
    assert results == [True]


def test_blocked_offer_ends_when_the_queue_closes() -> None:
    queue = make_queue(queue_size=1, block_on_overflow=True)
    queue.offer(make_item())
    results: list[bool] = []
    blocked = threading.Thread(target=lambda: results.append(queue.offer(make_item())))
    blocked.start()
    while queue._n_blocked == 0:
        time.sleep(0.001)
    queue.close()
    blocked.join()
    assert results == [False]


def test_closed_queue_gives_out_what_waits_and_then_ends() -> None:
    queue = make_queue(batch={"min_size": 100})
    item = make_item()
    queue.offer(item)
    queue.close()
    assert not queue.offer(make_item())
    assert queue.take(first=False) == [item]
    assert queue.take(first=False) is None
    assert queue.take(first=True) is None


def take_in_thread(queue: MemoryQueue, *, first: bool) -> tuple[threading.Thread, list[Any]]:
    taken: list[Any] = []
    thread = threading.Thread(target=lambda: taken.append(queue.take(first=first)))
    thread.start()
    return thread, taken


def test_small_batches_wait_for_min_size() -> None:
    queue = make_queue(SystemClock(), batch={"min_size": 200, "flush_timeout": "1h"})
    thread, taken = take_in_thread(queue, first=True)
    items = [make_item(100, enqueued_s=time.monotonic()) for _ in range(2)]
    queue.offer(items[0])
    thread.join(0.1)
    assert thread.is_alive()
    queue.offer(items[1])
    thread.join(10)
    assert taken == [items]


def test_small_batches_leave_after_flush_timeout() -> None:
    queue = make_queue(SystemClock(), batch={"min_size": 200, "flush_timeout": "20ms"})
    thread, taken = take_in_thread(queue, first=True)
    item = make_item(100, enqueued_s=time.monotonic())
    queue.offer(item)
    thread.join(10)
    assert taken == [[item]]


def test_other_consumers_leave_fresh_small_batches_to_the_first() -> None:
    clock = FakeClock()
    queue = make_queue(clock)
    thread, taken = take_in_thread(queue, first=False)
    queue.offer(make_item())
    thread.join(0.05)
    assert taken == []
    clock.advance(1)
    thread.join(10)
    assert len(taken[0]) == 1


def test_other_consumers_take_full_requests_at_once() -> None:
    queue = make_queue(batch={"max_size": 100})
    thread, taken = take_in_thread(queue, first=False)
    queue.offer(make_item(100))
    thread.join(10)
    assert len(taken[0]) == 1


def test_many_producers_and_consumers_lose_nothing() -> None:
    queue = make_queue(SystemClock(), queue_size=10_000, batch={"max_size": 7})
    taken: list[Item] = []

    def consume(*, first: bool) -> None:
        while (group := queue.take(first=first)) is not None:
            taken.extend(group)

    def produce(signal: Any) -> None:
        for _ in range(500):
            assert queue.offer(make_item(enqueued_s=time.monotonic(), signal=signal))

    consumers = [threading.Thread(target=consume, kwargs={"first": i == 0}) for i in range(4)]
    producers = [threading.Thread(target=produce, args=(s,)) for s in ("traces", "logs", "traces")]
    for thread in consumers + producers:
        thread.start()
    for thread in producers:
        thread.join()
    queue.close()
    for thread in consumers:
        thread.join()
    assert len(taken) == len(set(map(id, taken))) == 1500


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"num_consumers": 0}, "num_consumers"),
        ({"queue_size": 0}, "queue_size"),
        ({"wait_timeout": 0}, "wait_timeout"),
        ({"batch": {"min_size": 3, "max_size": 2}}, "max_size"),
        ({"batch": {"min_size": 3, "flush_timeout": 0}}, "flush_timeout"),
        ({"sizer": "bytes", "queue_size": 2, "batch": {"min_size": 3}}, "min_size"),
    ],
)
def test_impossible_config_is_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        QueueConfig.model_validate(config)
