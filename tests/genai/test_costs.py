"""Each call in the captures is billed once, with the price of what the model server counted."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from genai_prices import Usage, calc_price

sys.path.insert(0, str(Path(__file__).parent))

import found
from found import CAPTURES, Json

from spanloom.processors.cost import FACTORY
from spanloom.semconv import COST_AMOUNT, COST_SOURCE
from spanloom.testing import make_settings

NAMES = sorted(path.name for path in CAPTURES.iterdir())
COUNTS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")


def billed(name: str) -> list[Json]:
    """The attributes of the spans that have an amount, by start."""
    processor = FACTORY.create(FACTORY.config(), make_settings())
    batch = processor.process(found.normalized(name, "traces"))
    spans = [span["attributes"] for span in found.spans(batch)]
    return [attributes for attributes in spans if COST_AMOUNT in attributes]


def price(call: Json, facts: Json) -> float:
    """In dollars, of what the server counted, or of what the library makes of it."""
    entries = [*facts.get("not_emitted", []), *facts.get("differs", [])]
    mine = [e for e in entries if call["call"] in e.get("calls", [call["call"]])]
    sent = {entry["fact"]: entry.get("sent") for entry in mine}
    counts = {fact: sent.get(fact, call["usage"].get(fact)) for fact in COUNTS}
    cost = calc_price(
        Usage(**counts),
        call["response_model"],
        provider_id=call["provider"],
        genai_request_timestamp=datetime.now(UTC),
    )
    return float(cost.total_price)


@pytest.mark.parametrize("name", NAMES)
def test_each_call_is_billed_once_at_its_price(name: str) -> None:
    facts = json.loads((CAPTURES / name / "facts.json").read_text())
    unpriced = {call for entry in facts.get("not_priced", []) for call in entry["calls"]}
    calls = [call for call in facts["calls"] if call["call"] not in unpriced]
    spans = billed(name)
    assert len(spans) == len(calls)
    for span, call in zip(spans, calls, strict=True):
        expected = price(call, facts)
        if span[COST_SOURCE] == "local":
            assert span[COST_AMOUNT] == expected
        else:  # the sender's own, which may leave the cache's discount out
            assert span[COST_AMOUNT] == pytest.approx(expected, rel=0.02)
