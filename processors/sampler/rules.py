"""Keep rules over columns: which items a rule describes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spanloom import semconv
from spanloom.batch import Logs, Traces
from spanloom.columns import rows_equal, rows_where
from spanloom.processors.sampler.config_rules import Match, Rule

if TYPE_CHECKING:
    from spanloom.batch import Column

Bool = NDArray[np.bool_]
AnyItems = Traces | Logs
Condition = Callable[[AnyItems], Bool | None]
"""(n,) True where it holds; None where it holds nowhere."""

_STATUS_ERROR = np.uint8(2)
_SEVERITIES = ("trace", "debug", "info", "warn", "error", "fatal")
_SEVERITY_ERROR = 17
_FLAGS = {
    "masked": ("redaction.masked.count",),
    # A score where rules that weigh several signs are at work, a bool from those that need one.
    "injection": ("security.prompt_injection.score", "llm.injection_attempt"),
    "pii": ("llm.pii_detected",),
}


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to be asked.

    Attributes:
        name: as configured.
        percent: of what it describes is kept.
        conditions: all must hold.
    """

    name: str
    percent: float
    conditions: tuple[Condition, ...]

    def rows(self, batch: AnyItems) -> Bool | None:
        """(n,) True where the rule describes the item; None where it describes none."""
        found: Bool | None = None
        for condition in self.conditions:
            holds = condition(batch)
            if holds is None:
                return None
            found = holds if found is None else found & holds
        return found if found is not None and np.count_nonzero(found) else None


def compile_rule(rule: Rule) -> CompiledRule:
    """The conditions that are set, the cheap ones first."""
    made: list[Condition] = []
    if rule.error:
        made.append(_is_error)
    if rule.severity_at_least is not None:
        made.append(_severity(1 + 4 * _SEVERITIES.index(rule.severity_at_least)))
    if rule.latency_above is not None:
        made.append(_latency(round(rule.latency_above * 1e9)))
    if rule.ttft_above is not None:
        made.append(_number_above(semconv.TIME_TO_FIRST_CHUNK, rule.ttft_above))
    if rule.cost_above is not None:
        made.append(_number_above(semconv.COST_AMOUNT, rule.cost_above))
    if rule.tokens_above is not None:
        made.append(_tokens(rule.tokens_above))
    if rule.flagged:
        made.append(_flagged([name for flag in rule.flagged for name in _FLAGS[flag]]))
    made += map(_attribute, rule.attributes)
    return CompiledRule(rule.name, rule.sampling_percentage, tuple(made))


def _is_error(batch: AnyItems) -> Bool:
    if isinstance(batch, Traces):
        found: Bool = np.equal(batch.status_code, _STATUS_ERROR)
    else:
        found = batch.severity_number >= _SEVERITY_ERROR
    error_type = batch.attribute(semconv.ERROR_TYPE)
    return found | error_type.present if error_type.n_present else found


def _severity(least: int) -> Condition:
    def holds(batch: AnyItems) -> Bool | None:
        if isinstance(batch, Traces):
            return None
        found: Bool = batch.severity_number >= least
        return found

    return holds


def _latency(limit_ns: int) -> Condition:
    limit, zero = np.uint64(limit_ns), np.uint64(0)

    def holds(batch: AnyItems) -> Bool | None:
        if isinstance(batch, Logs):
            return None
        start, end = batch.start_time_unix_nano, batch.end_time_unix_nano
        found: Bool = np.greater(end - start, limit)
        if not np.count_nonzero(found):
            return None
        # In unsigned numbers an end before the start made an endless span.
        return found & np.greater(end, start) & np.greater(start, zero)

    return holds


def _number_above(key: str, limit: float) -> Condition:
    def holds(batch: AnyItems) -> Bool | None:
        column = batch.attribute(key)
        return _above(column.floats(), limit) if column.n_present else None

    return holds


def _above(numbers: NDArray[np.float64], limit: float) -> Bool:
    """(n,) NaN is above nothing."""
    found: Bool = np.greater(numbers, np.float64(limit))
    return found


def _tokens(limit: int) -> Condition:
    names = (semconv.INPUT_TOKENS, semconv.OUTPUT_TOKENS)

    def holds(batch: AnyItems) -> Bool | None:
        # As floats: two absurd counts must not wrap around.
        counts = [column.floats(0.0) for column in _present(batch, names)]
        return _above(np.sum(counts, axis=0), limit) if counts else None

    return holds


def _flagged(names: list[str]) -> Condition:
    def holds(batch: AnyItems) -> Bool | None:
        found: Bool | None = None
        for column in _present(batch, names):
            raised = (column.ints() > 0) | _above(column.floats(), 0)
            found = raised if found is None else found | raised
        return found

    return holds


def _present(batch: AnyItems, names: Sequence[str]) -> Iterator[Column]:
    """The attributes that any item has."""
    return (column for column in map(batch.attribute, names) if column.n_present)


def _attribute(match: Match) -> Condition:
    test, key = _test(match), match.key

    def holds(batch: AnyItems) -> Bool | None:
        column = batch.attribute(key, match.level)
        if not column.n_present and match.exists is not False:
            return None
        if match.level == "item":
            return test(column)
        index = batch.resource_index if match.level == "resource" else batch.scope_index
        found: Bool = test(column)[index]
        return found

    return holds


def _test(match: Match) -> Callable[[Column], Bool]:
    """The one test of a match, over a column."""
    if match.exists is not None:
        return (lambda column: column.present) if match.exists else (lambda column: ~column.present)
    if match.regexp is not None:
        search = re.compile(match.regexp).search
        return lambda column: rows_where(column, lambda text: search(text) is not None)
    if match.equals is not None:
        return _one_of([match.equals])
    if match.one_of is not None:
        return _one_of(match.one_of)
    low = -np.inf if match.above is None else match.above
    high = np.inf if match.below is None else match.below
    return lambda column: _between(column, low, high)


def _between(column: Column, low: float, high: float) -> Bool:
    numbers = column.floats()
    found: Bool = np.less(numbers, np.float64(high))
    return found & _above(numbers, low)


def _one_of(values: list[Any]) -> Callable[[Column], Bool]:
    texts = {value for value in values if isinstance(value, str)}
    others = [value for value in values if not isinstance(value, str)]

    def test(column: Column) -> Bool:
        found = rows_where(column, texts.__contains__)
        for value in others:
            found = found | rows_equal(column, value)
        return found

    return test
