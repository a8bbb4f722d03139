"""Questions to columns."""

import numpy as np

from spanloom.batch import Column, Traces
from spanloom.columns import ValueKind, codes_where, rows_equal, rows_of_kind, rows_where, spread
from spanloom.testing import build_traces
from spanloom.testing.builders import key_values

VALUES = ("a", "b", "a", 1, 1.0, True, None)


def column() -> Column:
    request = build_traces(len(VALUES), content_bytes=0)
    for span, value in zip(request.resource_spans[0].scope_spans[0].spans, VALUES, strict=True):
        if value is not None:
            span.attributes.extend(key_values({"k": value}))
    return Traces.from_message(request).attribute("k")


def test_spread_gives_each_row_its_entry_and_the_others_the_absent_value() -> None:
    codes = np.array([1, -1, 0, 1], np.int32)
    assert spread([10, 20], codes, absent=-5).tolist() == [20, -5, 10, 20]
    assert spread([], np.array([-1], np.int32), absent=False).tolist() == [False]


def test_each_distinct_string_is_asked_once() -> None:
    asked: list[str] = []
    mask = rows_where(column(), lambda text: asked.append(text) or text == "a")
    assert mask.tolist() == [True, False, True, False, False, False, False]
    assert asked == ["a", "b"]


def test_codes_where_is_false_for_rows_without_a_code() -> None:
    assert codes_where(["x"], np.array([0, -1], np.int32), bool).tolist() == [True, False]


def test_equality_takes_the_type_into_account() -> None:
    rows = {value: rows_equal(column(), value).nonzero()[0].tolist() for value in ("a", "z")}
    assert rows == {"a": [0, 2], "z": []}
    assert rows_equal(column(), 1).nonzero()[0].tolist() == [3]
    assert rows_equal(column(), 1.0).nonzero()[0].tolist() == [4]
    assert rows_equal(column(), value=True).nonzero()[0].tolist() == [5]
    assert rows_of_kind(column(), ValueKind.ABSENT).nonzero()[0].tolist() == [6]
