"""One request, tried until it is delivered, refused for good, or too late."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from spanloom.delivery.errors import SendError, Sent

if TYPE_CHECKING:
    import threading

    from spanloom.clock import Clock
    from spanloom.delivery.config import RetryConfig
    from spanloom.delivery.health import Health

Attempt = Callable[[float], Sent]
"""Sends once within the seconds given; raises SendError, or anything by mistake."""

# gRPC and sockets do not take infinity; no attempt of a telemetry request is longer.
_TIMEOUT_S_MAX = 3600.0


class Retry:
    """Attempts with exponential backoff; the destination's own delay wins when longer.

    Args:
        config: the delays; `enabled: false` means one attempt.
        timeout_s: for one attempt; 0 means none of its own.
        clock: time, sleep and jitter.
        closing: set at shutdown: sleepers wake, and no new sleep begins.
        health: hears of every attempt.
    """

    def __init__(
        self,
        config: RetryConfig,
        timeout_s: float,
        clock: Clock,
        closing: threading.Event,
        health: Health,
    ) -> None:
        self._config = config
        self._timeout_s = timeout_s or _TIMEOUT_S_MAX
        self._clock = clock
        self._closing = closing
        self._health = health
        self.stop_s = math.inf
        """Set at shutdown: the monotonic time after which nothing is tried at all."""

    def run(self, attempt: Attempt, deadline_s: float) -> Sent:
        """The success of an attempt.

        Args:
            attempt: sends.
            deadline_s: when the sender stops waiting; infinite where none waits. Then a sleeper
                that a shutdown wakes tries a last time, because nobody will after it.

        Raises:
            SendError: the last failure, retryable when the deadline, `max_elapsed_time`
                or a shutdown ended the attempts.
        """
        is_awaited = deadline_s < math.inf
        started_s = self._clock.monotonic_s()
        deadline_s = min(deadline_s, started_s + (self._config.max_elapsed_time or math.inf))
        interval_s: float = self._config.initial_interval
        while True:
            error = self._try(attempt, min(deadline_s, self.stop_s))
            if isinstance(error, Sent):
                return error
            delay_s = max(self._jittered(interval_s), error.retry_after_s or 0.0)
            if not self._may_go_on(error, delay_s, deadline_s):
                raise error
            if self._clock.wait(self._closing, delay_s) and is_awaited:
                raise error
            interval_s = min(interval_s * self._config.multiplier, self._config.max_interval)

    def _try(self, attempt: Attempt, deadline_s: float) -> Sent | SendError:
        left_s = deadline_s - self._clock.monotonic_s()
        if left_s <= 0:
            return SendError("the batch was not sent in time", retryable=True, reason="timeout")
        try:
            sent = attempt(min(self._timeout_s, left_s))
        except SendError as error:
            self._health.failed(error)
            return error
        # A consumer must outlive any mistake of an exporter.
        except Exception as cause:  # noqa: BLE001
            return self._health.broke(cause)
        self._health.succeeded()
        return sent

    def _may_go_on(self, error: SendError, delay_s: float, deadline_s: float) -> bool:
        """Whether another attempt makes sense after this delay."""
        if not (error.retryable and self._config.enabled) or self._closing.is_set():
            return False
        # To hold data for an attempt that would come too late only costs memory.
        return self._clock.monotonic_s() + delay_s < deadline_s

    def _jittered(self, interval_s: float) -> float:
        factor = self._config.randomization_factor
        return interval_s * (1 + factor * (2 * self._clock.random() - 1))
