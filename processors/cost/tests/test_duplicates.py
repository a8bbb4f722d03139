"""A call that two instrumentations tell is billed once, whatever comes first."""

import itertools
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanloom.batch import Traces
from spanloom.processors.cost.config import Config
from spanloom.processors.cost.cost import CostProcessor
from spanloom.processors.cost.memory import Memory
from spanloom.telemetry import Telemetry
from spanloom.testing import FakeClock, FakeHost, build_traces, make_settings
from spanloom.testing.builders import key_values

AMOUNT = "gen_ai.usage.cost.amount"
NOTE = "spanloom.cost.note"
AT = 1_795_257_600 * 10**9  # 2026-11-21 12:00 UTC


def span(  # noqa: PLR0913 - a builder
    span_id: int,
    parent: int = 0,
    *,
    trace: int = 1,
    response_id: str | None = None,
    tokens: int = 1000,
    operation: str = "chat",
    more: dict[str, Any] | None = None,
    at_s: tuple[float, float] = (0, 1),
) -> Span:
    values: dict[str, Any] = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": "openai",
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.usage.input_tokens": tokens,
        "gen_ai.usage.output_tokens": 10,
        **(more or {}),
    }
    if response_id is not None:
        values["gen_ai.response.id"] = response_id
    return Span(
        trace_id=trace.to_bytes(16, "big"),
        span_id=span_id.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        start_time_unix_nano=AT + int(at_s[0] * 10**9),
        end_time_unix_nano=AT + int(at_s[1] * 10**9),
        attributes=key_values(values),
    )


def key_of(response_id: str) -> int:
    """What stands for a response id in this process."""
    request = build_traces(0)
    request.resource_spans[0].scope_spans[0].spans.append(span(1, response_id=response_id))
    return int(Traces.from_message(request).attribute("gen_ai.response.id").hashes()[0])


class Bills:
    """Feeds batches to one processor, and knows what became of each span."""

    def __init__(self, telemetry: Telemetry | None = None, **config: Any) -> None:
        self.clock = FakeClock()
        self.telemetry = telemetry or Telemetry()
        made = make_settings("cost", clock=self.clock, telemetry=self.telemetry)
        self.cost = CostProcessor(Config.model_validate({"deduplication": config}), made)

    def take(self, *spans: Span) -> dict[int, str]:
        """What each span got, by its id: `billed`, or the note."""
        request = build_traces(0)
        request.resource_spans[0].scope_spans[0].spans.extend(spans)
        batch = self.cost.process(Traces.from_bytes(request.SerializeToString()))
        amounts = batch.attribute(AMOUNT).present.tolist()
        notes = batch.attribute(NOTE).strings("")
        batch.ack()
        return {
            int.from_bytes(each.span_id, "big"): note or ("billed" if has_amount else "")
            for each, has_amount, note in zip(spans, amounts, notes, strict=True)
        }


def test_the_same_response_id_is_billed_once_in_a_batch() -> None:
    found = Bills().take(span(1, response_id="r"), span(2, response_id="r", trace=9))
    assert found == {1: "billed", 2: "duplicate"}


def test_the_same_response_id_is_billed_once_across_batches_and_traces() -> None:
    bills = Bills()
    assert bills.take(span(1, response_id="r")) == {1: "billed"}
    assert bills.take(span(2, response_id="r", trace=2, tokens=999)) == {2: "duplicate"}
    assert bills.take(span(3, response_id="other", trace=2)) == {3: "billed"}


