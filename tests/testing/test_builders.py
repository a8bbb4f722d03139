"""The builders give valid, reproducible requests."""

import pytest

from spanloom.batch import BATCH_TYPES, Signal
from spanloom.testing import build_logs, build_metrics, build_traces
from spanloom.testing.builders import any_value

BUILDERS = {"traces": build_traces, "logs": build_logs, "metrics": build_metrics}


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_requests_have_the_items_and_resources_asked_for(signal: Signal) -> None:
    request = BUILDERS[signal](7, n_resources=2, attributes={"extra": [1]})
    batch = BATCH_TYPES[signal].from_message(request)
    assert (len(batch), batch.n_resources) == (7, 2)
    assert batch.attribute("extra").objects() == [[1]] * 7
    assert BUILDERS[signal](7, n_resources=2, attributes={"extra": [1]}) == request


def test_spans_are_about_a_kilobyte_with_eleven_attributes() -> None:
    request = build_traces(100)
    span = request.resource_spans[0].scope_spans[0].spans[0]
    assert 900 < request.ByteSize() / 100 < 1300
    assert len(span.attributes) == 11


def test_content_has_the_length_asked_for() -> None:
    request = build_traces(1, content_bytes=5000)
    assert 10_000 < request.ByteSize() < 11_500


def test_given_attributes_replace_the_usual_ones() -> None:
    request = build_traces(1, attributes={"gen_ai.request.model": "mine"})
    attributes = request.resource_spans[0].scope_spans[0].spans[0].attributes
    assert [a.value.string_value for a in attributes if a.key == "gen_ai.request.model"] == ["mine"]


def test_ids_of_different_seeds_differ() -> None:
    ids = {
        span.span_id
        for seed in range(3)
        for span in build_traces(5, seed=seed).resource_spans[0].scope_spans[0].spans
    }
    assert len(ids) == 15


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, None),
        ("x", "string_value"),
        (True, "bool_value"),
        (1, "int_value"),
        (1.0, "double_value"),
        (b"x", "bytes_value"),
        ([1], "array_value"),
        ([], "array_value"),
        ({"a": 1}, "kvlist_value"),
    ],
)
def test_values_keep_their_type(value: object, field: str | None) -> None:
    assert any_value(value).WhichOneof("value") == field
