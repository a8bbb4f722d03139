"""The fast arithmetic over columns gives what the exact rule gives for each call."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanloom.batch import Traces
from spanloom.cli import cli
from spanloom.processors.cost import exact
from spanloom.processors.cost.config import Config
from spanloom.processors.cost.loading import load_book
from spanloom.processors.cost.names import Outcome
from spanloom.processors.cost.pricer import Pricer
from spanloom.processors.cost.prices import to_double, to_micro
from spanloom.testing import FakeClock, build_traces
from spanloom.testing.builders import key_values

NAMES = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_tokens": "gen_ai.usage.cache_write.input_tokens",
    "output_reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
    "input_audio_tokens": "gen_ai.usage.audio.input_tokens",
    "cache_audio_read_tokens": "gen_ai.usage.audio.cache_read.input_tokens",
    "output_audio_tokens": "gen_ai.usage.audio.output_tokens",
    "audio_seconds": "my.seconds",
    "web_searches": "my.searches",
}
MODELS = [
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-audio-preview"),
    ("openai", "gpt-5.6-sol"),
    ("anthropic", "claude-sonnet-4-5"),
    ("gcp.gemini", "gemini-2.5-pro"),
    ("gcp.gemini", "gemini-2.5-flash"),
    ("deepseek", "deepseek-chat"),
    ("perplexity", "sonar"),
    ("groq", "whisper-large-v3"),
    ("openrouter", "google/gemini-2.5-pro"),
    ("own", "expensive"),
    ("own", "odd"),
    ("own", "steps"),
    ("nobody", "nothing"),
]
OWN = """
prices:
  - {model: expensive, provider: own, per_million: {input: "999999999", output: "1"}}
  - {model: odd, provider: own, per_million: {input: "0.0000001", output: "1"}}
  - model: steps
    provider: own
    per_million: {input: "1", output: "2", cache_read: "0.5"}
    per_unit: {requests: "0.01"}
    long_context:
      - {above: 100, per_million: {input: "3"}}
      - {above: 10000, per_million: {input: "5", output: "7", cache_read: "6"}}
