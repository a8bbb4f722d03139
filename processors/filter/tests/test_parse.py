"""How conditions are read, and what is said about those that cannot be."""

import pytest

from spanloom.processors.filter.evaluate import compile_condition
from spanloom.processors.filter.parse import (
    AllOf,
    AnyOf,
    Comparison,
    ConditionError,
    Not,
    Path,
    parse,
)


def path(*names: str, key: str | None = None, position: int = 0) -> Path:
    return Path(names, key, position)


def test_and_binds_closer_than_or() -> None:
    tree = parse("a or b and not c")
    assert tree == AnyOf(
        (
            Comparison(path("a"), "present"),
            AllOf(
                (
                    Comparison(path("b", position=5), "present"),
                    Not(Comparison(path("c", position=15), "present")),
                )
            ),
        )
    )


def test_parentheses_group() -> None:
    assert isinstance(parse("(a or b) and c"), AllOf)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a == "x"', "x"),
        (r'a == "say \"hi\"\n"', 'say "hi"\n'),
        ("a == 'single'", "single"),
        ("a == -5", -5),
        ("a == 2.5", 2.5),
        ("a == 1e3", 1000.0),
        ("a == true", True),
        ("a == STATUS_CODE_ERROR", "STATUS_CODE_ERROR"),
    ],
)
def test_literals(text: str, value: object) -> None:
    tree = parse(text)
    assert isinstance(tree, Comparison)
    assert tree.value == value
    assert type(tree.value) is type(value)


def test_ismatch_is_matches() -> None:
    assert parse('IsMatch(a["k"], "^x")') == Comparison(
        path("a", key="k", position=8), "matches", "^x"
    )


def test_comparing_with_nil_asks_for_presence() -> None:
    assert parse("a != nil") == Comparison(path("a"), "present")
    assert parse("a == nil") == Not(Comparison(path("a"), "present"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: expected a field such as name or attributes, got the end"),
        ("name ==", "column 8: expected a string, a number, true, false or nil, got the end"),
        ('name = "x"', "column 6: cannot read '='"),
        ('name == "x" name', "column 13: expected 'and', 'or' or the end, got name"),
        ('(name == "x"', "column 13: expected ')', got the end"),
        ('attributes[x] == "y"', "column 12: expected a string in quotes, got x"),
        ("name matches 5", "column 14: expected a string in quotes, got 5"),
        ("name in []", "column 10: expected a string, a number, true, false or nil, got ]"),
        ('name == "x', "column 9: cannot read '\"'"),
        ("not " * 60 + "name", "nested deeper than 50"),
        ("(" * 60 + "name", "nested deeper than 50"),
        ("a" * 10_001, "at most 10000 characters"),
    ],
)
def test_says_where_and_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ConditionError) as error:
        parse(text)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('nmae == "x"', "column 1: nmae is no field of a span; known are attributes"),
        ('attributes == "x"', 'attributes needs a key: attributes["..."]'),
        ('name["x"] == "y"', "name has no keys"),
        ("name > 5", "name is text: compare it with a string"),
        ('status == "eror"', "status compares with one of unset, ok, error, got 'eror'"),
        ('duration_ms > "long"', "duration_ms compares with a number, got 'long'"),
        ('kind matches "x"', "kind compares with one of"),
        ('name matches "("', "no regular expression"),
        ('attributes["a"] matches "("', "no regular expression"),
        ("value == 1", "value is no field of a span"),
    ],
)
def test_refuses_conditions_that_make_no_sense(text: str, message: str) -> None:
    with pytest.raises(ConditionError) as error:
        compile_condition(text, "span")
    assert message in str(error.value)
