"""Which items `include` and `exclude` select."""

from typing import Any

import pytest
from pydantic import ValidationError

from spanloom.batch import Logs, Metrics, Traces
from spanloom.processors.attributes.match_config import MatchProperties
from spanloom.processors.attributes.matching import Selection
from spanloom.testing import build_logs, build_metrics, build_traces


def rows(batch: Any, **properties: Any) -> list[int]:
    """The items that an `include` block with these properties selects."""
    block = MatchProperties.model_validate({"match_type": "strict", **properties})
    mask = Selection(block, None).mask(batch)
    excluded = Selection(None, block).mask(batch)
    assert (mask != excluded).all()
    return [int(row) for row in mask.nonzero()[0]]


def traces() -> Traces:
    return Traces.from_message(build_traces(6, n_resources=2, attributes={"tier": "gold", "n": 3}))


def test_everything_is_selected_without_blocks() -> None:
    assert Selection(None, None).mask(traces()).all()


def test_services_match_the_resource() -> None:
    batch = traces()
    wanted = [i for i, r in enumerate(batch.resource_index) if r == 1]
    assert rows(batch, services=["inference-1", "other"]) == wanted
    assert rows(batch, match_type="regexp", services=["-1$"]) == wanted


def test_span_names_and_kinds() -> None:
    batch = traces()
    names = batch.name.strings()
    qwen = [i for i, name in enumerate(names) if "qwen" in name]
    assert rows(batch, match_type="regexp", span_names=["qwen"]) == qwen
    assert rows(batch, span_names=[names[0]]) == [i for i, n in enumerate(names) if n == names[0]]
    assert len(rows(batch, span_kinds=["client"])) == 6
    assert len(rows(batch, span_kinds=["SPAN_KIND_CLIENT"])) == 6
    assert rows(batch, span_kinds=["SPAN_KIND_SERVER"]) == []


def test_all_attributes_must_match_and_types_count() -> None:
    batch = traces()
    gold = {"key": "tier", "value": "gold"}
    assert len(rows(batch, attributes=[gold, {"key": "n", "value": 3}])) == 6
    assert rows(batch, attributes=[gold, {"key": "n", "value": 3.0}]) == []
    assert rows(batch, attributes=[gold, {"key": "absent"}]) == []
    assert len(rows(batch, match_type="regexp", attributes=[{"key": "n", "value": "^3$"}])) == 6


def test_one_of_the_resources_must_match() -> None:
    batch = traces()
    wanted = [
        {"key": "service.name", "value": "x"},
        {"key": "service.name", "value": "inference-0"},
    ]
    assert rows(batch, resources=wanted) == [
        i for i, r in enumerate(batch.resource_index) if r == 0
    ]


def test_libraries_match_by_name_and_version() -> None:
    name = "opentelemetry.instrumentation.openai_v2"
    assert len(rows(traces(), libraries=[{"name": name}])) == 6
    assert len(rows(traces(), libraries=[{"name": name, "version": "2.1b0"}])) == 6
    assert rows(traces(), libraries=[{"name": name, "version": ""}]) == []


def test_log_properties() -> None:
    batch = Logs.from_message(build_logs(6))
    assert rows(batch, log_bodies=["request 2 finished"]) == [2]
    assert rows(batch, log_severity_texts=["ERROR"]) == [2, 5]
    assert rows(batch, log_severity_number={"min": 13}) == [1, 2, 4, 5]


def test_metric_names() -> None:
    batch = Metrics.from_message(build_metrics(6))
    found = rows(batch, metric_names=["gen_ai.tokens"])
    assert [batch.metric_names[batch.metric_index[row]] for row in found] == ["gen_ai.tokens"] * 2


def test_a_property_of_another_signal_never_matches() -> None:
    assert rows(traces(), metric_names=["gen_ai.tokens"]) == []
    assert rows(Logs.from_message(build_logs(2)), span_names=["x"]) == []


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ({}, "at least one of"),
        ({"span_names": ["a"], "log_bodies": ["b"]}, "different signals"),
        ({"match_type": "regexp", "span_names": ["("]}, "no regular expression"),
        ({"match_type": "regexp", "attributes": [{"key": "a", "value": 1}]}, "needs strings"),
    ],
)
def test_refuses_blocks_that_match_nothing(properties: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        MatchProperties.model_validate({"match_type": "strict", **properties})
