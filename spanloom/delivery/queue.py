"""What waits to be sent, in memory, and who takes it when.

One consumer is the first; it takes whatever waits as soon as it is free, so while it
sends, the next batches come together by themselves. The other consumers stay asleep
until a full request waits or something has waited for `PATIENCE_S`: then the
destination is slow, and more requests in flight help. At a fast destination one thread
does all the work, with few wake-ups and full requests.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanloom.clock import Clock
    from spanloom.component import Signal
    from spanloom.delivery.config import QueueConfig
    from spanloom.delivery.item import Item

PATIENCE_S = 0.005
# A blocked caller looks this often whether the queue was closed.
_BLOCKED_S = 0.5


@dataclass(slots=True)
class _Amount:
    requests: int = 0
    items: int = 0
    bytes: int = 0

    def add(self, item: Item) -> None:
        self.requests += 1
        self.items += item.n_items
        self.bytes += item.n_bytes

    def subtract(self, item: Item) -> None:
        self.requests -= 1
        self.items -= item.n_items
        self.bytes -= item.n_bytes


class _Lane:
    """The waiting items of one signal."""

    __slots__ = ("amount", "items")

    def __init__(self) -> None:
        self.items: deque[Item] = deque()
        self.amount = _Amount()

    def pop(self) -> Item:
        item = self.items.popleft()
        self.amount.subtract(item)
        return item


class MemoryQueue:
    """A `Queue` bounded in requests, items and bytes; an item of any size fits while empty."""

    def __init__(self, config: QueueConfig, clock: Clock) -> None:
        self._clock = clock
        self._sizer = config.sizer
        self._limits = _limits(config)
        self._block = config.block_on_overflow
        self._batch = config.batch if config.batch.enabled else None
        self._max_size = (self._batch.max_size if self._batch else 0) or math.inf
        self._lanes: dict[Signal, _Lane] = {}
        self._total = _Amount()
        self._closed = False
        lock = threading.Lock()
        self._first = threading.Condition(lock)
        self._others = threading.Condition(lock)
        self._room = threading.Condition(lock)
        self._first_is_idle = False
        self._first_is_waking = False
        self._someone_watches = False
        self._n_asleep = 0
        self._n_blocked = 0

    def offer(self, item: Item) -> bool:
        with self._first:
            while not self._fits(item):
                if self._closed or not self._block or self._is_late(item):
                    return False
                self._wait_for_room()
            if self._closed:
                return False
            # Before a consumer can see it, because a settled batch cannot be acknowledged.
            if item.acknowledge:
                item.batch.acknowledge()
            self._append(item)
            return True

    def _append(self, item: Item) -> None:
        lane = self._lanes.get(item.signal)
        if lane is None:
            lane = self._lanes[item.signal] = _Lane()
        lane.items.append(item)
        lane.amount.add(item)
        self._total.add(item)
        self._wake_for(lane)

    def take(self, *, first: bool) -> list[Item] | None:
        with self._first:
            while True:
                lane, wait_s = self._next(first=first)
                if lane is not None and wait_s <= 0:
                    return self._pop_group(lane)
                if self._closed and lane is None:
                    return None
                if first:
                    self._wait_as_first(None if lane is None else wait_s)
                else:
                    self._wait_as_other(None if lane is None else wait_s)

    def close(self) -> None:
        with self._first:
            self._closed = True
            for condition in (self._first, self._others, self._room):
                condition.notify_all()

    def remaining(self) -> list[Item]:
        with self._first:
            items = [lane.pop() for lane in self._lanes.values() for _ in range(len(lane.items))]
            self._total = _Amount()
            return items

    def size(self, signal: Signal) -> int:
        lane = self._lanes.get(signal)
        return 0 if lane is None else int(getattr(lane.amount, self._sizer))

    # -- bounds ------------------------------------------------------------------

    def _fits(self, item: Item) -> bool:
        total, limits = self._total, self._limits
        return total.requests == 0 or (
            total.requests < limits.requests
            and total.items + item.n_items <= limits.items
            and total.bytes + item.n_bytes <= limits.bytes
        )

    def _is_late(self, item: Item) -> bool:
        return self._clock.monotonic_s() >= item.deadline_s

    def _wait_for_room(self) -> None:
        self._n_blocked += 1
        try:
            self._room.wait(_BLOCKED_S)
        finally:
            self._n_blocked -= 1

    # -- who takes what, when ----------------------------------------------------

    def _wake_for(self, lane: _Lane) -> None:
        if self._first_is_idle:
            if len(lane.items) == 1 or self._is_enough(lane):
                self._first_is_idle = False
                self._first_is_waking = True
                self._first.notify()
        elif self._first_is_waking and not self._is_full(lane):
            return
        elif not self._someone_watches or self._is_full(lane):
            self._wake_another()

    def _wake_another(self) -> None:
        # Only someone asleep can take the watch; told to nobody, it would be kept by nobody.
        if self._n_asleep:
            self._someone_watches = True
            self._others.notify()

    def _next(self, *, first: bool) -> tuple[_Lane | None, float]:
        """The lane to take from next, and the seconds until it may be taken."""
        best, best_due_s = None, math.inf
        for lane in self._lanes.values():
            if lane.items:
                due_s = self._due_s(lane, first=first)
                if due_s < best_due_s:
                    best, best_due_s = lane, due_s
        return best, 0.0 if best is None else best_due_s - self._clock.monotonic_s()

    def _due_s(self, lane: _Lane, *, first: bool) -> float:
        oldest_s = lane.items[0].enqueued_s
        if self._closed:
            return -math.inf
        if self._batch is not None and not self._is_enough(lane):
            return oldest_s + self._batch.flush_timeout
        # Overdue lanes go by age, so that no signal starves another.
        return oldest_s if first or self._is_full(lane) else oldest_s + PATIENCE_S

    def _is_enough(self, lane: _Lane) -> bool:
        return self._batch is None or self._measure(lane) >= self._batch.min_size

    def _is_full(self, lane: _Lane) -> bool:
        return self._batch is None or self._measure(lane) >= self._max_size

    def _measure(self, lane: _Lane) -> int:
        by_items = self._batch is not None and self._batch.sizer == "items"
        return lane.amount.items if by_items else lane.amount.bytes

    def _pop_group(self, lane: _Lane) -> list[Item]:
        by_items = self._batch is not None and self._batch.sizer == "items"
        size = 0
        group: list[Item] = []
        while lane.items:
            size += lane.items[0].n_items if by_items else lane.items[0].n_bytes
            if group and (size > self._max_size or self._batch is None):
                break
            item = lane.pop()
            self._total.subtract(item)
            group.append(item)
        if self._n_blocked:
            self._room.notify_all()
        someone_looks = self._first_is_idle or self._first_is_waking or self._someone_watches
        if self._total.requests and not someone_looks:
            self._wake_another()
        return group

    def _wait_as_first(self, wait_s: float | None) -> None:
        self._first_is_idle = True
        try:
            self._first.wait(wait_s)
        finally:
            self._first_is_idle = self._first_is_waking = False

    def _wait_as_other(self, wait_s: float | None) -> None:
        """One at a time watches whether something waits too long; the rest sleep."""
        if self._someone_watches or wait_s is None:
            self._n_asleep += 1
            try:
                self._others.wait()
            finally:
                self._n_asleep -= 1
                self._someone_watches = False
            return
        self._someone_watches = True
        try:
            self._others.wait(wait_s)
        finally:
            self._someone_watches = False


def _limits(config: QueueConfig) -> _Amount:
    """`queue_size` tightens the bound it counts; the other bounds stay."""
    limits = _Amount(requests=1 << 31, items=config.queue_items_max, bytes=config.queue_bytes_max)
    bound = min(config.queue_size, getattr(limits, config.sizer))
    setattr(limits, config.sizer, bound)
    return limits
