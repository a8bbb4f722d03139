"""`spanloom reprice`: what recorded calls would have cost with other prices."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, BinaryIO

import click
import numpy as np

from spanloom import semconv
from spanloom.batch import DecodeError, Traces
from spanloom.cli.report import print_problems
from spanloom.cli.reprice_output import Key, Sum, as_json, as_text
from spanloom.clock import SystemClock
from spanloom.config import ConfigErrors
from spanloom.processors.cost.config import Config, Deduplication
from spanloom.processors.cost.duplicates import Duplicates
from spanloom.processors.cost.loading import load_book
from spanloom.processors.cost.names import Outcome
from spanloom.processors.cost.pricer import PricedBatch, Pricer
from spanloom.processors.cost.prices import PICO

SHIPPED = "shipped"
# A recording is looked at whole: nothing is forgotten while it fits.
_CALLS_MAX = 10_000_000
_FOREVER_S = 1e12
_TOLERANCE_S = float(Deduplication().tolerance)


class Once:
    """Tells each call once, and each span once: a recording may hold what was sent again."""

    def __init__(self) -> None:
        self._duplicates = Duplicates(_CALLS_MAX, _FOREVER_S, _TOLERANCE_S)
        self._spans: set[bytes] = set()

    def rows(self, batch: Traces, found: PricedBatch) -> list[int]:
        """The calls of a batch that counted something and were not told before."""
        outcome = found.priced.outcome
        is_call = (outcome != Outcome.NO_CALL) & (outcome != Outcome.FAILED_CALL)
        ids = np.hstack([batch.trace_id, batch.span_id])
        for row in np.flatnonzero(is_call).tolist():
            span = ids[row].tobytes()
            is_call[row] = span not in self._spans
            self._spans.add(span)
        rows = np.flatnonzero(is_call)
        doubles = set(self._duplicates.find(batch, rows, (found.usage, found.resolved), 0.0))
        return [row for row in rows.tolist() if row not in doubles]


@click.command("reprice")
@click.option(
    "--prices",
    "lists",
    multiple=True,
    required=True,
    metavar="LIST",
    help="A file of prices over the shipped list, or `shipped` for that alone. May be repeated.",
)
@click.option(
    "--against",
    multiple=True,
    metavar="LIST",
    help="Compare with this list, in place of the recorded amounts. May be repeated.",
)
@click.option("--only", is_flag=True, help="The files alone, without the shipped list beneath.")
@click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.argument("file", type=click.File("rb"))
def command(file: BinaryIO, **options: Any) -> None:
    """What the calls in FILE would have cost with other prices, per model.

    FILE holds OTLP/JSON lines of traces, as the exporter `file` writes them. A call that stands
    there twice counts once.

    Exit status: 0 done; 1 the prices or FILE have mistakes; 2 the command line is wrong.
    """
    try:
        pricer = _pricer(options["lists"], only=options["only"])
        against = _pricer(options["against"], only=options["only"]) if options["against"] else None
    except ConfigErrors as problems:
        print_problems(problems.errors, problems.warnings)
        sys.exit(1)
    sums: dict[Key, Sum] = {}
    once = Once()
    for batch in _batches(file):
        _add(sums, batch, pricer, against, once)
        batch.ack()
    show = as_json if options["output"] == "json" else as_text
    click.echo(show(sums, has_against=against is not None))


def _pricer(lists: tuple[str, ...], *, only: bool) -> Pricer:
    """Raises ConfigErrors."""
    files = [each for each in lists if each != SHIPPED]
    config = Config(price_files=files, shipped_prices=not (only and files))
    return Pricer(config, load_book(config), SystemClock())


def _batches(file: BinaryIO) -> Iterator[Traces]:
    """One a line; a line that is none ends the program, by its number."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            yield Traces.from_json(line)
        except DecodeError as error:
            click.echo(f"{file.name}:{number}: is no OTLP/JSON of traces: {error}", err=True)
            sys.exit(1)


def _add(
    sums: dict[Key, Sum],
    batch: Traces,
    pricer: Pricer,
    against: Pricer | None,
    once: Once,
) -> None:
    keys = frozenset(batch.keys())
    found = pricer.price(batch, keys)
    if found is None:
        return
    other = against.price(batch, keys) if against else None
    recorded = _recorded(batch, keys)
    providers = _strings(batch, keys, semconv.PROVIDER)
    models = _strings(batch, keys, semconv.RESPONSE_MODEL, semconv.REQUEST_MODEL)
    for row in once.rows(batch, found):
        currency = _currency(found, row) or (other and _currency(other, row)) or "USD"
        name = f"{providers[row]}/{models[row]}".removeprefix("/") or "(no model)"
        one = sums.setdefault((name, currency), Sum())
        one.add(_of_row(row, recorded.get(row), found, other))


def _of_row(
    row: int, recorded: Fraction | None, found: PricedBatch, other: PricedBatch | None
) -> Sum:
    one = Sum(n_calls=1)
    if recorded is not None:
        one.n_recorded, one.recorded = 1, recorded
    if found.priced.outcome[row] == Outcome.PRICED:
        one.n_priced, one.amount = 1, Fraction(found.priced.amount_of(row))
    if other is not None and other.priced.outcome[row] == Outcome.PRICED:
        one.n_against, one.against = 1, Fraction(other.priced.amount_of(row))
    return one


def _recorded(batch: Traces, keys: frozenset[str]) -> dict[int, Fraction]:
    """The amounts on the spans, in pico, as decimals say them."""
    if semconv.COST_AMOUNT not in keys:
        return {}
    values = batch.attribute(semconv.COST_AMOUNT).floats().tolist()
    return {
        row: Fraction(Decimal(repr(value))) * PICO
        for row, value in enumerate(values)
        if 0 <= value < float("inf")
    }


def _strings(batch: Traces, keys: frozenset[str], *names: str) -> list[str]:
    found = [""] * len(batch)
    for name in reversed(names):
        if name in keys:
            strings = batch.attribute(name).strings()
            found = [own or other for own, other in zip(strings, found, strict=True)]
    return found


def _currency(found: PricedBatch, row: int) -> str | None:
    entry = found.priced.entry_of(row)
    return entry.currency if entry else None
