"""A thread for processors that hold things back for a while: it wakes when the first is due."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from spanloom.logs import describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanloom.component import Settings

_RETRY_S = 1.0
"""After an error; asked again at once, what fails always would keep a core busy."""


class HoldingThread:
    """Sleeps while nothing is held, then until the first thing is due, and has it let go.

    What is held, and the lock around it, are the processor's:

        def __init__(...):
            self._holding = HoldingThread(settings, self._let_go_due)

        def start(self, host):
            self._holding.start()

        def consume(self, batch):
            with self._lock:
                ...                               # note the batch and when it is due
                at_once = self._holding.closing   # nobody looks any more: do not hold
                self._holding.wake()              # where nothing was held before

        def shutdown(self, timeout_s):
            self._holding.stop(timeout_s)
            ...                                   # let all go that is still held

    Args:
        settings: of the processor: its clock, its logger, and its id for the thread's name.
        let_go_due: called on the thread with the monotonic seconds of now. It lets go what is
            due, and returns the monotonic seconds at which the next is, None where nothing is
            held. What it raises is logged, and it is called again a second later.

    What comes later must not be due before what is held already: the thread would sleep on.
    """

    def __init__(self, settings: Settings, let_go_due: Callable[[float], float | None]) -> None:
        self._settings = settings
        self._let_go_due = let_go_due
        self._awake, self._closing = threading.Event(), threading.Event()
        name = f"spanloom-{settings.id}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def closing(self) -> bool:
        """Whether `stop` was called; from then on nothing is let go here."""
        return self._closing.is_set()

    def start(self) -> None:
        """Begin to watch; once."""
        self._thread.start()

    def wake(self) -> None:
        """Something is held now. Never blocks; more calls than needed do no harm."""
        self._awake.set()

    def stop(self, timeout_s: float) -> None:
        """End the thread, and wait for what it is letting go. Idempotent, also without `start`."""
        self._closing.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            self._awake.wait()
            # Before the look: what comes to be held after it wakes the thread again.
            self._awake.clear()
            self._watch()
            if self.closing:
                return

    def _watch(self) -> None:
        """Let go what is due, until nothing is held or all is over."""
        clock = self._settings.clock
        while not self.closing:
            due_s = self._look(clock.monotonic_s())
            if due_s is None:
                return
            left_s = due_s - clock.monotonic_s()
            if left_s > 0:
                clock.wait(self._closing, left_s)

    def _look(self, now_s: float) -> float | None:
        try:
            return self._let_go_due(now_s)
        except Exception as error:  # noqa: BLE001 - the thread must live
            fields = {"component": self._settings.id, "error": describe(error)}
            self._settings.logger.error("could not let go what was held", extra=fields)
            return now_s + _RETRY_S
