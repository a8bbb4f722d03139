"""Random conditions give the same answer as a plain evaluation, row by row."""

import contextlib
import operator
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.batch import Traces
from spanloom.processors.filter.evaluate import compile_condition
from spanloom.processors.filter.parse import ConditionError
from spanloom.testing import build_traces
from spanloom.testing.builders import key_values

OPERATORS = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
VALUES = st.one_of(
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([2**62, -(2**62), 0.5, -1.0, 2.0]),
    st.sampled_from(["", "a", "b", "ab", 'quo"te', "back\\slash"]),
)
KEYS = st.sampled_from(["x", "y"])
ROWS = st.lists(st.dictionaries(KEYS, VALUES), min_size=1, max_size=8)


def literal(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value).lower()


def kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "text" if isinstance(value, str) else "number"


def compare(row: dict[str, Any], key: str, name: str, value: Any) -> bool:
    """One test on one row, as the README words it."""
    found = row.get(key)
    if name == "present":
        return found is not None
    if name == "!=":
        return not compare(row, key, "==", value)
    if found is None or kind_of(found) != kind_of(value):
        return False
    if name == "matches":
        return re.search(value, found) is not None
    return bool(OPERATORS[name](found, value))


@st.composite
def leaves(draw: st.DrawFn) -> tuple[str, Any]:
    """A test: its text, and a function from a row to the answer."""
    key, value = draw(KEYS), draw(VALUES)
    name = draw(st.sampled_from([*OPERATORS, "!=", "present", "matches"]))
    if name == "present":
        return f'attributes["{key}"]', lambda row: compare(row, key, name, None)
    if name == "matches":
        value = draw(st.sampled_from(["a", "^b", "b$", "^$"]))
    text = f'attributes["{key}"] {name} {literal(value)}'
    return text, lambda row: compare(row, key, name, value)


def combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        inner.map(lambda a: (f"not ({a[0]})", lambda row: not a[1](row))),
        pairs.map(lambda p: (f"({p[0][0]}) and ({p[1][0]})", lambda r: p[0][1](r) and p[1][1](r))),
        pairs.map(lambda p: (f"({p[0][0]}) or ({p[1][0]})", lambda r: p[0][1](r) or p[1][1](r))),
    )


def batch_of(rows: list[dict[str, Any]]) -> Traces:
    request = build_traces(len(rows), content_bytes=0)
    for span, row in zip(request.resource_spans[0].scope_spans[0].spans, rows, strict=True):
        span.attributes.extend(key_values(row))
    return Traces.from_message(request)


@settings(max_examples=100, deadline=None)
@given(condition=st.recursive(leaves(), combined, max_leaves=5), rows=ROWS)
def test_masks_equal_a_plain_evaluation(
    condition: tuple[str, Any], rows: list[dict[str, Any]]
) -> None:
    text, holds = condition
    mask = compile_condition(text, "span")(batch_of(rows))
    assert mask.tolist() == [holds(row) for row in rows], text


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="()[]\"'\\=<>!.,ab0 \n", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    # Any other error than this one fails the test.
    with contextlib.suppress(ConditionError):
        compile_condition(text, "span")