"""
START = 1_790_000_000 * 10**9

counts = st.one_of(
    st.integers(0, 300),
    st.sampled_from([0, 99, 100, 101, 9_999, 10_001, 200_000, 200_001, 272_000, 272_001]),
    st.integers(0, 100_000_000),
)
calls = st.lists(
    st.tuples(
        st.sampled_from(MODELS),
        st.dictionaries(st.sampled_from(sorted(NAMES)), counts, max_size=6),
        st.integers(0, 120 * 86_400),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def pricer(tmp_path_factory: pytest.TempPathFactory) -> Pricer:
    folder = tmp_path_factory.mktemp("prices")
    (folder / "own.yaml").write_text(OWN)
    more = {"audio_seconds": "my.seconds", "web_searches": "my.searches"}
    config = Config(price_files=["own.yaml"], usage_attributes=more)
    return Pricer(config, load_book(config, str(folder)), FakeClock())


def batch_of(rows: list[tuple[tuple[str, str], dict[str, int], int]]) -> Traces:
    request = build_traces(0)
    for i, ((provider, model), usage, second) in enumerate(rows, 1):
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.response.model": model,
            **{NAMES[unit]: count for unit, count in usage.items()},
        }
        start = START + second * 10**9
        request.resource_spans[0].scope_spans[0].spans.append(
            Span(
                trace_id=i.to_bytes(16, "big"),
                span_id=i.to_bytes(8, "big"),
                start_time_unix_nano=start,
                end_time_unix_nano=start + 10**9,
                attributes=key_values(attributes),
            )
        )
    return Traces.from_bytes(request.SerializeToString())


WHOLES = ("input_tokens", "output_tokens")


def expected(
    pricer: Pricer, names: tuple[str, str], usage: dict[str, int], second: int
) -> tuple[set[Outcome], Any]:
    """(the outcomes that are right, the amount), by the rule for one call."""
    timeline = pricer.book.resolve(*names, {})
    if timeline is None:
        return {Outcome.UNKNOWN_MODEL, Outcome.CONTRADICTION}, None
    entry = timeline.entry(START + second * 10**9)
    assert entry is not None
    told = {u: n for u, n in usage.items() if n or u not in WHOLES or usage.get(WHOLES[0]) != 0}
    lacks = [
        unit
        for unit in WHOLES
        if unit in entry.prices and entry.prices[unit].base and unit not in told
    ]
    try:
        amount = exact.amount(entry, told, pricer.book.units)
    except (exact.MissingUsageError, exact.ContradictionError):
        return {Outcome.MISSING_USAGE, Outcome.CONTRADICTION}, None
    cached = usage.get("cache_read_tokens", 0) + usage.get("cache_write_tokens", 0)
    too_many = cached > usage.get("input_tokens", cached)
    reasoning = usage.get("output_reasoning_tokens", 0)
    if too_many or reasoning > usage.get("output_tokens", reasoning):
        return {Outcome.CONTRADICTION}, None
    if lacks or not exact.is_told(entry, told):
        return {Outcome.MISSING_USAGE}, None
    return {Outcome.PRICED}, amount


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=calls)
def test_columns_give_what_the_rule_for_one_call_gives(
    pricer: Pricer, rows: list[tuple[tuple[str, str], dict[str, int], int]]
) -> None:
    batch = batch_of(rows)
    found = pricer.price(batch, set(batch.keys()))
    assert found is not None
    amounts = found.priced.amounts()
    for row, (names, usage, second) in enumerate(rows):
        outcomes, amount = expected(pricer, names, usage, second)
        assert Outcome(found.priced.outcome[row]) in outcomes, (names, usage)
        if amount is not None:
            assert found.priced.amount_of(row) == amount, (names, usage)
            assert amounts[row] == to_double(amount)
    batch.ack()


@given(st.integers(0, 10**30), st.integers(1, 10**6))
def test_an_amount_is_rounded_once_to_the_nearest_double(numerator: int, denominator: int) -> None:
    exactly = Fraction(numerator, denominator)
    double = to_double(exactly)
    assert double == float(exactly / 10**12)
    assert to_double(numerator) == float(Fraction(numerator, 10**12))


@pytest.mark.parametrize(
    ("pico", "micro"), [(499_999, 0), (500_000, 1), (1_499_999, 1), (Fraction(1, 3), 0)]
)
def test_millionths_are_rounded_half_up(pico: int | Fraction, micro: int) -> None:
    assert to_micro(pico) == micro


def test_seconds_of_accelerators_are_phases_or_the_whole_span(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        'prices: [{model: m, per_gpu_second: "0.001", gpus: 4, concurrency: "16"}]'
    )
    config = Config(price_files=["own.yaml"])
    pricer = Pricer(config, load_book(config, str(tmp_path)), FakeClock())
    phases = {
        "gen_ai.latency.time_in_model_prefill": 0.25,
        "gen_ai.latency.time_in_model_decode": 1.5,
    }
    for attributes, seconds in ((phases, Fraction(7, 4)), ({}, Fraction(1))):
        usual = {"gen_ai.response.model": "m", "gen_ai.provider.name": "vllm"}
        request = build_traces(1, attributes={**usual, **attributes})
        batch = Traces.from_bytes(request.SerializeToString())
        found = pricer.price(batch, set(batch.keys()))
        assert found is not None
        assert found.priced.amount_of(0) == seconds * 10**9 * 4 / 16
        batch.ack()


def test_the_readmes_command_prints_what_the_readme_says() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    block = re.search(r"^```console\n\$ spanloom (.*)\n((?:.*\n)*?)^```", readme, re.MULTILINE)
    assert block is not None
    result = CliRunner().invoke(cli, block[1].split())
    assert result.stdout == block[2]


def test_the_readme_names_every_outcome_that_is_noted() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    noted = set(re.findall(r"^\| `(\w+)` \| ", readme, re.MULTILINE))
    words = {each.word for each in Outcome} - {"no_call", "priced", "failed_call", "exact"}
    assert words < noted
