"""What is told of traces, and which calls count as repetitions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from spanloom.batch import Traces
from spanloom.config.fields import Duration
from spanloom.processors.cost.spend import names
from spanloom.processors.cost.spend.config import SpendConfig
from spanloom.processors.cost.spend.spend import TraceSpend
from spanloom.processors.cost.spend.trace import Trace
from spanloom.telemetry import Telemetry
from spanloom.testing import make_settings
from spanloom.testing.builders import key_values
from spanloom.testing.clock import FakeClock

USD = 10**12
PREFIX = "spanloom_processor_cost_spend_"


@dataclass(frozen=True)
class Call:
    """A call of a model; times in milliseconds after some start."""

    span: int
    start: int = 0
    end: int = 10
    pico: int | None = USD
    failed: bool = False
    model: str = "gpt-4o"
    provider: str = "openai"
    operation: str = "chat"
    messages: str | None = None
    parent: int = 1000
    trace: int = 1

    def encoded(self) -> Span:
        attributes = {
            "gen_ai.operation.name": self.operation,
            "gen_ai.provider.name": self.provider,
            "gen_ai.request.model": self.model,
        }
        if self.messages is not None:
            attributes["gen_ai.input.messages"] = self.messages
        return Span(
            trace_id=self.trace.to_bytes(16, "big"),
            span_id=self.span.to_bytes(8, "big"),
            parent_span_id=self.parent.to_bytes(8, "big"),
            start_time_unix_nano=self.start * 1_000_000,
            end_time_unix_nano=self.end * 1_000_000,
            status=Status(code=Status.StatusCode.ValueType(2 if self.failed else 0)),
            attributes=key_values(attributes),
        )


class Spends:
    """A memory of traces under test, and its metrics and clock."""

    def __init__(self, **config: Any) -> None:
        self.telemetry, self.clock = Telemetry(), FakeClock()
        settings = make_settings("cost", telemetry=self.telemetry, clock=self.clock)
        self.spend = TraceSpend(SpendConfig(**config), settings)

    def note(self, *calls: Call, is_call: Sequence[bool] | None = None) -> list[dict[str, Any]]:
        """What is told on each call of one batch, by attribute."""
        scope = ResourceSpans(scope_spans=[ScopeSpans(spans=[call.encoded() for call in calls])])
        request = ExportTraceServiceRequest(resource_spans=[scope])
        batch = Traces.from_bytes(request.SerializeToString())
        pico = np.array([call.pico or 0 for call in calls], np.int64)
        has_cost = np.array([call.pico is not None for call in calls])
        mask = None if is_call is None else np.array(is_call)
        self.spend.note(batch, pico, has_cost, mask)
        told: list[dict[str, Any]] = [{} for _ in calls]
        for key in filter(lambda key: key.startswith("spanloom."), batch.keys()):
            for each, value in zip(told, batch.attribute(key).objects(), strict=True):
                each.update({} if value is None else {key: value})
        return told

    def counted(self, event: str, **labels: str) -> float:
        return self.telemetry.value(PREFIX + event, {"processor": "cost", **labels})


FAILED = Call(span=1, start=0, end=10, pico=None, failed=True)
AGAIN = Call(span=2, start=20, end=30)
LINK = {names.RETRY_ATTEMPT: 1, names.RETRY_OF: "0000000000000001"}


def link(told: dict[str, Any]) -> dict[str, Any]:
    """What is told of a repetition."""
    return {k: v for k, v in told.items() if k.startswith(("spanloom.retry", "spanloom.fallback"))}


def test_a_trace_of_one_call_is_told_nothing() -> None:
    assert Spends().note(Call(1), Call(2, trace=2)) == [{}, {}]


def test_later_calls_are_told_the_sum_so_far() -> None:
    told = Spends().note(Call(1, pico=USD), Call(2, start=1, pico=USD // 2))
    assert told == [{}, {names.TRACE_CALLS: 2, names.TRACE_AMOUNT: 1.5}]


def test_sums_go_on_over_batches() -> None:
    spends = Spends()
    assert spends.note(Call(1)) == [{}]
    assert spends.note(Call(2), Call(9, trace=2)) == [
        {names.TRACE_CALLS: 2, names.TRACE_AMOUNT: 2.0},
        {},
    ]
    assert spends.note(Call(3))[0][names.TRACE_AMOUNT] == 3.0


def test_in_a_batch_sums_follow_the_starts() -> None:
    told = Spends().note(Call(1, start=5), Call(2, start=3), Call(3, start=4))
    assert [each.get(names.TRACE_CALLS) for each in told] == [3, None, 2]


def test_other_spans_are_left_out() -> None:
    told = Spends().note(Call(1), Call(2), Call(3), is_call=[True, False, True])
    assert told == [{}, {}, {names.TRACE_CALLS: 2, names.TRACE_AMOUNT: 2.0}]
    assert Spends().note(Call(1), Call(2), is_call=[False, False]) == [{}, {}]


def test_a_span_that_comes_again_counts_once_and_is_told_the_same() -> None:
    spends = Spends()
    spends.note(Call(1))
    first = spends.note(Call(2))
    spends.note(Call(3))
    assert spends.note(Call(2)) == first
    assert spends.note(Call(1)) == [{}]
    assert spends.note(Call(4))[0][names.TRACE_CALLS] == 4
    assert spends.counted("repeated_spans") == 2


def test_calls_without_a_cost_are_told_to_be_missing() -> None:
    spends = Spends()
    told = spends.note(Call(1, pico=None), Call(2, start=1, pico=None))
    assert told[1] == {names.TRACE_CALLS: 2, names.TRACE_UNPRICED: 2}
    told = spends.note(Call(3))
    assert told == [{names.TRACE_CALLS: 3, names.TRACE_UNPRICED: 2, names.TRACE_AMOUNT: 1.0}]


def test_a_cost_of_zero_is_a_cost() -> None:
    told = Spends().note(Call(1, pico=0), Call(2, start=1, pico=0))
    assert told[1] == {names.TRACE_CALLS: 2, names.TRACE_AMOUNT: 0.0}


def test_what_failed_calls_cost_is_wasted() -> None:
    told = Spends().note(replace(FAILED, pico=USD // 4), replace(AGAIN, pico=USD))
    assert told[1][names.TRACE_WASTED] == 0.25
    assert told[1][names.TRACE_AMOUNT] == 1.25


def test_failed_calls_without_a_cost_lack_nothing() -> None:
    told = Spends().note(FAILED, AGAIN)
    assert names.TRACE_UNPRICED not in told[1]
    assert names.TRACE_WASTED not in told[1]


@pytest.mark.parametrize("together", [True, False])
def test_a_call_after_a_failed_sibling_is_its_retry(together: bool) -> None:
    spends = Spends()
    told = spends.note(FAILED, AGAIN) if together else [*spends.note(FAILED), *spends.note(AGAIN)]
    assert link(told[0]) == {}
    assert link(told[1]) == LINK
    assert spends.counted("retries") == 1
    assert spends.counted("fallbacks") == 0


def test_retries_are_found_whatever_the_order_in_the_batch() -> None:
    assert link(Spends().note(AGAIN, FAILED)[0]) == LINK


@pytest.mark.parametrize("parent", [0, 1000])
def test_attempts_are_counted_through(parent: int) -> None:
    calls = [
        Call(span, span * 20, span * 20 + 9, None, failed=True, parent=parent)
        for span in range(1, 4)
    ]
    told = Spends().note(*calls, Call(4, 80, 90, parent=parent))
    assert [each.get(names.RETRY_ATTEMPT) for each in told] == [None, 1, 2, 3]
    assert told[3][names.RETRY_OF] == "0000000000000003"


@pytest.mark.parametrize(
    "changes",
    [
        {"trace": 2},
        {"parent": 1001},
        {"operation": "embeddings"},
        {"start": 9},
        {"start": 0, "end": 0},
    ],
    ids=str,
)
def test_a_call_that_repeats_nothing_is_no_retry(changes: dict[str, Any]) -> None:
    assert link(Spends().note(FAILED, replace(AGAIN, **changes))[1]) == {}


def test_a_call_after_one_that_did_not_fail_is_no_retry() -> None:
    spends = Spends()
    assert link(spends.note(replace(FAILED, failed=False), AGAIN)[1]) == {}
    assert spends.counted("retries") == 0


def test_a_failed_call_is_repeated_once() -> None:
    told = Spends().note(FAILED, AGAIN, Call(3, start=40, end=50))
    assert [link(each) for each in told] == [{}, LINK, {}]


def test_error_type_says_failed_too() -> None:
    span = FAILED.encoded()
    span.status.code = Status.STATUS_CODE_UNSET
    span.attributes.extend(key_values({"error.type": "timeout"}))
    scope = ResourceSpans(scope_spans=[ScopeSpans(spans=[span, AGAIN.encoded()])])
    batch = Traces.from_message(ExportTraceServiceRequest(resource_spans=[scope]))
    Spends().spend.note(batch, np.zeros(2, np.int64), np.zeros(2, np.bool_))
    assert batch.attribute(names.RETRY_ATTEMPT).objects() == [None, 1]


def test_other_messages_are_another_request() -> None:
    failed = replace(FAILED, messages="first")
    spends = Spends()
    told = spends.note(failed, replace(AGAIN, messages="second"), Call(3, 40, 50, messages="first"))
    assert [link(each) for each in told] == [{}, {}, LINK]


def test_a_failure_without_messages_may_be_any_request() -> None:
    assert link(Spends().note(FAILED, replace(AGAIN, messages="x"))[1]) == LINK


def test_another_model_after_a_failed_one_is_a_fallback() -> None:
    spends = Spends()
    told = spends.note(FAILED, replace(AGAIN, model="claude-opus-4-1", provider="anthropic"))
    assert link(told[1]) == LINK | {
        names.FALLBACK_FROM: "gpt-4o",
        names.FALLBACK_MODELS: ["gpt-4o", "claude-opus-4-1"],
    }
    assert spends.counted("fallbacks") == 1
    assert spends.counted("retries") == 0


def test_the_same_model_elsewhere_is_a_fallback() -> None:
    told = Spends().note(FAILED, replace(AGAIN, provider="azure.ai.openai"))
    assert link(told[1]) == LINK | {names.FALLBACK_FROM: "gpt-4o"}


def test_a_fallback_may_be_written_otherwise() -> None:
    failed = replace(FAILED, messages="[openai]")
    told = Spends().note(failed, replace(AGAIN, model="claude-opus-4-1", messages="[anthropic]"))
    assert names.FALLBACK_FROM in told[1]


def test_models_tried_are_told_in_order() -> None:
    told = Spends().note(
        Call(1, 0, 9, None, failed=True, model="a"),
        Call(2, 10, 19, None, failed=True, model="a"),
        Call(3, 20, 29, None, failed=True, model="b"),
        Call(4, 30, 39, model="c"),
    )
    assert told[3][names.FALLBACK_MODELS] == ["a", "a", "b", "c"]
    assert told[3][names.RETRY_ATTEMPT] == 3


def test_each_of_two_failures_is_repeated_by_its_own_model() -> None:
    told = Spends().note(
        Call(1, 0, 9, None, failed=True, model="a"),
        Call(2, 0, 10, None, failed=True, model="b"),
        Call(3, 20, 30, model="a"),
        Call(4, 21, 30, model="b"),
    )
    assert [each.get(names.RETRY_OF) for each in told[2:]] == [
        "0000000000000001",
        "0000000000000002",
    ]
    assert not any(names.FALLBACK_FROM in each for each in told)


def test_a_failure_that_comes_late_is_counted_and_linked_to_nothing() -> None:
    spends = Spends()
    spends.note(AGAIN)
    spends.note(FAILED)
    assert link(spends.note(Call(3, start=40, end=50))[0]) == {}
    assert spends.counted("late_failures") == 1


def test_a_failure_beside_a_running_call_is_not_late() -> None:
    spends = Spends()
    spends.note(Call(5, start=5, end=8))
    spends.note(FAILED)
    assert link(spends.note(AGAIN)[0]) == LINK
    assert spends.counted("late_failures") == 0


def test_retries_come_again_as_they_were() -> None:
    spends = Spends()
    spends.note(FAILED)
    first = spends.note(AGAIN)
    assert spends.note(AGAIN) == first


def test_traces_beyond_the_bound_are_forgotten_and_counted() -> None:
    spends = Spends(traces_max=4)
    for trace in range(1, 11):
        spends.note(Call(trace, trace=trace))
        assert spends.counted("traces") <= 4
    assert spends.counted("forgotten_traces", reason="traces_max") > 0
    assert spends.note(Call(99, trace=1)) == [{}]
    assert spends.note(Call(98, trace=10))[0][names.TRACE_CALLS] == 2


def test_a_trace_in_use_outlives_others() -> None:
    spends = Spends(traces_max=6)
    for number in range(1, 20):
        told = spends.note(Call(number, trace=1))
        spends.note(Call(100 + number, trace=100 + number))
    assert told[0][names.TRACE_CALLS] == 19


def test_a_trace_is_forgotten_when_it_was_quiet_for_long() -> None:
    spends = Spends(age=Duration("10m"))
    spends.note(Call(1))
    spends.clock.advance(599)
    assert spends.note(Call(2))[0][names.TRACE_CALLS] == 2
    for _ in range(2):
        spends.clock.advance(601)
        spends.note(Call(7, trace=7))
    assert spends.counted("forgotten_traces", reason="age") > 0
    assert spends.note(Call(3)) == [{}]


def test_calls_are_bounded_too() -> None:
    spends = Spends(traces_max=20)
    for trace in range(1, 10):
        spends.note(*(Call(trace * 100 + n, start=n, trace=trace) for n in range(40)))
    assert spends.counted("forgotten_traces", reason="calls_max") > 0
    assert spends.counted("traces") <= 20 * 8 / 40
    assert spends.note(Call(1, trace=1)) == [{}]


def test_a_runaway_trace_is_summed_in_bounded_memory() -> None:
    spends = Spends(traces_max=1_000_000)
    for first in range(1, 3001, 1000):
        calls = [
            Call(n, n * 20, n * 20 + 9, 1, failed=True, parent=n, model="m" * 5000)
            for n in range(first, first + 1000)
        ]
        told = spends.note(*calls)
    assert told[-1][names.TRACE_CALLS] == 3000
    (trace,) = spends.spend._table._young.values()
    assert isinstance(trace, Trace)
    assert len(trace.told) <= 1024
    assert len(trace.started) <= 256
    assert len(trace.failures) <= 64
    assert len(trace.failures[0].call.model) == 200


def test_sums_beyond_int64_do_not_overflow() -> None:
    largest = 2**63 - 1
    told = Spends().note(*(Call(n, start=n, pico=largest) for n in range(1, 5)))
    assert told[3][names.TRACE_AMOUNT] == float(Fraction(4 * largest, USD))


costs = st.one_of(st.none(), st.integers(0, 10**16))


@given(st.data(), st.lists(st.tuples(costs, st.booleans(), st.integers(1, 3)), max_size=24))
def test_the_largest_amount_of_a_trace_is_its_total(
    data: st.DataObject, drawn: list[tuple[int | None, bool, int]]
) -> None:
    calls = [
        Call(span, span, span + 5, pico, failed, trace=trace)
        for span, (pico, failed, trace) in enumerate(drawn, 1)
    ]
    pending = list(data.draw(st.permutations(calls)))
    spends = Spends()
    told: dict[Call, dict[str, Any]] = {}
    while pending:
        n = data.draw(st.integers(1, len(pending)))
        taken, pending = pending[:n], pending[n:]
        told |= dict(zip(taken, spends.note(*taken), strict=True))
    for trace in {call.trace for call in calls}:
        own = [call for call in calls if call.trace == trace]
        priced = [call.pico for call in own if call.pico is not None]
        largest = max((told[c].get(names.TRACE_AMOUNT, 0) for c in own), default=0)
        n_calls = max(told[c].get(names.TRACE_CALLS, 1) for c in own)
        assert n_calls == len(own)
        if len(own) > 1:
            assert largest == sum(priced) / USD
        wasted = sum(c.pico or 0 for c in own if c.failed)
        if len(own) > 1:
            assert max(told[c].get(names.TRACE_WASTED, 0) for c in own) == wasted / USD


@given(st.lists(st.tuples(costs, st.booleans(), st.integers(1, 3)), max_size=12))
def test_the_same_bytes_are_told_the_same(drawn: list[tuple[int | None, bool, int]]) -> None:
    calls = [
        Call(span, span * 9 % 7, span * 9 % 7 + 2, pico, failed, trace=trace)
        for span, (pico, failed, trace) in enumerate(drawn, 1)
    ]
    if calls:
        assert Spends().note(*calls) == Spends().note(*calls)
