from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spanloom.cli.render import rendered
from spanloom.config.errors import Problems
from spanloom.config.read import read_yaml

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner),
    max_leaves=20,
)


def read(text: str) -> object:
    problems = Problems()
    node = read_yaml(text, "f", problems)
    assert problems.errors == []
    return node and node.plain()


@given(VALUES)
@example("\x85")
@example("1e3")
@example({"a": ["0o7", "0123", "yes", "", "~", "${env:A}"]})
def test_what_is_printed_reads_back_the_same(values: object) -> None:
    assert read(rendered(values, "yaml")) == values


@pytest.mark.parametrize("values", [{"a": ["größe", None, 1.5]}])
def test_json_is_for_machines_and_keeps_letters(values: object) -> None:
    text = rendered(values, "json")
    assert json.loads(text) == values
    assert "größe" in text
