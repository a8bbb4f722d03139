from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.config import ConfigErrors, LoadedConfig, load
from spanloom.config.errors import Problems
from spanloom.config.place import Place
from spanloom.config.sources import merge, read_set, read_source
from spanloom.config.tree import Node

Load = Callable[..., LoadedConfig]
PLACE = Place("f", 1, 1)
TREES = st.recursive(
    st.none() | st.integers() | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def node(values: Any) -> Node:
    if isinstance(values, dict):
        return Node({key: node(value) for key, value in values.items()}, PLACE)
    if isinstance(values, list):
        return Node([node(value) for value in values], PLACE)
    return Node(values, PLACE)


def source(uri: str, **env: str) -> object:
    problems = Problems()
    tree = read_source(uri, env, problems)
    assert problems.errors == []
    return tree and tree.plain()


def refused(uri: str) -> str:
    problems = Problems()
    assert read_source(uri, {}, problems) is None
    return str(problems.errors[0])


def test_a_bare_path_and_the_file_scheme_name_files(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert source(str(path)) == source(f"file:{path}") == {"a": 1}


def test_the_yaml_scheme_splits_keys_at_double_colons() -> None:
    assert source("yaml:a::b::c: 1") == {"a": {"b": {"c": 1}}}
    assert source("yaml:{a::b: 1, a::c: 2}") == {"a": {"b": 1, "c": 2}}


def test_the_env_scheme_reads_a_variable() -> None:
    assert source("env:C", C="a: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        ("/nowhere.yaml", "/nowhere.yaml:1:1: cannot be read: No such file or directory"),
        ("env:C", "env:C:1:1: the environment variable 'C' is not set"),
        ("https://h/c", "https:1:1: the scheme 'https' is not supported; download the file"),
        ("s3:c", "s3:1:1: the scheme 's3' is not supported; use file:, env: or yaml:"),
    ],
)
def test_says_why_a_source_cannot_be_read(uri: str, error: str) -> None:
    assert refused(uri).startswith(error)


def test_refuses_files_that_are_not_utf8_or_too_large(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"a: \xff")
    assert "is not UTF-8 at byte 3" in refused(str(path))
    path.write_bytes(b"#" * (5 << 20))
    assert "is larger than 4 MiB" in refused(str(path))


def test_no_source_is_an_error_that_says_what_to_give() -> None:
    with pytest.raises(ConfigErrors, match="at least one config flag must be provided"):
        load([])


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("a.b.c=1", {"a": {"b": {"c": 1}}}),
        ("a=", {"a": None}),
        ("a=[x, y]", {"a": ["x", "y"]}),
        ("a=b=c", {"a": "b=c"}),
        ("a::b.c=1", {"a": {"b.c": 1}}),
    ],
)
def test_set_takes_a_path_and_yaml(setting: str, values: object) -> None:
    tree = read_set(setting, Problems())
    assert tree is not None
    assert tree.plain() == values


@pytest.mark.parametrize("setting", ["a", "=1", "a..b=1", ""])
def test_refuses_a_set_without_path_or_value(setting: str) -> None:
    problems = Problems()
    assert read_set(setting, problems) is None
    assert str(problems.errors[0]) == "--set:1:1: must have the form path.to.key=value"


def test_later_sources_win_and_set_comes_last(load_text: Load, valid: str) -> None:
    more = "yaml:exporters::otlp::timeout: 7s"
    assert load_text(valid, more).exporters["otlp"].config.timeout == 7.0
    last = load_text(valid, more, sets=["exporters.otlp.timeout=9s"])
    assert last.exporters["otlp"].config.timeout == 9.0


def test_an_error_names_the_source_that_set_the_value(load_text: Load, valid: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        load_text(valid, sets=["exporters.otlp.timeout=9"])
    assert str(caught.value).startswith("--set exporters.otlp.timeout:1:1 exporters.otlp.timeout: ")


def test_a_merged_map_keeps_the_place_of_its_first_source(load_text: Load, valid: str) -> None:
    tree = load_text(valid, sets=["exporters.otlp.timeout=9s"]).tree
    exporters = tree.child("exporters")
    assert str(exporters.key_place("otlp")) == "p.yaml:5:3"
    assert exporters.child("otlp").key_place("timeout").source == "--set exporters.otlp.timeout"


def test_maps_merge_and_lists_and_scalars_are_replaced() -> None:
    base = {"m": {"a": 1, "b": 2}, "l": [1, 2], "s": 1}
    over = {"m": {"b": 3, "c": 4}, "l": [5], "s": {"x": 1}}
    assert merge(node(base), node(over)).plain() == {
        "m": {"a": 1, "b": 3, "c": 4},
        "l": [5],
        "s": {"x": 1},
    }


def test_null_wipes_a_map_and_an_empty_map_does_not() -> None:
    base = node({"m": {"a": 1}})
    assert merge(base, node({"m": None})).plain() == {"m": None}
    assert merge(base, node({"m": {}})).plain() == {"m": {"a": 1}}


def leaves(tree: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if not isinstance(tree, dict):
        return {path: tree}
    return {k: v for key, child in tree.items() for k, v in leaves(child, (*path, key)).items()}


@given(TREES, TREES)
def test_what_the_later_source_says_holds(base: Any, over: Any) -> None:
    merged = leaves(merge(node({"k": base}), node({"k": over})).plain())
    assert leaves({"k": over}).items() <= merged.items() or over == {}
    assert merged.keys() <= leaves({"k": over}).keys() | leaves({"k": base}).keys()


@given(TREES)
def test_merging_a_tree_with_itself_or_nothing_changes_nothing(values: Any) -> None:
    tree = node({"k": values})
    assert merge(tree, tree).plain() == merge(tree, node({})).plain() == tree.plain()
