"""Files of prices: what they mean, and what is said of their mistakes."""

import contextlib
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.config import ConfigErrors
from spanloom.processors.cost import exact
from spanloom.processors.cost.book import PriceBook
from spanloom.processors.cost.config import Config
from spanloom.processors.cost.loading import load_book, shipped
from spanloom.processors.cost.price_file import decimal_of, moment_ns
from spanloom.processors.cost.prices import PICO, Entry

NOW = moment_ns("2026-11-21")
README = Path(__file__).parents[1] / "README.md"
SDK = """\
- model: gpt-4o
  provider: openai
  input_price_per_1m: 5.00
  output_price_per_1m: 15.00
  version: "2025-01-15"

- model: gpt-3.5-turbo
  provider: openai
  input_price_per_1m: 0.50
  output_price_per_1m: 1.50
  version: "2024-05-13"
"""


def book_of(folder: Path, *texts: str, **config: Any) -> PriceBook:
    names = []
    for i, text in enumerate(texts):
        names.append(f"{i}.yaml")
        (folder / names[-1]).write_text(text)
    return load_book(Config(price_files=names, **config), str(folder))


def entry(book: PriceBook, provider: str | None, model: str, at: int = NOW, **when: str) -> Entry:
    timeline = book.resolve(provider, model, when)
    found = timeline.entry(at) if timeline else None
    assert found is not None
    return found


def per_million(found: Entry, unit: str = "input_tokens") -> Fraction:
    return Fraction(found.prices[unit].base) / PICO * 10**6


def test_the_readmes_file_means_what_the_readme_says(tmp_path: Path) -> None:
    block = re.search(
        r"^```yaml prices.yaml\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL
    )
    assert block is not None
    book = book_of(tmp_path, block[1])
    own = entry(book, "openai", "gpt-4o")
    assert per_million(own) == 2
    assert own.contract == "Enterprise 4711"
    assert own.list_id.startswith("acme-2026#")
    assert own.prices["web_searches"].base == PICO // 100
    assert own.prices["input_tokens"].at(128_000) == 2 * 10**6
    assert own.prices["input_tokens"].at(128_001) == 4 * 10**6
    assert per_million(entry(book, "openai", "GPT-4o-2024-08-06")) == 2
    assert per_million(entry(book, "openai", "gpt-4o", service_tier="flex")) == 1
    assert per_million(entry(book, "openai", "gpt-4o", moment_ns("2027-01-01"))) == Fraction("2.5")
    assert per_million(entry(book, "azure", "gpt-4o")) == Fraction("2.5")
    claude = entry(book, "anthropic", "claude-sonnet-4-5")
    assert per_million(claude) == 3 * Fraction(7, 8)
    assert claude.name == "anthropic/claude-* of anthropic/claude-sonnet-4-5"
    assert entry(book, None, "my-llama").gpu_second == 83 * 10**7 * 4 // 16


def test_later_files_come_first_and_exact_names_before_globs(tmp_path: Path) -> None:
    glob = 'prices: [{model: "m*", per_million: {input: "1"}}]'
    exact_name = (
        'prices: [{model: "m*", per_million: {input: "2"}}, {model: m1, per_million: {input: "3"}}]'
    )
    book = book_of(tmp_path, exact_name, glob)
    assert per_million(entry(book, "x", "m1")) == 1
    book = book_of(tmp_path, glob, exact_name)
    assert per_million(entry(book, "x", "m1")) == 3
    assert per_million(entry(book, "x", "m2")) == 2


def test_the_period_is_half_open(tmp_path: Path) -> None:
    text = """
prices:
  - {model: m, per_million: {input: "1"}}
  - {model: m, valid_from: 2026-01-01, valid_until: 2026-02-01, per_million: {input: "2"}}
  - {model: m, valid_from: "2026-02-01T12:00:00+02:00", per_million: {input: "3"}}
"""
    book = book_of(tmp_path, text)
    moments = ["2025-12-31T23:59:59Z", "2026-01-01", "2026-01-31T23:59:59Z", "2026-02-01",
               "2026-02-01T09:59:59Z", "2026-02-01T10:00:00Z"]  # fmt: skip
    found = [per_million(entry(book, None, "m", moment_ns(text))) for text in moments]
    assert found == [1, 2, 2, 1, 1, 3]


