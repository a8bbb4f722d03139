"""The README's examples do what it says of them."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanloom.batch import Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.sampler import FACTORY
from spanloom.telemetry import Telemetry
from spanloom.testing import FakeClock, Recording, attach, build_traces, make_settings

README = (Path(__file__).parents[1] / "README.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
EXAMPLES = {
    name: values for block in BLOCKS for name, values in yaml.safe_load(block)["processors"].items()
}
LOWEST, HIGHEST = 1, (1 << 64) - 1
NUMBERS = itertools.count(1)


def make(name: str) -> tuple[Any, Recording, FakeClock]:
    clock, rest = FakeClock(), Recording("ack")
    config = Config.model_validate_json(json.dumps(EXAMPLES[name]))
    settings = make_settings(name, clock=clock, telemetry=Telemetry())
    return attach(FACTORY.create(config, settings), rest), rest, clock


def spans(n_spans: int, chance: int, *, model: str = "m", **fields: Any) -> Traces:
    """Spans of 1 s without errors; `chance` is the randomness of their trace, in 64 bits."""
    request = build_traces(n_spans, content_bytes=0)
    for span in request.resource_spans[0].scope_spans[0].spans:
        span.trace_id = next(NUMBERS).to_bytes(8, "big") + chance.to_bytes(8, "big")
        span.status.code = fields.get("status", 0)
        span.end_time_unix_nano = span.start_time_unix_nano + fields.get("seconds", 1) * 10**9
        span.trace_state = fields.get("tracestate", "")
        for attribute in span.attributes:
            if attribute.key == "gen_ai.request.model":
                attribute.value.string_value = model
    return Traces.from_message(request)


def states(rest: Recording) -> Counter[str]:
    """How many spans left with which tracestate."""
    return Counter(
        span.trace_state
        for message in rest.messages
        for resource in message.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    )


def errors_stay(name: str) -> None:
    sampler, rest, _ = make(name)
    sampler.consume(spans(20, LOWEST, status=2))
    sampler.consume(spans(20, LOWEST))
    sampler.shutdown(1.0)
    assert states(rest)["ot=th:0"] >= 20
    assert rest.n_items < 40


def weights_are_those_of_the_table(name: str) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "an error": {"status": 2},
        "slow": {"seconds": 11},
        "an error and slow": {"status": 2, "seconds": 11},
        "neither": {},
        "an error that came as `ot=th:8`": {"status": 2, "tracestate": "ot=th:8"},
    }
    for kind, fields in kinds.items():
        sampler, rest, _ = make(name)
        sampler.consume(spans(1, HIGHEST, **fields))
        (state,) = states(rest)
        weight = round(1 / (1 - int(state.partition("th:")[2].ljust(14, "0"), 16) / 2**56))
        (percent,) = re.findall(rf"^\| {re.escape(kind)} \| (\d+) % \| ", README, re.MULTILINE)
        assert f"| {kind} | {percent} % | `{state}` | {weight} |" in README
        probability = int(percent) / 100
        for chance, stays in ((1 - probability + 0.001, True), (1 - probability - 0.001, False)):
            if "tracestate" not in fields and 0 <= chance < 1:
                sampler, rest, _ = make(name)
                sampler.consume(spans(1, int(chance * 2**56), **fields))
                assert rest.n_items == stays


def the_first_of_a_model_stay(name: str) -> None:
    sampler, rest, _ = make(name)
    for model, n_spans in (("large", 1000), ("rare", 3), ("once", 1)):
        before = rest.n_items
        sampler.consume(spans(n_spans, LOWEST, model=model))
        n_kept, left = rest.n_items - before, n_spans - (rest.n_items - before)
        noun = "span" if n_spans == 1 else "spans"
        assert f"| {n_spans} {noun} of `{model}` | {n_kept} | {left}" in README
    assert set(states(rest)) == {"ot=th:0"}
    sampler.consume(spans(1, HIGHEST, model="large"))
    (state,) = set(states(rest)) - {"ot=th:0"}
    assert round(1 / (1 - int(state.partition("th:")[2].ljust(14, "0"), 16) / 2**56)) == 100


def the_percentage_follows_the_load(name: str) -> None:
    sampler, _, clock = make(name)
    (errors,), (others,) = spans(20, LOWEST, status=2).encode(), spans(980, LOWEST).encode()
    for second in range(21):
        percent = sampler.settings.telemetry.value(
            "spanloom_processor_sampler_percentage", {"processor": name}
        )
        if second % 5 == 0:
            kept = 20 + 980 * percent / 100
            assert f"| {second} | {percent:.3g} | {kept:.0f} |" in README
        sampler.consume(Traces.from_bytes(errors))
        clock.advance(1.0)
        sampler.consume(Traces.from_bytes(others))


SAYS: dict[str, Callable[[str], None]] = {
    "sampler": errors_stay,
    "sampler/weights": weights_are_those_of_the_table,
    "sampler/rare_models": the_first_of_a_model_stay,
    "sampler/budget": the_percentage_follows_the_load,
    "sampler/whole_traces": errors_stay,
}


def test_there_is_a_check_for_every_example() -> None:
    assert SAYS.keys() == EXAMPLES.keys()
    assert len(BLOCKS) == len(EXAMPLES)


@pytest.mark.parametrize("name", SAYS)
def test_an_example_does_what_the_readme_says(name: str) -> None:
    SAYS[name](name)
