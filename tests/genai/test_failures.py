"""Calls that fail are told as failed, with nothing that the model server never said.

The model refuses a call (429), fails (500), and breaks a stream off.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import found
from found import Json

from spanloom.processors.cost import FACTORY
from spanloom.semconv import (
    AGGREGATED_USAGE,
    COST_AMOUNT,
    ERROR_TYPE,
    FINISH_REASONS,
    OUTPUT_MESSAGES,
    RESPONSE_ID,
    RESPONSE_MODEL,
    TIME_PER_OUTPUT_CHUNK,
    TIME_TO_FIRST_CHUNK,
)
from spanloom.testing import make_settings

FAILURES = Path(__file__).parent / "failures"
NAMES = sorted(path.name for path in FAILURES.iterdir())
ERROR, OK = 2, 200
NEVER = (FINISH_REASONS, TIME_PER_OUTPUT_CHUNK)
UNANSWERED = (RESPONSE_ID, RESPONSE_MODEL, OUTPUT_MESSAGES, TIME_TO_FIRST_CHUNK)


def batch_of(name: str, signal: str) -> Any:
    return found.KINDS[signal].from_json((FAILURES / name / f"{signal}.json").read_bytes())


def facts_of(name: str) -> Json:
    facts: Json = json.loads((FAILURES / name / "facts.json").read_text())
    return facts


def calls(name: str) -> Iterator[tuple[Json, Json]]:
    """Each call with its span, both in order; those that the library sends no span of left out."""
    batch, facts = found.processor().process(batch_of(name, "traces")), facts_of(name)
    unsent = {call for entry in facts.get("no_span", []) for call in entry["calls"]}
    sent = [call for call in facts["calls"] if call["call"] not in unsent]
    yield from zip(sent, found.leaves(found.spans(batch)), strict=True)


def differs(name: str, call: Json) -> Json:
    """Fact -> what the library sends for this call, as known of it."""
    entries = [e for e in facts_of(name).get("differs", []) if call["call"] in e["calls"]]
    assert all(entry["reason"] for entry in entries)
    return {entry["fact"]: entry["sent"] for entry in entries}


@pytest.mark.parametrize("name", NAMES)
def test_each_failed_call_has_one_span_that_says_so(name: str) -> None:
    for call, span in calls(name):
        told, sent = found.told(span["attributes"]), differs(name, call)
        for fact in ("operation", "provider", "request_model"):
            assert told[fact] == call[fact]
        error = span["attributes"].get(ERROR_TYPE), span.get("status", {}).get("code", 0)
        assert error[0] if "error_type" not in sent else error[0] == sent["error_type"]
        assert error[1] == sent.get("status_code", ERROR)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_told_that_the_server_never_said(name: str) -> None:
    for call, span in calls(name):
        never = NEVER if call["status"] == OK else (*NEVER, *UNANSWERED)
        sent = differs(name, call)
        assert {key for key in never if key in span["attributes"]} == set(), call["call"]
        for fact in ("response_id", "response_model"):
            value = found.told(span["attributes"]).get(fact)
            assert value in (None, call.get(fact), sent.get(fact))


@pytest.mark.parametrize("name", NAMES)
def test_no_tokens_are_told_or_billed(name: str) -> None:
    batch = FACTORY.create(FACTORY.config(), make_settings()).process(
        found.processor().process(batch_of(name, "traces"))
    )
    keys = {key for span in found.spans(batch) for key in span["attributes"]}
    usage = {k for k in keys if k.startswith(("gen_ai.usage.", AGGREGATED_USAGE))}
    assert usage == set()
    assert COST_AMOUNT not in keys


@pytest.mark.parametrize("name", NAMES)
def test_what_was_answered_before_the_break_is_told_as_far_as_it_came(name: str) -> None:
    for call, span in calls(name):
        told = found.told(span["attributes"]).get("output_texts", [])
        whole = found.contents("output", call.get("output_messages", [])).get("output_texts", [])
        assert len(told) <= len(whole)
        for (role, text), (expected_role, expected) in zip(told, whole, strict=False):
            assert role == expected_role
            assert expected.startswith(text)


@pytest.mark.parametrize(
    ("name", "signal"),
    [(n, s) for n in NAMES for s in found.KINDS if (FAILURES / n / f"{s}.json").exists()],
)
def test_a_second_pass_changes_nothing(name: str, signal: str) -> None:
    first = b"".join(found.processor().process(batch_of(name, signal)).encode())
    second = found.processor().process(found.KINDS[signal].from_bytes(first))
    assert b"".join(second.encode()) == first
