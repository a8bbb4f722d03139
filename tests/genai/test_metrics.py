"""Tokens in captured metrics stand under current names and are those that the server counted."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import found
from found import CAPTURES, Json

NAMES = sorted(path.parent.name for path in CAPTURES.glob("*/metrics.json"))
CURRENT = ("input_tokens", "output_tokens")
# A histogram and a counter of each.
PREFIXES = ("gen_ai.client.inference.operation.", "gen_ai.client.inference.usage.")
# MLflow counts its own exports only.
UNMETERED = ("mlflow",)


def totals(name: str) -> dict[str, float]:
    """Metric -> sum over its series; of cumulative series the newest point counts."""
    series: dict[str, dict[str, float]] = defaultdict(dict)
    for metric in metrics(name):
        for point in (metric.get("histogram") or metric.get("sum") or {}).get("dataPoints", ()):
            key = json.dumps(sorted(map(str, point.get("attributes", ()))))
            before = series[metric["name"]].get(key, 0.0)
            value = point.get("sum", point.get("asInt", 0.0))
            series[metric["name"]][key] = max(before, float(value))
    return {metric: sum(sums.values()) for metric, sums in series.items()}


def metrics(name: str) -> list[Json]:
    request = json.loads(found.normalized(name, "metrics").encode_json())
    scopes = [scope for group in request["resourceMetrics"] for scope in group["scopeMetrics"]]
    return [metric for scope in scopes for metric in scope["metrics"]]


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(UNMETERED)))
@pytest.mark.parametrize("fact", CURRENT)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_tokens_are_those_that_the_server_counted(name: str, fact: str, prefix: str) -> None:
    facts = json.loads((CAPTURES / name / "facts.json").read_text())
    unmetered = {call for entry in facts.get("not_metered", []) for call in entry["calls"]}
    sent = {
        (call, entry["fact"]): entry["sent"]
        for entry in facts.get("differs", [])
        for call in entry["calls"]
    }
    expected = [
        sent.get((call["call"], fact), call["usage"].get(fact, 0))
        for call in facts["calls"]
        if call["call"] not in unmetered
    ]
    assert totals(name)[prefix + fact] == sum(expected)


@pytest.mark.parametrize("name", NAMES)
def test_no_metric_has_an_old_name_of_tokens_or_unit(name: str) -> None:
    assert "gen_ai.client.token.usage" not in {metric["name"] for metric in metrics(name)}
    assert "token" not in {metric.get("unit") for metric in metrics(name)}
