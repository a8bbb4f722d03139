"""When a request is tried again, and when it is given up."""

from __future__ import annotations

import logging
import math
import threading
from typing import Any

import pytest

from spanloom.delivery import RetryConfig, SendError, Sent
from spanloom.delivery.health import Health
from spanloom.delivery.retry import Retry

DOWN = SendError("down", retryable=True, reason="unavailable")
BAD = SendError("bad", retryable=False, reason="invalid_argument")


class SleepingClock:
    """Time passes only in sleeps, which are recorded; random numbers are in the middle."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps_s: list[float] = []
        self.fraction = 0.5

    def now_s(self) -> float:
        return self.now

    def monotonic_s(self) -> float:
        return self.now

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        self.sleeps_s.append(timeout_s)
        self.now += timeout_s
        return event.is_set()

    def random(self) -> float:
        return self.fraction


def run(
    steps: list[SendError | Sent], deadline_s: float = math.inf, **config: Any
) -> tuple[Sent | SendError, SleepingClock, list[float]]:
    """What became of a request whose attempts go as in `steps`, the last step for ever."""
    clock, timeouts_s = SleepingClock(), list[float]()

    def attempt(timeout_s: float) -> Sent:
        timeouts_s.append(timeout_s)
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        if isinstance(step, SendError):
            raise step
        return step

    health = Health(logging.getLogger("spanloom.test"))
    model = RetryConfig.model_validate(config)
    retry = Retry(model, 5.0, clock, threading.Event(), health)
    try:
        return retry.run(attempt, deadline_s), clock, timeouts_s
    except SendError as error:
        return error, clock, timeouts_s


def test_delays_grow_up_to_the_largest() -> None:
    result, clock, _ = run([DOWN] * 7 + [Sent()], multiplier=2.0)
    assert result == Sent()
    assert clock.sleeps_s == [5, 10, 20, 30, 30, 30, 30]


@pytest.mark.parametrize(("fraction", "delay_s"), [(0.0, 2.5), (0.5, 5.0), (1.0, 7.5)])
def test_delays_are_spread_by_half(fraction: float, delay_s: float) -> None:
    clock = SleepingClock()
    clock.fraction = fraction
    health = Health(logging.getLogger("spanloom.test"))
    retry = Retry(RetryConfig(), 5.0, clock, threading.Event(), health)
    assert retry._jittered(5.0) == delay_s


def test_longer_delay_of_the_destination_wins() -> None:
    asked = SendError("busy", retryable=True, retry_after_s=60)
    _, clock, _ = run([asked, Sent()])
    assert clock.sleeps_s == [60]


def test_shorter_delay_of_the_destination_does_not() -> None:
    asked = SendError("busy", retryable=True, retry_after_s=1)
    _, clock, _ = run([asked, Sent()])
    assert clock.sleeps_s == [5]


def test_permanent_failure_is_not_tried_again() -> None:
    result, clock, timeouts_s = run([BAD])
    assert (result, clock.sleeps_s, len(timeouts_s)) == (BAD, [], 1)


def test_gives_up_after_the_largest_elapsed_time() -> None:
    result, clock, _ = run([DOWN], max_elapsed_time="60s")
    assert result is DOWN
    assert clock.now <= 60


def test_gives_up_at_once_when_the_next_attempt_would_come_too_late() -> None:
    result, clock, timeouts_s = run([DOWN], deadline_s=4.0)
    assert (result, clock.sleeps_s, len(timeouts_s)) == (DOWN, [], 1)


def test_attempt_ends_with_the_deadline() -> None:
    _, _, timeouts_s = run([DOWN, Sent()], deadline_s=8.0)
    assert timeouts_s == [5.0, 3.0]


def test_nothing_is_tried_after_the_deadline() -> None:
    result, _, timeouts_s = run([Sent()], deadline_s=0.0)
    assert isinstance(result, SendError)
    assert (result.retryable, timeouts_s) == (True, [])


def test_turned_off_means_one_attempt() -> None:
    result, _, timeouts_s = run([DOWN], enabled=False)
    assert (result, len(timeouts_s)) == (DOWN, 1)


def test_zero_elapsed_time_means_for_ever() -> None:
    result, clock, _ = run([DOWN] * 100 + [Sent()], max_elapsed_time=0)
    assert result == Sent()
    assert clock.now > 2000
