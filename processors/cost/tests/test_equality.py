"""Our amounts equal those that genai-prices computes with decimals, to the last digit.

The corpus: every model of every provider, each of its units and steps (at, below, above), each
date and time at which a price changes (before, at, after), each context. SPANLOOM_COST_SCALE is
the share of it that runs: 1 is all of it (minutes).
"""

import itertools
import os
import random
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelPrice, TieredPrices, Usage

from spanloom.processors.cost import exact
from spanloom.processors.cost.book import PriceBook, ShippedPrice, Timeline
from spanloom.processors.cost.flat import Flat, flat
from spanloom.processors.cost.loading import shipped
from spanloom.processors.cost.prices import PICO, to_double
from spanloom.processors.cost.usage import COMMON

SCALE = float(os.environ.get("SPANLOOM_COST_SCALE", "0.02"))
TOKENS_MAX = 100_000_000
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
# Decimals of the library have 28 digits; prices per hour are fractions without an end.
DECIMAL_ERROR = Fraction(1, 10**26)

LIBRARY = get_snapshot()
SHIPPED = shipped()
UNITS = SHIPPED.units
PAIRS = [
    (provider, model, ours)
    for provider in LIBRARY.providers
    for model, ours in zip(provider.models, SHIPPED.providers[provider.id].models, strict=True)
]


def moments(model: Any) -> list[datetime]:
    """Before, at and after every change of price, and noon."""
    constraints = (
        [] if isinstance(model.prices, ModelPrice) else [c.constraint for c in model.prices]
    )
    constraints += [variant.constraint for variant in model.price_variants or ()]
    found = {NOON}
    for constraint in constraints:
        if hasattr(constraint, "start_date"):
            day = datetime.combine(constraint.start_date, datetime.min.time(), UTC)
            found |= {day - timedelta(seconds=1), day, day + timedelta(days=1)}
        elif constraint is not None:
            for clock in (constraint.start_time, constraint.end_time):
                at = datetime.combine(NOON.date(), clock.replace(tzinfo=None), UTC)
                found |= {at - timedelta(seconds=1), at, at + timedelta(seconds=1)}
    return sorted(found)


def contexts(model: Any) -> list[dict[str, str]]:
    return [{}, *(variant.when for variant in model.price_variants or ()), {"service_tier": "?"}]


def usages(prices: Any, rng: random.Random) -> Iterator[dict[str, int]]:
    """Counts around every step, and counts of single units; parts never exceed the whole."""
    starts = {
        tier.start
        for price in prices.__dict__.values()
        if isinstance(price, TieredPrices)
        for tier in price.tiers
    }
    keys = [unit for unit in priced_units(prices) if unit != "requests"]
    totals = [0, 1, rng.randrange(100_000), rng.randrange(10_000_000)]
    totals += [start + delta for start in starts for delta in (-1, 0, 1)]
    for total in totals:
        yield consistent(keys, total, rng)
    for key in keys:
        others = {name for name in UNITS.dimensions if name in keys and UNITS.contains(name, key)}
        yield consistent([key, *sorted(others)], 1000, rng)


def priced_units(prices: Any) -> list[str]:
    from genai_prices.units import _get_registry

    registry = _get_registry()
    return [
        registry.unit_for_price_key(key).usage_key
        for key, value in prices.__dict__.items()
        if value is not None
    ]


