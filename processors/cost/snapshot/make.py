"""Makes `prices.jsonl`, the shipped price list, from the installed library genai-prices (MIT).

    python -m spanloom.processors.cost.snapshot.make [--date 2026-11-21]

One line of header, then one line per model, so that a new list can be read as a difference.
`docs` of the format: the docstring of `load.py`. The same library gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("prices.jsonl")
FORMAT = 1
PICO = 10**12

# The library bills at least these seconds of audio, in code: `ModelInfo.calc_price`.
_SECONDS_MIN = {("groq", "whisper-large-v3"): 10, ("groq", "whisper-large-v3-turbo"): 10}
_CLAUSES = {
    "ClauseEquals": ("=", "equals"),
    "ClauseStartsWith": ("^", "starts_with"),
    "ClauseEndsWith": ("$", "ends_with"),
    "ClauseContains": ("*", "contains"),
    "ClauseRegex": ("~", "regex"),
}


def made(day: str) -> str:
    """The whole file, dated `day`."""
    from genai_prices.data_snapshot import get_snapshot
    from genai_prices.data_units import unit_data

    per = {unit["price_key"]: (key, unit["per"]) for key, unit in unit_data.items()}
    providers = get_snapshot().providers
    lines = [_line(row) for p in providers for row in _models(p, per)]
    body = "".join(line + "\n" for line in lines)
    header = {
        "format": FORMAT,
        "name": f"genai-prices-{version('genai-prices')}",
        "date": day,
        "license": "MIT, Copyright (c) Pydantic Services Inc. 2025 to present",
        "sha256": hashlib.sha256(body.encode()).hexdigest(),
        "units": {key: dict(unit["dimensions"]) for key, unit in unit_data.items()},
        "providers": [_provider(p) for p in providers],
    }
    return _line(header) + "\n" + body


def _provider(provider: Any) -> dict[str, Any]:
    row = {
        "id": provider.id,
        "models": len(provider.models),
        "match": provider.provider_match and _clause(provider.provider_match),
        "model_match": provider.model_match and _clause(provider.model_match),
        "fallback": provider.fallback_model_providers,
    }
    return {key: value for key, value in row.items() if value is not None}


def _models(provider: Any, per: dict[str, tuple[str, int]]) -> Iterator[dict[str, Any]]:
    from genai_prices.types import ModelPrice

    for model in provider.models:
        prices = model.prices
        standard = [(None, prices)] if isinstance(prices, ModelPrice) else None
        standard = standard or [(each.constraint, each.prices) for each in prices]
        row: dict[str, Any] = {
            "id": model.id,
            "match": _clause(model.match),
            "prices": [[_constraint(c), _prices(p, per)] for c, p in standard],
        }
        if model.price_variants:
            row["variants"] = [
                [v.when, _constraint(v.constraint), _prices(v.prices, per)]
                for v in model.price_variants
            ]
        if (provider.id, model.id) in _SECONDS_MIN:
            row["seconds_min"] = _SECONDS_MIN[provider.id, model.id]
        yield row


def _clause(clause: Any) -> list[Any]:
    kind = type(clause).__name__
    if kind in {"ClauseOr", "ClauseAnd"}:
        mark, parts = ("|", clause.or_) if kind == "ClauseOr" else ("&", clause.and_)
        return [mark, *(_clause(part) for part in parts)]
    mark, field = _CLAUSES[kind]
    text = getattr(clause, field)
    return [mark, text if mark == "~" else text.lower()]


def _constraint(constraint: Any) -> str | list[int] | None:
    """A UTC date, or a daily interval in seconds of the UTC day."""
    if constraint is None:
        return None
    if hasattr(constraint, "start_date"):
        return str(constraint.start_date.isoformat())
    return [_second(constraint.start_time), _second(constraint.end_time)]


def _second(moment: time) -> int:
    if moment.tzinfo is not None:
        moment = datetime.combine(date(1970, 1, 1), moment).astimezone(UTC).time()
    if moment.microsecond:
        raise ValueError("a time of day with fractions of a second")
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _prices(prices: Any, per: dict[str, tuple[str, int]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for price_key, value in prices.__dict__.items():
        if value is None:
            continue
        usage_key, n_units = per[price_key]
        if isinstance(value, Decimal):
            row[usage_key] = _pico(value, n_units)
        else:
            tiers = [[tier.start, _pico(tier.price, n_units)] for tier in value.tiers]
            row[usage_key] = [_pico(value.base, n_units), *tiers]
    return row


def _pico(price: Decimal, n_units: int) -> int | str:
    """pico-USD for one unit: an int, or a fraction in lowest terms where it is none."""
    exact = Fraction(price) * PICO / n_units
    return exact.numerator if exact.denominator == 1 else str(exact)


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    today = datetime.now(UTC).date().isoformat()
    parser.add_argument("--date", default=today, help="the date in the list's name")
    TARGET.write_text(made(parser.parse_args().date), encoding="utf-8")


if __name__ == "__main__":
    main()
