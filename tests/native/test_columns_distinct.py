"""`Column.distinct`: every kind of value once."""

from __future__ import annotations

from typing import Any

import pytest

from spanloom.batch import Traces
from spanloom.testing.builders import build_traces

VALUES: list[Any] = ["a", 1, 1.0, True, ["a"], ["a", 1], {"b": ["c"]}, b"a", "a", ["a"], 1, "", 0]


def test_values_of_all_kinds_are_told_apart_and_given_once() -> None:
    batch = Traces.from_message(build_traces(len(VALUES) + 1))
    batch.set_attribute("key", [*VALUES, None])
    codes, values = batch.attribute("key").distinct()
    assert codes.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 4, 1, 8, 9, -1]
    assert [(type(value), value) for value in values] == [
        (type(value), value) for value in [*VALUES[:8], "", 0]
    ]


@pytest.mark.parametrize("as_sent", [True, False])
def test_distinct_values_are_the_objects_of_the_rows(as_sent: bool) -> None:
    batch = Traces.from_message(build_traces(len(VALUES)))
    batch.set_attribute("key", VALUES)
    if as_sent:
        batch = Traces.from_bytes(batch.encode()[0])
    codes, values = batch.attribute("key").distinct()
    assert [values[code] for code in codes.tolist()] == batch.attribute("key").objects()