def test_discounts_are_exact_and_stack_on_what_would_hold(tmp_path: Path) -> None:
    text = """
prices:
  - {model: gpt-4o, provider: openai, discount_percent: "33.3"}
"""
    book = book_of(tmp_path, text)
    found = entry(book, "openai", "gpt-4o")
    assert per_million(found) == Fraction("2.5") * Fraction("0.667")
    assert entry(book, "openai", "gpt-4o-mini").list_id == shipped().list_id


def test_another_currency_is_told(tmp_path: Path) -> None:
    book = book_of(tmp_path, 'currency: EUR\nprices: [{model: m, per_million: {input: "1"}}]')
    assert entry(book, None, "m").currency == "EUR"


def test_instrumentation_sdks_file_is_read_unchanged(tmp_path: Path) -> None:
    book = book_of(tmp_path, SDK)
    found = entry(book, "openai", "gpt-4o")
    assert [per_million(found), per_million(found, "output_tokens")] == [5, 15]
    assert found.version == "2025-01-15"
    assert per_million(entry(book, "openai", "gpt-3.5-turbo")) == Fraction(1, 2)
    assert entry(book, "azure", "gpt-4o").list_id == shipped().list_id
    usage = {"input_tokens": 1234, "output_tokens": 567}
    assert exact.amount(found, usage, book.units) == (1234 * 5 + 567 * 15) * 10**6


def test_without_the_shipped_list_only_the_files_count(tmp_path: Path) -> None:
    book = book_of(tmp_path, SDK, shipped_prices=False)
    assert book.resolve("openai", "gpt-4o-mini", {}) is None
    assert len(book.list_ids) == 1


def one(fields: str) -> str:
    """A file of one entry with a price of 1."""
    return f"prices: [{{model: m, {fields}}}]"


INPUT = 'per_million: {input: "1"}'
STEP = "{above: 5, per_million: {%s}}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (one("per_million: {input: 2.5}"), "0.yaml:1:.*quotes"),
        (one('per_million: {input: "2,5"}'), "must be a decimal number"),
        (one('per_million: {input: "-1"}'), "not negative"),
        (one('per_million: {input: "NaN"}'), "not negative"),
        (one('per_million: {input: "1e999"}'), "at most 40 digits"),
        (
            'prices:\n  - model: m\n    per_million: {inputs: "1"}',
            "0.yaml:3:19 .*did you mean 'input'",
        ),
        (one('per_million: {cache_read: "1"}'), "cache_read_tokens needs one of input_tokens"),
        (one('per_million: {input: "1", input_tokens: "1"}'), "two prices"),
        ("prices: [{model: m}]", "needs per_million, per_unit"),
        ("prices: []", "prices: "),
        (one("per_milion: {}"), "did you mean 'per_million'"),
        (one(f"valid_from: 2026-13-01, {INPUT}"), "valid_from"),
        (
            one(f"valid_from: 2026-02-01, valid_until: 2026-02-01, {INPUT}"),
            "valid_until must be after",
        ),
        (one(f'valid_from: "2026-02-01T00:00:00", {INPUT}'), "time with its zone"),
        (one('discount_percent: "101"'), "at most 100"),
        (one('per_gpu_second: "1", concurrency: "0"'), "above 0"),
        (
            one(f"{INPUT}, long_context: [{STEP}]" % 'output: "1"'),
            "output_tokens needs a price in per_million",
        ),
        (
            one(f"{INPUT}, long_context: [{STEP}, {STEP}]" % ('input: "1"', 'input: "1"')),
            "must ascend",
        ),
        (f"currency: euro\n{one(INPUT)}", "0.yaml:1:11 currency"),
        ("- model: m\n  input_price_per_1m: lots", "0.yaml:1:3 prices.0."),
        ("- model: m\n  input_price_per_1m: -1", "not negative"),
        ("- {model: m, input_price: 1}", "did you mean 'input_price_per_1m'"),
        ("just text", "is no list of prices"),
        ("", "is empty"),
        ("prices: [", "is not valid YAML"),
    ],
)
def test_a_mistake_refuses_the_file_at_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigErrors, match=message) as caught:
        book_of(tmp_path, text)
    assert all(error.place is not None for error in caught.value.errors)


def test_a_missing_file_refuses_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match=r"gone.yaml:1:1: cannot be read"):
        load_book(Config(price_files=["gone.yaml"]), str(tmp_path))


@given(st.decimals(min_value=0, max_value=10**9, places=9))
def test_a_price_is_the_number_that_is_written(number: Decimal) -> None:
    assert decimal_of(str(number)) == number


@given(st.text(max_size=30))
def test_any_other_text_is_refused_cleanly(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert decimal_of(text) >= 0