def consistent(keys: list[str], total: int, rng: random.Random) -> dict[str, int]:
    """Counts in which input (or, without it, each unit on its own) adds up to `total`."""
    own = {key: rng.randrange(total // 8 + 1) for key in keys}
    counts = {
        key: own[key] + sum(own[other] for other in keys if UNITS.contains(key, other))
        for key in keys
    }
    if "input_tokens" in counts:
        counts["input_tokens"] = max(total, counts["input_tokens"])
    return counts


def linear(entry: Flat, usage: dict[str, int]) -> int:
    """The formula of the fast arithmetic."""
    for start, step in reversed(entry.steps):
        if usage.get("input_tokens", 0) > start:
            entry = step
            break
    return entry.constant + sum(
        factor * usage.get(unit, 0) for unit, factor in zip(COMMON, entry.factors, strict=True)
    )


def compare(provider: Any, model: Any, ours: Any, rng: random.Random) -> int:
    """Asserts equality at one random point per (moment, context, usage) of a model."""
    n_compared = 0
    for context in contexts(model):
        timeline = Timeline([], ShippedPrice(ours, context, "list"))
        for at in moments(model):
            entry = timeline.entry(int(at.timestamp()) * 10**9)
            assert entry is not None
            for usage in usages(model.get_prices(at, context), rng):
                if rng.random() >= SCALE:
                    continue
                result = model.calc_price(
                    Usage(**usage), provider, genai_request_timestamp=at, price_context=context
                )
                assert_equal(entry, usage, result.total_price)
                n_compared += 1
    return n_compared


def assert_equal(entry: Any, usage: dict[str, int], theirs: Decimal) -> None:
    amount = exact.amount(entry, usage, UNITS)
    expected = Fraction(theirs) * PICO
    if isinstance(amount, int):
        assert amount == expected, (entry.name, usage)
    else:
        assert abs(amount - expected) <= expected * DECIMAL_ERROR, (entry.name, usage)
    assert to_double(amount) == float(theirs), (entry.name, usage)
    fast = flat(entry, usage.keys() - COMMON.keys(), UNITS, TOKENS_MAX)
    if not fast.is_exact:
        assert linear(fast, usage) == expected, (entry.name, usage)


@pytest.mark.timeout(3600)
def test_amounts_equal_the_librarys_decimals() -> None:
    rng = random.Random(7)
    n_compared = sum(compare(provider, model, ours, rng) for provider, model, ours in PAIRS)
    assert n_compared > 50_000 * SCALE


def test_every_model_is_compared() -> None:
    assert len(PAIRS) == sum(len(p.models) for p in LIBRARY.providers)
    assert all(model.id == ours.id for _, model, ours in PAIRS)
    assert list(SHIPPED.providers) == [provider.id for provider in LIBRARY.providers]


def names_of(provider: Any, model: Any) -> Iterator[tuple[str, str]]:
    """(provider, model) as senders may write them."""
    yield provider.id, model.id
    yield provider.id, model.id.upper()
    yield provider.id, f"{model.id}-20251211"
    yield provider.id, f"x{model.id}"


@pytest.mark.parametrize("provider", LIBRARY.providers, ids=lambda p: p.id)
def test_names_find_the_models_that_the_library_finds(provider: Any) -> None:
    ours = SHIPPED.providers[provider.id]
    step = max(1, round(0.2 / SCALE))
    for model in provider.models[::step]:
        for _, name in names_of(provider, model):
            expected = provider.find_model(name, all_providers=LIBRARY.providers)
            found = SHIPPED.find(ours, name.lower())
            assert (found and found.id) == (expected and expected.id), name


@pytest.mark.parametrize(
    "name",
    ["gpt-4o", "claude-opus-4-5", "gemini-2.5-pro", "grok-4", "command-r", "o3", "kimi-k2", "?"],
)
def test_a_model_without_a_provider_is_found_as_the_library_does(name: str) -> None:
    expected = None
    for provider in LIBRARY.providers:
        if provider.model_match is not None and provider.model_match.is_match(name):
            expected = provider.id
            break
    found = SHIPPED.provider_of_model(name)
    assert (found and found.id) == expected


@pytest.mark.parametrize("name", [p.id for p in LIBRARY.providers] + ["google-vertex", "Anthropic"])
def test_a_provider_is_found_as_the_library_does(name: str) -> None:
    from genai_prices.data_snapshot import find_provider_by_id

    expected = find_provider_by_id(LIBRARY.providers, name)
    found = SHIPPED.provider(name.lower())
    assert (found and found.id) == (expected and expected.id)


@pytest.mark.parametrize(
    ("provider", "model", "entry"),
    [
        ("openai", "gpt-4o", "openai/gpt-4o"),
        ("x_ai", "grok-4", "x-ai/grok-4-0709"),
        ("azure.ai.openai", "gpt-4o", "openai/gpt-4o"),
        ("azure.ai.inference", "gpt-5", "openai/gpt-5"),
        ("gcp.vertex_ai", "gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("gcp.gemini", "models/gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("mistral_ai", "mistral-large-latest", "mistral/mistral-large"),
        ("moonshot_ai", "kimi-k2-0905-preview", "moonshotai/kimi-k2-0905-preview"),
        ("groq", "gpt-oss-120b", "groq/openai/gpt-oss-120b"),
        ("litellm", "openai/gpt-4o", "openai/gpt-4o"),
        (None, "gpt-4o", "openai/gpt-4o"),
        ("our-gateway", "gpt-4o", "openai/gpt-4o"),
        ("ibm.watsonx.ai", "gpt-4o", None),
        ("vllm", "gpt-4o", None),
        ("llama_cpp", "gpt-4o", None),
        ("openai_compatible", "gpt-4o", None),
        ("litellm", "gpt-4o", None),
        ("nobody", "gpt-4o", None),
    ],
)
def test_names_of_the_conventions_lead_to_the_right_list(
    provider: str | None, model: str, entry: str | None
) -> None:
    book = PriceBook(SHIPPED, [], aliases={"Our-Gateway": "openai"})
    timeline = book.resolve(provider, model, {})
    found = timeline.entry(int(NOON.timestamp()) * 10**9) if timeline else None
    assert (found and found.name) == entry


def test_the_shipped_file_is_what_the_script_makes() -> None:
    from spanloom.processors.cost.snapshot.make import TARGET, made

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert made(SHIPPED.date) == TARGET.read_text()


def test_no_two_units_mean_the_same() -> None:
    dimensions = list(UNITS.dimensions.values())
    for one, other in itertools.combinations(dimensions, 2):
        assert one != other
