"""What is remembered of one trace, and the rules for its calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple

# Bounds of one trace; reached by runaway agents only.
_CALLS_MAX: Final = 1024
_FAILURES_MAX: Final = 64
_PARENTS_MAX: Final = 256
_MODELS_MAX: Final = 16


class Call(NamedTuple):
    """A call of a model.

    Attributes:
        span, parent: ids as integers; a parent of 0 is none.
        start, end: unix nanoseconds, 0 where unknown.
        failed: it ended with an error.
        operation, provider, model: what was asked, and whom.
        digest: of the messages it was given; None where they were not captured.
    """

    span: int
    parent: int
    start: int
    end: int
    failed: bool = False
    operation: str = ""
    provider: str = ""
    model: str = ""
    digest: bytes | None = None

    def may_follow(self, failure: Failure) -> bool:
        """Whether this call may repeat that failed one: a sibling, asked after it had ended."""
        other = failure.call
        if other.parent != self.parent or other.operation != self.operation:
            return False
        if not 0 < other.end <= self.start:
            return False
        told_apart = self.digest is not None and other.digest is not None
        return not (self.asks_same(other) and told_apart and self.digest != other.digest)

    def asks_same(self, other: Call) -> bool:
        return (self.provider, self.model) == (other.provider, other.model)


class Failure(NamedTuple):
    """A failed call that nothing has repeated yet, and the models tried up to it."""

    call: Call
    attempt: int
    models: tuple[str, ...]


class Sums(NamedTuple):
    """The trace up to one of its calls.

    Attributes:
        calls: how many.
        unpriced: how many of them have no cost and did not fail.
        pico: what they cost; None: none of them has a cost.
        wasted: what the failed ones cost.
    """

    calls: int
    unpriced: int
    pico: int | None
    wasted: int


class Link(NamedTuple):
    """What a call repeats.

    Attributes:
        attempt: 1 for the first repetition.
        of: span id of the failed call.
        fallback_from: its model, where this call asks another one or another provider.
        models: tried in order, where there was more than one.
    """

    attempt: int
    of: int
    fallback_from: str | None
    models: tuple[str, ...]


@dataclass(slots=True)
class Trace:
    """The calls of a trace so far.

    Attributes:
        sums: of all.
        told: by span id, what was told on it, so that a span that comes again counts once.
        started: by parent, when the last call under it started.
        links: by span id, of the calls that repeat one.
        failures: not repeated yet, oldest first.
    """

    sums: Sums = Sums(0, 0, None, 0)  # noqa: RUF009 - immutable
    told: dict[int, Sums] = field(default_factory=dict)
    started: dict[int, int] = field(default_factory=dict)
    links: dict[int, Link] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def add(self, span: int, parent: int, start: int, pico: int | None, *, failed: bool) -> Sums:
        """The sums with one call more, which `link` was asked about before if need be."""
        calls, unpriced, total, wasted = self.sums
        if pico is not None:
            total = (total or 0) + pico
            wasted += pico if failed else 0
        elif not failed:
            unpriced += 1
        sums = self.sums = self.told[span] = Sums(calls + 1, unpriced, total, wasted)
        if start > self.started.get(parent, -1):
            self.started[parent] = start
        if len(self.told) > _CALLS_MAX or len(self.started) > _PARENTS_MAX:
            self._forget_half()
        return sums

    def link(self, call: Call) -> tuple[Link | None, bool]:
        """What the call repeats, and whether it failed too late to be repeated.

        Too late is a failure that comes after a call which began behind it under the same
        parent: that one may have repeated it, and has been told without.
        """
        failure = self._repeated(call)
        link = _link(call, failure) if failure else None
        if link is not None:
            self.links[call.span] = link
        is_late = call.failed and self.started.get(call.parent, -1) >= max(call.end, 0)
        if call.failed and not is_late:
            models = _append(failure.models if failure else (), call.model)
            failed = Failure(call, link.attempt if link else 0, models)
            self.failures = [*self.failures, failed][-_FAILURES_MAX:]
        return link, is_late

    def _repeated(self, call: Call) -> Failure | None:
        """The failed call that this one repeats: rather of the same model, the latest one."""
        found = [failure for failure in self.failures if call.may_follow(failure)]
        if not found:
            return None
        best = max(found, key=lambda each: (call.asks_same(each.call), each.call.end))
        self.failures.remove(best)
        return best

    def _forget_half(self) -> None:
        tables: tuple[dict[int, Any], ...] = (self.told, self.started)
        for table in tables:
            for key in list(islice(table, len(table) // 2)):
                del table[key]
                self.links.pop(key, None)


def _link(call: Call, failure: Failure) -> Link:
    failed = failure.call
    models = _append(failure.models, call.model)
    return Link(
        attempt=failure.attempt + 1,
        of=failed.span,
        fallback_from=None if call.asks_same(failed) else failed.model,
        models=models if len(set(models)) > 1 else (),
    )


def _append(models: Iterable[str], model: str) -> tuple[str, ...]:
    return (*models, model)[-_MODELS_MAX:]
