"""Every fact that the fake model server knows of a call is found under its current name.

What a library does not send is listed in its facts with a reason (`not_emitted`), and then must
be nowhere in what it sent; what it sends wrong is listed with what it sends (`differs`).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanloom.batch import Logs, Traces

sys.path.insert(0, str(Path(__file__).parent))

import found
from found import CAPTURES, TOKENS, Json

NAMES = sorted(path.name for path in CAPTURES.iterdir())
SIGNALS = [
    (name, signal)
    for name in NAMES
    for signal in found.KINDS
    if (CAPTURES / name / f"{signal}.json").exists()
]


def facts_of(name: str) -> Json:
    facts: Json = json.loads((CAPTURES / name / "facts.json").read_text())
    return facts


def grouped(facts: Json, leaves: list[Json]) -> list[tuple[Json, list[Json]]]:
    """Each call with its spans: one, or as many as the facts say."""
    several = {call: entry for entry in facts.get("several_spans", []) for call in entry["calls"]}
    spans = iter(leaves)
    sizes = [several.get(call["call"], {"spans": 1})["spans"] for call in facts["calls"]]
    assert len(leaves) == sum(sizes), [span["name"] for span in leaves]
    return [
        (call, [next(spans) for _ in range(size)])
        for call, size in zip(facts["calls"], sizes, strict=True)
    ]


def exceptions(facts: Json, kind: str, call: Json) -> Json:
    """Fact -> entry of `not_emitted` or `differs` for a call."""
    entries = [e for e in facts.get(kind, []) if "calls" not in e or call["call"] in e["calls"]]
    assert all(entry["reason"] for entry in entries)
    return {entry["fact"]: entry for entry in entries}


def records_of(name: str) -> list[Json]:
    if (name, "logs") not in SIGNALS:
        return []
    return found.records(found.normalized(name, "logs"))


def told_of(spans: list[Json], records: list[Json]) -> Json:
    """What spans and the log records of them tell together; the first that has a fact wins."""
    ids = {span["spanId"] for span in spans}
    told: Json = {}
    sources = [span["attributes"] for span in spans]
    sources += [record["attributes"] for record in records if record.get("spanId") in ids]
    for source in sources:
        for fact, value in found.told(source).items():
            if fact not in told or (fact == "streaming" and value):
                told[fact] = value
    return told


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_is_found_under_its_current_name(name: str) -> None:
    facts, records = facts_of(name), records_of(name)
    wrong: list[Any] = []
    for call, spans in grouped(facts, found.leaves(found.spans(found.normalized(name, "traces")))):
        told = told_of(spans, records)
        missing = exceptions(facts, "not_emitted", call)
        differing = exceptions(facts, "differs", call)
        for fact, value in found.expected(call).items():
            if fact in missing:
                continue
            if fact in differing:
                value = _tupled(differing[fact]["sent"])  # noqa: PLW2901
            if _tupled(told.get(fact)) != _tupled(value):
                wrong.append((call["call"], fact, value, told.get(fact)))
    assert not wrong, "\n".join(map(str, wrong))


def _tupled(value: Any) -> Any:
    """JSON has no tuples."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("name", NAMES)
def test_usage_stands_on_the_spans_of_calls_once(name: str) -> None:
    facts = facts_of(name)
    spans = found.spans(found.normalized(name, "traces"))
    leaves = found.leaves(spans)
    others = [span for span in spans if span not in leaves]
    for fact, key in TOKENS.items():
        assert [span["name"] for span in others if key in span["attributes"]] == []
        expected = 0
        for call, _ in grouped(facts, leaves):
            copies = exceptions(facts, "usage_copies", call).get(fact, {"copies": 1})["copies"]
            if fact not in exceptions(facts, "not_emitted", call):
                sent = exceptions(facts, "differs", call).get(fact, {})
                expected += copies * sent.get("sent", found.expected(call).get(fact, 0))
        assert sum(span["attributes"].get(key, 0) for span in leaves) == expected, fact


@pytest.mark.parametrize(("name", "signal"), SIGNALS)
def test_a_second_pass_changes_nothing(name: str, signal: str) -> None:
    first = b"".join(found.normalized(name, signal).encode())
    second = found.processor().process(found.KINDS[signal].from_bytes(first))
    assert b"".join(second.encode()) == first


def needles(fact: str, value: Any) -> list[str]:
    """Patterns of which none matches where a fact was not sent."""
    make = _NEEDLES.get(fact) or _NEEDLES.get(fact.rpartition("_")[2])
    return make(value) if make else [re.escape(value)]


_NEEDLES: dict[str, Callable[[Any], list[str]]] = {
    "streaming": lambda _: [r"stream\w*\W+(value|boolValue|stringValue|\W)*[Tt]rue"],
    "request_model": lambda model: [re.escape(model) + r"(?!-\d)"],
    "reasons": lambda words: [
        rf"(finish_?reasons?|stop_reason)\W+(values?|stringValue|\W)*{word}" for word in words
    ],
    "tokens": lambda count: [rf"\b{count}\b"],
    # Up to the first character that some escape.
    "texts": lambda pairs: [re.escape(re.split(r"[^ -!#-\[\]-~]", text)[0]) for _, text in pairs],
    # The last argument, which stands nowhere else.
    "calls": lambda calls: [str(list(arguments.values())[-1]) for _, _, arguments in calls],
    "results": lambda pairs: [rf"temperature\W+{result['temperature']}" for _, result in pairs],
}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_emitted_is_nowhere(name: str) -> None:
    facts = facts_of(name)
    batch = Traces.from_json((CAPTURES / name / "traces.json").read_bytes())
    raw = {span["spanId"]: span for span in found.spans(batch)}
    for call, spans in grouped(facts, found.leaves(found.spans(found.normalized(name, "traces")))):
        text = json.dumps([raw[span["spanId"]] for span in spans], ensure_ascii=False)
        text += _log_text(name, {span["spanId"] for span in spans})
        expected = found.expected(call)
        for fact in exceptions(facts, "not_emitted", call):
            if fact in expected:
                for needle in needles(fact, expected[fact]):
                    assert not re.search(needle, text), (call["call"], fact)


def _log_text(name: str, span_ids: set[str]) -> str:
    if (name, "logs") not in SIGNALS:
        return ""
    batch = Logs.from_json((CAPTURES / name / "logs.json").read_bytes())
    mine = [record for record in found.records(batch) if record.get("spanId") in span_ids]
    return json.dumps(mine, ensure_ascii=False)