def test_of_two_with_the_same_id_the_inner_one_is_billed() -> None:
    found = Bills().take(span(1, response_id="r"), span(2, 1, response_id="r"))
    assert found == {1: "duplicate", 2: "billed"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_nested_calls_without_ids_the_innermost_is_billed(order: tuple[int, ...]) -> None:
    chain = [span(1), span(2, 1), span(3, 2)]
    found = Bills().take(*(chain[i] for i in order))
    assert found == {1: "duplicate", 2: "duplicate", 3: "billed"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_nested_calls_in_three_batches_one_is_billed(order: tuple[int, ...]) -> None:
    chain, bills = [span(1), span(2, 1), span(3, 2)], Bills()
    found = [bills.take(chain[i])[i + 1] for i in order]
    billed = found.count("billed")
    # The outer and the innermost first: nothing links them until the middle one comes.
    assert billed == (2 if abs(order[0] - order[1]) == 2 else 1)


def test_a_span_between_that_is_no_call_does_not_hide_the_nesting() -> None:
    found = Bills().take(span(1), span(2, 1, operation="execute_tool"), span(3, 2))
    assert found == {1: "duplicate", 2: "", 3: "billed"}


def test_an_id_on_one_of_two_nested_calls_is_enough() -> None:
    assert Bills().take(span(1), span(2, 1, response_id="r")) == {1: "duplicate", 2: "billed"}
    bills = Bills()
    assert bills.take(span(2, 1, response_id="r")) == {2: "billed"}
    assert bills.take(span(1)) == {1: "duplicate"}


def test_nested_calls_with_different_ids_or_counts_are_different() -> None:
    found = Bills().take(span(1, response_id="a"), span(2, 1, response_id="b"))
    assert found == {1: "billed", 2: "billed"}
    assert Bills().take(span(1), span(2, 1, tokens=7)) == {1: "billed", 2: "billed"}


def test_siblings_and_other_traces_with_the_same_counts_are_different() -> None:
    found = Bills().take(span(1, 5), span(2, 5), span(3, 1, trace=2))
    assert found == {1: "billed", 2: "billed", 3: "billed"}


@pytest.mark.parametrize(
    "batches", [((1,), (2, 3)), ((1,), (2,), (3,)), ((1, 2), (3,)), ((1, 2, 3),)]
)
def test_of_two_calls_inside_one_with_the_same_counts_one_is_it(
    batches: tuple[tuple[int, ...], ...],
) -> None:
    """The outer one may be the first inner one, or the second, and never both."""
    spans = {1: span(1), 2: span(2, 1), 3: span(3, 1)}
    bills = Bills()
    found = [bills.take(*(spans[i] for i in batch)) for batch in batches]
    outcomes = [outcome for each in found for outcome in each.values()]
    assert sorted(outcomes) == ["billed", "billed", "duplicate"]
    assert [bills.take(*(spans[i] for i in batch)) for batch in batches] == found


def test_a_span_that_is_sent_again_is_billed_as_before() -> None:
    bills = Bills()
    batch = [span(1), span(2, 1), span(3, response_id="r"), span(4, response_id="r", trace=4)]
    first = bills.take(*batch)
    assert first == {1: "duplicate", 2: "billed", 3: "billed", 4: "duplicate"}
    assert bills.take(*batch) == first
    assert bills.take(*reversed(batch)) == first
    assert bills.take(batch[0]) == {1: "duplicate"}


@pytest.mark.parametrize("response_id", [None, "r"])
def test_the_very_same_span_twice_in_a_batch_is_one(response_id: str | None) -> None:
    bills = Bills()
    assert bills.take(span(1, response_id=response_id), span(1, response_id=response_id)) == {
        1: "billed"
    }
    labels = {"processor": "cost", "outcome": "duplicate"}
    assert bills.telemetry.value("spanloom_processor_cost_calls", labels) == 0


def test_what_has_no_price_takes_nothing_from_what_has() -> None:
    nothing = {"gen_ai.response.model": "unknown-model"}
    found = Bills().take(span(1, response_id="r", more=nothing), span(2, 1, response_id="r"))
    assert found == {1: "unknown_model", 2: "billed"}


def test_a_senders_cost_counts_as_billed() -> None:
    outer = span(1, more={"gen_ai.usage.cost": 0.5})
    bills = Bills()
    assert bills.take(outer) == {1: "sender_mismatch"}
    assert bills.take(span(2, 1)) == {2: "duplicate"}


@pytest.mark.parametrize("response_id", ["", "x" * 100_000])
def test_odd_ids(response_id: str) -> None:
    found = Bills().take(span(1, response_id=response_id), span(2, response_id=response_id))
    assert found == {1: "billed", 2: "duplicate" if response_id else "billed"}


def test_ids_that_are_no_strings_are_none() -> None:
    more = {"gen_ai.response.id": 5}
    found = Bills().take(span(1, more=more), span(2, more=more))
    assert found == {1: "billed", 2: "billed"}


def test_calls_are_remembered_for_their_age() -> None:
    bills = Bills(age="10m")
    bills.take(span(1, response_id="r"))
    bills.clock.advance(599)
    assert bills.take(span(2, response_id="r")) == {2: "duplicate"}
    bills.clock.advance(1201)
    assert bills.take(span(3, response_id="r")) == {3: "billed"}


def test_memory_is_bounded_and_forgetting_early_is_counted() -> None:
    bills = Bills(calls_max=100)
    for i in range(1, 1000):
        bills.take(span(i, response_id=f"r{i}", trace=i))
    assert bills.cost._duplicates is not None
    assert len(bills.cost._duplicates.memory) <= 100
    labels = {"processor": "cost"}
    assert bills.telemetry.value("spanloom_processor_cost_calls_forgotten_early", labels) > 0
    assert bills.take(span(5000, response_id="r999")) == {5000: "duplicate"}


def test_ids_that_are_given_again_do_not_hide_calls() -> None:
    """As Ollama's, `chatcmpl-%d` of rand.Intn(999)."""
    rng, bills = random.Random(7), Bills()
    calls = [
        span(
            i,
            trace=i,
            tokens=i,
            response_id=f"chatcmpl-{rng.randrange(999)}",
            at_s=(5 * i, 5 * i + 3),
        )
        for i in range(1, 3001)
    ]
    found: dict[int, str] = {}
    for start in range(0, len(calls), 50):
        found |= bills.take(*calls[start : start + 50])
    assert set(found.values()) == {"billed"}


def test_of_calls_with_one_id_each_is_found_by_its_time() -> None:
    bills = Bills()
    bills.take(span(1, response_id="r"), span(2, response_id="r", at_s=(10, 11)))
    again = {1: "billed", 2: "billed"}
    assert bills.take(span(1, response_id="r"), span(2, response_id="r", at_s=(10, 11))) == again
    assert bills.take(span(3, response_id="r", trace=3)) == {3: "duplicate"}
    assert bills.take(span(4, response_id="r", at_s=(10.5, 10.5))) == {4: "duplicate"}
    assert bills.take(span(5, response_id="r", at_s=(5, 6))) == {5: "billed"}


@pytest.mark.parametrize(
    ("at_s", "is_one"),
    [
        ((1, 1), True),
        ((1.9, 1.9), True),
        ((2.1, 2.1), False),
        ((-1, -0.9), True),
        ((-3, -2), False),
    ],
)
def test_spans_with_one_id_are_one_call_when_they_overlap_or_nearly(
    at_s: tuple[float, float], *, is_one: bool
) -> None:
    """A span without length, as Logfire writes for usage, lies at the end of the call."""
    found = Bills().take(span(1, response_id="r"), span(2, response_id="r", trace=2, at_s=at_s))
    assert found == {1: "billed", 2: "duplicate" if is_one else "billed"}


def test_the_tolerance_is_configured() -> None:
    spans = span(1, response_id="r"), span(2, response_id="r", trace=2, at_s=(20, 20))
    assert Bills(tolerance="30s").take(*spans)[2] == "duplicate"
    assert Bills(tolerance="0s").take(*spans)[2] == "billed"


def test_a_span_without_times_may_be_any_call_with_its_id() -> None:
    timeless = span(2, response_id="r", trace=2)
    timeless.start_time_unix_nano = timeless.end_time_unix_nano = 0
    assert Bills().take(span(1, response_id="r"), timeless) == {1: "billed", 2: "duplicate"}


@pytest.mark.parametrize(
    ("model", "note"),
    [
        ("gpt-4o-2024-08-06", "duplicate"),
        ("o3", "billed"),
        ("gpt-4.1", "billed"),
    ],
)
def test_one_id_with_models_known_to_differ_is_two_calls(model: str, note: str) -> None:
    other = span(2, trace=2, response_id="r", more={"gen_ai.response.model": model})
    assert Bills().take(span(1, response_id="r"), other) == {1: "billed", 2: note}
    bills = Bills()
    bills.take(span(1, response_id="r"))
    assert bills.take(other) == {2: note}


def test_memory_is_bounded_where_ids_are_given_again() -> None:
    bills = Bills(calls_max=100)
    for i in range(1, 1000):
        bills.take(span(i, response_id=f"r{i % 3}", trace=i, at_s=(5 * i, 5 * i + 1)))
    assert bills.cost._duplicates is not None
    duplicates = bills.cost._duplicates.memory
    assert len(duplicates._by_id) <= 150  # a half may hold one id's 32 too many
    known = [duplicates._by_id._billed(key_of(f"r{i}")) for i in range(3)]
    assert all(0 < len(each) <= 32 for each in known)
    assert bills.take(span(5000, response_id="r0", at_s=(4995, 4996))) == {5000: "duplicate"}


def test_memory_is_bounded_where_calls_are_alike() -> None:
    bills = Bills(calls_max=100)
    for i in range(1, 500):
        bills.take(span(i, 10_000 + i))
    assert bills.cost._duplicates is not None
    duplicates = bills.cost._duplicates.memory
    assert len(duplicates) <= 200


def test_a_wrapper_that_comes_with_the_outer_call_links_it_to_an_earlier_batch() -> None:
    bills = Bills()
    assert bills.take(span(3, 5)) == {3: "billed"}
    found = bills.take(span(5, 1, operation="invoke_agent"), span(1))
    assert found == {5: "", 1: "duplicate"}


@pytest.mark.parametrize("ids", [(None, None), ("r", None), ("r", "r")])
def test_of_calls_in_a_cycle_one_is_billed(ids: tuple[str | None, str | None]) -> None:
    cycle = span(1, 2, response_id=ids[0]), span(2, 1, response_id=ids[1])
    assert sorted(Bills().take(*cycle).values()) == ["billed", "duplicate"]
    bills = Bills()
    assert [bills.take(each).popitem()[1] for each in cycle] == ["billed", "duplicate"]


def test_a_call_inside_itself_is_billed() -> None:
    assert Bills().take(span(1, 1)) == {1: "billed"}


CACHED = {"gen_ai.usage.cache_read.input_tokens": 500, "gen_ai.usage.cache_write.input_tokens": 100}


def test_an_outer_call_that_leaves_cached_tokens_out_is_the_inner_one() -> None:
    outer, inner = span(1, tokens=400), span(2, 1, tokens=1000, more=CACHED)
    for order in ((outer, inner), (inner, outer)):
        assert Bills().take(*order) == {1: "duplicate", 2: "billed"}
        bills = Bills()
        found = [bills.take(each).popitem()[1] for each in order]
        assert found == ["billed", "duplicate"]


def test_calls_with_the_same_uncached_tokens_are_two() -> None:
    found = Bills().take(
        span(1, tokens=900, more={"gen_ai.usage.cache_read.input_tokens": 500}),
        span(2, 1, tokens=1000, more=CACHED),
        span(3, 2, tokens=401),
    )
    assert set(found.values()) == {"billed"}


def running(telemetry: Telemetry, n_pipelines: int = 1, **config: Any) -> list[Bills]:
    """Processors with one id, as the service makes those of its pipelines."""
    made = [Bills(telemetry, **config) for _ in range(n_pipelines)]
    for each in made:
        each.cost.start(FakeHost())
    return made


def test_a_successor_knows_what_was_billed() -> None:
    telemetry = Telemetry()
    (old,) = running(telemetry)
    old.take(span(1, response_id="r"), span(4, 9))
    (new,) = running(telemetry)
    assert old.take(span(5, response_id="s")) == {5: "billed"}  # in flight meanwhile
    old.cost.shutdown(1.0)
    (newest,) = running(telemetry)
    new.cost.shutdown(1.0)
    found = newest.take(span(2, response_id="r"), span(6, response_id="s"), span(7, 4))
    assert set(found.values()) == {"duplicate"}
    assert telemetry.value("spanloom_processor_cost_calls_remembered", {"processor": "cost"}) == 6


def test_pipelines_keep_a_memory_each_over_a_reload() -> None:
    telemetry = Telemetry()
    old = running(telemetry, n_pipelines=2)
    for i, each in enumerate(old):
        assert each.take(span(i + 1, response_id="r")) == {i + 1: "billed"}
    new = running(telemetry, n_pipelines=3)
    for each in old:
        each.cost.shutdown(1.0)
    found = [each.take(span(9, response_id="r"))[9] for each in new]
    assert found == ["duplicate", "duplicate", "billed"]


def test_nothing_is_taken_over_with_other_limits_or_from_one_that_stopped() -> None:
    telemetry = Telemetry()
    (first,) = running(telemetry)
    first.take(span(1, response_id="r"))
    (other,) = running(telemetry, age="1h")
    assert other.take(span(2, response_id="r")) == {2: "billed"}
    first.cost.shutdown(1.0)
    first.cost.shutdown(1.0)
    (late,) = running(telemetry)
    assert late.take(span(3, response_id="r")) == {3: "billed"}


def test_off_means_every_call_is_billed() -> None:
    found = Bills(enabled=False).take(span(1, response_id="r"), span(2, 1, response_id="r"))
    assert found == {1: "billed", 2: "billed"}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 30), st.integers(1, 8))
