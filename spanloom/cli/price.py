"""`spanloom price`: what a call costs, unit by unit."""

from __future__ import annotations

import json
import sys
import time
from fractions import Fraction
from typing import Any

import click

from spanloom.cli.price_output import amount_text, decimal_text, table
from spanloom.cli.report import print_problems
from spanloom.config import ConfigErrors
from spanloom.config.errors import nearest_name
from spanloom.processors.cost import exact
from spanloom.processors.cost.book import PriceBook
from spanloom.processors.cost.config import Config
from spanloom.processors.cost.exact import Charge
from spanloom.processors.cost.loading import load_book
from spanloom.processors.cost.price_file import moment_ns
from spanloom.processors.cost.prices import SECOND_NS, Entry, to_double
from spanloom.processors.cost.units import SHORT_NAMES

_MILLION = 10**6
_COUNT = click.IntRange(0, 10**15)


@click.command("price")
@click.option("--provider", metavar="NAME", help="Whose model; else the model's name tells.")
@click.option("--input", "n_input", type=_COUNT, help="Input tokens, cached ones included.")
@click.option("--output", "n_output", type=_COUNT, help="Output tokens, reasoning included.")
@click.option("--cache-read", type=_COUNT, help="Input tokens read from a cache.")
@click.option("--cache-write", type=_COUNT, help="Input tokens written to a cache.")
@click.option("--reasoning", type=_COUNT, help="Output tokens of reasoning.")
@click.option(
    "--unit", "units", multiple=True, metavar="NAME=N", help="Another count. May be repeated."
)
@click.option("--seconds", metavar="S", help="How long it ran, for prices per GPU-second.")
@click.option(
    "--when", "context", multiple=True, metavar="KEY=VALUE", help="As in service_tier=flex."
)
@click.option("--at", metavar="DATE", help="A UTC date, or a time with its zone; now by default.")
@click.option(
    "--prices",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="A file of prices, over the shipped list. May be repeated.",
)
@click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.argument("model")
def command(model: str, **options: Any) -> None:
    """What a call of MODEL costs, unit by unit, exactly.

    Exit status: 0 done; 1 there is no price, or the files or counts have mistakes; 2 the
    command line is wrong.
    """
    try:
        book = load_book(Config(price_files=list(options["files"])))
    except ConfigErrors as problems:
        print_problems(problems.errors, problems.warnings)
        sys.exit(1)
    at_ns = _at_ns(options["at"])
    usage = _usage(book, options)
    timeline = book.resolve(options["provider"], model, dict(_pairs(options["context"], "--when")))
    entry = timeline.entry(at_ns) if timeline else None
    if entry is None:
        click.echo(_no_price(book, model, options["provider"]), err=True)
        sys.exit(1)
    lines = _charges(entry, usage, book, options["seconds"])
    show = _as_json if options["output"] == "json" else _as_text
    click.echo(show(entry, lines, at_ns))


def _usage(book: PriceBook, options: dict[str, Any]) -> dict[str, exact.Count]:
    given: dict[str, exact.Count | None] = {
        "input_tokens": options["n_input"],
        "output_tokens": options["n_output"],
        "cache_read_tokens": options["cache_read"],
        "cache_write_tokens": options["cache_write"],
        "output_reasoning_tokens": options["reasoning"],
    }
    for name, text in _pairs(options["units"], "--unit"):
        unit = SHORT_NAMES.get(name, name)
        if unit not in book.units:
            nearest = nearest_name(name, book.units.dimensions)
            hint = f"; did you mean {nearest!r}?" if nearest else ""
            raise click.UsageError(f"--unit: {name!r} is no unit{hint}")
        given[unit] = _number(text, "--unit")
    return {unit: count for unit, count in given.items() if count is not None}


def _charges(
    entry: Entry, usage: dict[str, exact.Count], book: PriceBook, seconds: str | None
) -> list[Charge]:
    if entry.gpu_second is None and not exact.is_told(entry, usage):
        units = ", ".join(entry.prices)
        raise click.UsageError(f"nothing is counted that has a price; it has prices for {units}")
    try:
        lines = exact.charges(entry, usage, book.units)
    except exact.MissingUsageError as error:
        raise click.UsageError(f"the counts need {error} too") from None
    except exact.ContradictionError as error:
        raise click.UsageError(f"the parts of {error} are more than the whole") from None
    if entry.gpu_second is not None:
        if seconds is None:
            raise click.UsageError("--seconds is needed: the price is per GPU-second")
        lines.append(Charge("seconds", _number(seconds, "--seconds"), entry.gpu_second))
    return [line for line in lines if line.count]


def _as_text(entry: Entry, lines: list[Charge], at_ns: int) -> str:
    rows = [("unit", "count", "per million", "amount")]
    rows += [
        (
            line.unit,
            decimal_text(line.count),
            amount_text(line.rate * _MILLION),
            amount_text(line.amount),
        )
        for line in lines
    ]
    total = sum((Fraction(line.amount) for line in lines), Fraction())
    rows.append(("total", "", "", f"{amount_text(total)} {entry.currency}"))
    contract = f" ({entry.contract})" if entry.contract else ""
    return f"{entry.name} of {entry.list_id}{contract}, at {_iso(at_ns)}\n{table(rows)}"


def _as_json(entry: Entry, lines: list[Charge], at_ns: int) -> str:
    """Exact numbers are strings; `amount` is what a span would get."""
    total = sum((Fraction(line.amount) for line in lines), Fraction())
    shown = {
        "entry": entry.name,
        "list": entry.list_id,
        "contract": entry.contract,
        "at": _iso(at_ns),
        "currency": entry.currency,
        "units": [
            {
                "unit": line.unit,
                "count": decimal_text(line.count),
                "per_million": amount_text(line.rate * _MILLION),
                "amount": amount_text(line.amount),
            }
            for line in lines
        ],
        "total": amount_text(total),
        "amount": to_double(total),
    }
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _no_price(book: PriceBook, model: str, provider: str | None) -> str:
    of = f" of {provider}" if provider else ""
    hint = "" if provider else "; --provider says whose model it is"
    return f"no price of {model}{of} in {', '.join(book.list_ids)}{hint}"


def _pairs(given: tuple[str, ...], option: str) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in given]
    if not all(equals and key for key, equals, _ in pairs):
        raise click.UsageError(f"{option} must have the form NAME=VALUE")
    return [(key, value) for key, _, value in pairs]


def _number(text: str, option: str) -> exact.Count:
    try:
        number = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise click.UsageError(f"{option} wants a number, got {text!r}") from None
    if number < 0:
        raise click.UsageError(f"{option} must not be negative")
    return number.numerator if number.denominator == 1 else number


def _at_ns(text: str | None) -> int:
    if text is None:
        return time.time_ns()
    try:
        return moment_ns(text)
    except ValueError as error:
        raise click.UsageError(f"--at {error}") from None


def _iso(at_ns: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_ns // SECOND_NS))
