from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.config.errors import Problems
from spanloom.config.expand import expand
from spanloom.config.place import Place
from spanloom.config.tree import Node

PLACE = Place("f", 1, 4)


def node_of(value: str, config_dir: str = ".", **env: str) -> tuple[Node, Problems]:
    problems = Problems()
    root = Node({"v": Node(value, PLACE)}, Place("f", 1, 1))
    child = expand(root, env, config_dir, problems).child("v")
    assert child is not None
    return child, problems


def value_of(value: str, **env: str) -> Any:
    node, problems = node_of(value, **env)
    assert problems.errors == []
    return node.plain()


def error_of(value: str, **env: str) -> str:
    [error] = node_of(value, **env)[1].errors
    return str(error)


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("${env:N}", 83),
        ("${N}", 83),
        ("${env:L}", [1, {"a": "b"}]),
        ("${env:T}", True),
        ("${env:S}", "a: b: c"),
        ("${env:Q}", '"quoted"'),
        ("${env:EMPTY}", None),
        ("${env:EMPTY:-x}", None),
        ("${env:UNSET:-7}", 7),
        ("${UNSET:-a b}", "a b"),
        ("${env:UNSET:-}", None),
        ("${env:A_${env:B}}", "deep"),
        ("${env:UNSET:-${env:N}}", 83),
        ("${yaml:[1, 2]}", [1, 2]),
        ("${env:CHAIN}", 83),
    ],
)
def test_a_whole_reference_becomes_what_its_text_means(value: str, result: object) -> None:
    env = {"N": "0123", "L": "[1, {a: b}]", "T": "true", "S": "a: b: c", "Q": '"quoted"'}
    env |= {"EMPTY": "", "B": "x", "A_x": "deep", "CHAIN": "${env:N}"}
    assert value_of(value, **env) == result


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("${env:N}", "0123"),
        ("${env:CHAIN}", "0123"),
        ("${env:EMPTY}", ""),
        ("${env:L}", "[1]"),
    ],
)
def test_a_whole_reference_keeps_its_text_for_string_fields(value: str, text: str) -> None:
    env = {"N": "0123", "CHAIN": "${env:N}", "EMPTY": "", "L": "[1]"}
    assert node_of(value, **env)[0].text == text


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("a-${env:N}", "a-0123"),
        ("${env:N}${env:N}", "01230123"),
        (" ${env:L}", " [1]"),
        ("x${env:UNSET}y", "xy"),
        ("x${env:UNSET:-d}y", "xdy"),
        ("x${env:CHAIN}", "x0123"),
    ],
)
def test_an_embedded_reference_is_text_and_never_structure(value: str, result: str) -> None:
    env = {"N": "0123", "L": "[1]", "CHAIN": "${env:N}"}
    assert value_of(value, **env) == result


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("$$", "$"),
        ("$$$$", "$$"),
        ("$${env:N}", "${env:N}"),
        ("$$${env:N}", "$0123"),
        ("$$$${env:N}", "$${env:N}"),
        ("$N", "$N"),
        ("a$", "a$"),
        ("${env:N", "${env:N"),
        ("}${", "}${"),
        ("{${env:N}}", "{0123}"),
    ],
)
def test_dollars_escape_and_stand_for_themselves(value: str, result: str) -> None:
    assert value_of(value, N="0123") == result


def test_an_unset_variable_is_null_with_a_warning() -> None:
    node, problems = node_of("${env:UNSET}")
    assert node.value is None
    assert [str(warning) for warning in problems.warnings] == [
        "f:1:4 v: environment variable 'UNSET' is not set, so it is null"
    ]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("${env:1a}", "environment variable '1a' has invalid name: must match regex"),
        ("${env:a b}", "must match regex ^[a-zA-Z_][a-zA-Z0-9_]*$"),
        ("${}", "has invalid name"),
        ("${env:BYTES}", "environment variable 'BYTES' is not UTF-8"),
        ("${https://h/c}", "the scheme 'https' is not supported"),
        ("${vault:x}", "the scheme 'vault' is not supported"),
        ("${env:A$B}", "a reference must not contain '$'"),
        ("${file:/nowhere}", "file '/nowhere' cannot be read"),
        ("${env:SELF}", "too many recursive expansions"),
        ("x${env:SELF}", "too many recursive expansions"),
        ("${env:TWICE}", "too many recursive expansions"),
        ("${env:MAP}", "too many recursive expansions"),
    ],
)
def test_says_what_cannot_be_expanded(value: str, error: str) -> None:
    env = {"SELF": "${env:SELF}", "TWICE": "${env:TWICE}${env:TWICE}", "MAP": "[${env:MAP}]"}
    env["BYTES"] = "\udc80"
    message = error_of(value, **env)
    assert message.startswith("f:1:4 v: ")
    assert error in message


def test_refuses_expansions_without_end() -> None:
    env = {f"A{i}": f"${{env:A{i + 1}}}" * 10 for i in range(20)} | {"A20": "x"}
    assert "too many recursive expansions" in error_of("x${env:A0}", **env)
    env = {"BIG": "x" * (3 << 20)}
    assert "expands to more than 4 MiB" in error_of("${env:BIG}${env:BIG}", **env)


def test_a_file_is_read_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text("a: ${env:N}\n")
    (tmp_path / "token").write_text("007\n")
    node, _ = node_of("${file:part.yaml}", str(tmp_path), N="5")
    assert node.plain() == {"a": 5}
    assert node_of("${file:token}", str(tmp_path))[0].text == "007"
    assert node_of("Bearer ${file:token}", str(tmp_path))[0].value == "Bearer 007"


@pytest.mark.parametrize(
    ("value", "hidden"),
    [("plain", False), ("${env:N}", True), ("x${env:N}", True), ("${env:UNSET:-d}", False)],
)
def test_what_came_from_the_environment_is_hidden(value: str, hidden: bool) -> None:
    assert node_of(value, N="1")[0].hidden is hidden


def test_what_stands_in_a_referenced_map_has_the_place_of_the_reference() -> None:
    node, _ = node_of("${env:M}", M="{a: {b: 1}}")
    inner = node.child("a").child("b")
    assert inner.place == PLACE
    assert inner.hidden


def test_keys_are_not_expanded() -> None:
    root = Node({"${env:A}": Node("${env:A}", PLACE)}, PLACE)
    assert expand(root, {"A": "x"}, ".", Problems()).plain() == {"${env:A}": "x"}


@given(st.text(st.characters(codec="utf-8", exclude_characters="$\0")))
def test_text_without_dollars_is_unchanged(text: str) -> None:
    assert value_of(text) == text


@given(st.text(st.sampled_from("${}env:AB-x"), max_size=40))
def test_any_text_gives_a_value_or_one_error(text: str) -> None:
    node, problems = node_of(text, A="1", B="${env:A}")
    assert len(problems.errors) <= 1
    assert node.value is None or not problems.errors


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_doubling_every_dollar_keeps_a_text(text: str) -> None:
    assert value_of(text.replace("$", "$$")) == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="$\0")))
def test_a_variable_in_a_string_is_never_structure(text: str) -> None:
    assert node_of("${env:V}", V=text)[0].text == text
    assert value_of("<${env:V}>", V=text) == f"<{text}>"