def test_every_doubled_call_is_billed_exactly_once(seed: int, n_calls: int, n_batches: int) -> None:
    """Outer and inner spans of calls, by id or by nesting, in any order and any batches."""
    rng = random.Random(seed)
    spans: list[Span] = []
    twin: dict[int, int] = {}
    for call in range(n_calls):
        trace, outer, inner = rng.randrange(3) + 1, 2 * call + 1, 2 * call + 2
        response_id = rng.choice([None, f"r{call}"])
        on_outer = rng.choice([None, response_id])
        spans += [
            span(outer, trace=trace, tokens=1000 + call, response_id=on_outer),
            span(inner, outer, trace=trace, tokens=1000 + call, response_id=response_id),
        ]
        twin[outer] = inner
    rng.shuffle(spans)
    bills = Bills()
    found: dict[int, str] = {}
    for chunk in np.array_split(np.arange(len(spans)), n_batches):
        if len(chunk):
            found |= bills.take(*(spans[i] for i in chunk))
    for outer, inner in twin.items():
        assert sorted((found[outer], found[inner])) == ["billed", "duplicate"]


def test_memory_keeps_the_newest() -> None:
    memory: Memory[int] = Memory(10, 60.0)
    for i in range(100):
        memory.add({i: i}, 0.0)
    assert len(memory) <= 10
    assert memory.get(99) == 99
    assert memory.get(0) is None
    assert memory.knows_any(np.array([0, 99], np.uint64))
    assert not memory.knows_any(np.array([0, 1], np.uint64))
