"""Hands the memory of billed calls from a processor to its successor, when a reload makes one."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanloom.processors.cost.duplicates import Duplicates
    from spanloom.telemetry import Telemetry

_lock = threading.Lock()
# The telemetry is one for a running service: two services in a process know nothing of each other.
_in_use: weakref.WeakKeyDictionary[Telemetry, list[Heir]] = weakref.WeakKeyDictionary()


class Heir:
    """A place for one memory, taken over from a predecessor where there is one.

    A predecessor is a processor with the same key that runs when this one is made. So several
    pipelines with the same processor keep a memory each: all are made before one starts.

    Args:
        telemetry: the service's.
        key: the component's id, and how its memory is limited.
        own: a new memory.
    """

    def __init__(self, telemetry: Telemetry, key: Hashable, own: Duplicates) -> None:
        self.memory = own
        # Weak, or those in use would keep their own key alive.
        self._telemetry = weakref.ref(telemetry)
        self.key = key
        with _lock:
            running = _in_use.get(telemetry, [])
            self._predecessors = [each for each in running if each.key == key]

    def start(self) -> None:
        """Take over the memory of the first predecessor that has no successor yet."""
        with _lock:
            telemetry = self._telemetry()
            running = [] if telemetry is None else _in_use.setdefault(telemetry, [])
            for each in self._predecessors:
                n_users = sum(other.memory is each.memory for other in running)
                if each in running and n_users == 1:
                    self.memory = each.memory
                    break
            self._predecessors = []
            running.append(self)

    def stop(self) -> None:
        """The memory is needed here no longer. May be called again, and without `start`."""
        with _lock:
            self._predecessors = []
            telemetry = self._telemetry()
            running = [] if telemetry is None else _in_use.get(telemetry, [])
            if self in running:
                running.remove(self)
