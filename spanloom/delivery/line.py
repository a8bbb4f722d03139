"""A queue, and the threads that send what waits in it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from spanloom.delivery.queue import MemoryQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanloom.clock import Clock
    from spanloom.delivery.config import QueueConfig
    from spanloom.delivery.item import Item, Queue


class Line:
    """Items wait here until one of the consumers delivers them.

    Args:
        config: bounds of the queue, and how many consumers.
        clock: time.
        name: of the consumers' threads.
        deliver: called by the consumers with items of one signal; must settle them, never raises.
    """

    def __init__(
        self,
        config: QueueConfig,
        clock: Clock,
        name: str,
        deliver: Callable[[list[Item]], None],
    ) -> None:
        self._clock = clock
        self._deliver = deliver
        self.queue: Queue = MemoryQueue(config, clock)
        self._threads = [
            threading.Thread(target=self._run, args=(index,), name=f"{name}-{index}", daemon=True)
            for index in range(config.num_consumers)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self, stop_s: float) -> None:
        """Wait for the consumers, whose queue is closed, until `stop_s` (monotonic)."""
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, stop_s - self._clock.monotonic_s()))

    def _run(self, index: int) -> None:
        while (items := self.queue.take(first=index == 0)) is not None:
            self._deliver(items)
