"""What a queue holds, and what a queue is.

The queue in memory is `MemoryQueue`. A durable one takes its place by implementing
`Queue`: `offer` returns True once the item is stored (and has the sender answered
then), `take` gives stored items out, those of an earlier process first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from spanloom.component import AnyBatch, Signal
    from spanloom.delivery.errors import SendError


@dataclass(slots=True, eq=False)
class Item:
    """A batch on its way, and the worst that became of it so far.

    Attributes:
        deadline_s: when its sender stops waiting; infinite where none waits for the result.
        acknowledge: asks the queue to answer the sender once the item is in it.
    """

    batch: AnyBatch
    signal: Signal
    n_items: int
    n_bytes: int
    enqueued_s: float
    deadline_s: float
    acknowledge: bool = False
    failure: SendError | None = None
    n_rejected: int = 0


class Queue(Protocol):
    """Where items wait between the pipeline and the consumers."""

    def offer(self, item: Item) -> bool:
        """Take the item over; False when it is full (or closed), and the item is untouched."""

    def take(self, *, first: bool) -> list[Item] | None:
        """The next items of one signal that fit into a request. None: closed and empty."""

    def close(self) -> None:
        """Accept nothing more; what waits is given out without delay."""

    def remaining(self) -> list[Item]:
        """Take everything that still waits."""

    def size(self, signal: Signal) -> int:
        """What waits, in the units of `sizer`."""
