from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.config.errors import Problems
from spanloom.config.read import read_yaml
from spanloom.config.scalars import read_scalar
from spanloom.config.tree import Node


def read(text: str) -> tuple[Node | None, list[str], list[str]]:
    problems = Problems()
    node = read_yaml(text, "f", problems)
    errors = [str(error) for error in problems.errors]
    return node, errors, [str(warning) for warning in problems.warnings]


def plain(text: str) -> object:
    node, errors, _ = read(text)
    assert errors == []
    return node and node.plain()


def test_every_value_and_key_knows_its_place() -> None:
    node, _, _ = read("a:\n  - x\n  - b: 1\n    ü: z\n")
    assert node is not None
    inner = node.child("a").child(1)
    assert str(node.child("a").child(0).place) == "f:2:5"
    assert str(inner.key_place("ü")) == "f:4:5"
    assert str(inner.child("ü").place) == "f:4:8"
    assert inner.child("ü").place.caret() == ["    ü: z", "       ^"]


def test_an_excerpt_hides_its_neighbours_in_flow_style() -> None:
    node, _, _ = read("{password: hunter2, retries: x}\n")
    assert node.child("retries").place.caret() == [" " * 29 + "x", " " * 29 + "^"]


def test_a_key_that_stands_twice_is_an_error_naming_both_places() -> None:
    node, errors, _ = read("a:\n  b: 1\n  c: 2\n  b: 3\n")
    assert errors == ["f:4:3 a.b: the key stands twice; first at f:2:3"]
    assert node.plain() == {"a": {"b": 1, "c": 2}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("12", 12),
        ("-1_000", -1000),
        ("0x1F", 31),
        ("0o17", 15),
        ("0b11", 3),
        ("0123", 83),
        ("089", 89.0),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("-.inf", -math.inf),
        ("yes", "yes"),
        ("on", "on"),
        ("22:22", "22:22"),
        ("2026-11-21", "2026-11-21"),
        ("1.2.3", "1.2.3"),
        ("0xzz", "0xzz"),
        ("1" * 500, "1" * 500),
    ],
)
def test_reads_plain_scalars_as_the_collector_does(text: str, value: object) -> None:
    assert read_scalar(text) == value
    assert type(read_scalar(text)) is type(value)


def test_quoted_and_tagged_scalars_are_what_they_say() -> None:
    assert plain("['12', \"true\", !!str 12, !!float 1, !!int '3']") == ["12", "true", "12", 1.0, 3]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("a: yes", "f:1:4 a: 'yes' is a string, not a boolean; write true or false"),
        ("a: [OFF]", "f:1:5 a[0]: 'OFF' is a string, not a boolean"),
        ("a: 0123", "f:1:4 a: a number with a leading 0 is octal; write 0o or put it in quotes"),
        ("a: 22:22", "f:1:4 a: digits with colons are a string here, a number to others"),
    ],
)
def test_warns_of_the_traps_of_yaml_1_1(text: str, warning: str) -> None:
    assert read(text)[2][0].startswith(warning)


def test_quoted_traps_are_fine() -> None:
    assert read("a: ['yes', \"0123\", '22:22', yesterday, 0]")[2] == []


def test_anchors_aliases_and_merge_keys_work() -> None:
    assert plain("a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, y: 3}") == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 2},
        "c": {"x": 1, "y": 3},
    }
    assert plain("a: {<<: [{x: 1}, {x: 2, y: 2}]}") == {"a": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a: [1\nb: 2", "is not valid YAML"),
        ("a: \x00", "a character is not allowed"),
        ("a: 1\n---\nb: 2", "but found another document"),
        ("a: *nowhere", "f:1:4: is not valid YAML: found undefined alias"),
        ("&a [*a]", "an alias contains itself"),
        ("[" * 100 + "]" * 100, "is nested deeper than 64 levels"),
        ("a: !!python/object:os.system x", "does not fit here"),
        ("a: !thing {}", "does not fit here"),
        ("a: !!int x", "does not fit here"),
        ("? {a: 1}\n: b", "a key must be a string"),
        ("<<: 5", "'<<' wants a map"),
        ('"\\ud800"', "invalid Unicode character"),
        ("a: \udc80", "is not UTF-8"),
    ],
)
def test_refuses_what_cannot_be_a_configuration(text: str, error: str) -> None:
    node, [message], _ = read(text)
    assert node is None
    assert error in message


def test_refuses_aliases_that_explode() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    _, [error], _ = read("\n".join(lines))
    assert "has more than 100000 values" in error


def test_refuses_texts_beyond_the_bounds() -> None:
    assert "is larger than 4 MiB" in read("a" * (5 << 20))[1][0]
    assert "has more than 100000 values" in read("[" + "1," * 250_000 + "]")[1][0]


def test_columns_count_characters_after_any_line_break() -> None:
    node, _, _ = read("a: 1\r\nb:\r\n  é: x\r\n")
    assert str(node.child("b").child("é").place) == "f:3:6"


@given(st.text(alphabet=st.sampled_from("ab:- \n[]{},&*!'\"#|>%@`<?~01xo.\t\\$"), max_size=60))
@settings(max_examples=300)
def test_any_text_gives_a_tree_or_errors_and_never_raises(text: str) -> None:
    node, errors, _ = read(text)
    assert node is None or not errors or "twice" in errors[0]
