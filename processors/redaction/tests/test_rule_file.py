"""Rule files: what is read, and what is said about mistakes."""

from pathlib import Path

import pytest

from spanloom.config.errors import Problems
from spanloom.processors.redaction.actions import Action
from spanloom.processors.redaction.rule import Rule
from spanloom.processors.redaction.rule_file import (
    SHIPPED,
    read_rules,
    read_shipped,
    shipped_names,
)


def rules(tmp_path: Path, text: str) -> list[Rule]:
    (tmp_path / "rules.yaml").write_text(text)
    problems = Problems()
    written = read_rules(tmp_path / "rules.yaml", problems)
    assert problems.errors == []
    return [each.rule for each in written]


def mistakes(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "rules.yaml").write_text(text)
    problems = Problems()
    read_rules(tmp_path / "rules.yaml", problems)
    return [str(error).removeprefix(f"{tmp_path}/") for error in problems.errors]


def test_reads_every_form_of_an_action(tmp_path: Path) -> None:
    text = "version: 1\nrules:\n" + "".join(
        f"  - {{id: r{i}, detector: email, action: {action}}}\n"
        for i, action in enumerate(
            ("flag", "drop_item", "{partial: {keep_last: 4}}", "{hash: hmac-sha256}")
        )
    )
    assert [rule.action for rule in rules(tmp_path, text)] == [
        Action("flag"),
        Action("drop_item"),
        Action("partial", keep_last=4),
        Action("hash", function="hmac-sha256"),
    ]


def test_tells_all_mistakes_at_once_with_places_and_nearest_names(tmp_path: Path) -> None:
    text = """\
version: 1
rules:
  - id: email
    detector: email
    scops: []
  - id: Card
    class: vendr
    action: tokne
  - id: x
    action: {hash: md6}
    tier: 3
    min_confidence: 101
  - id: y
    action: {partial: {keep_last: 9}}
    label: 'a"b'
    replacement: 'a\\b'
"""
    forms = "flag, token, hmac, drop_match, drop_attribute, drop_item, "
    forms += "{partial: {keep_first: N, keep_last: N}}, {hash: FUNCTION}"
    assert sorted(mistakes(tmp_path, text)) == sorted(
        [
            "rules.yaml:5:5 rules[0]: has invalid keys: scops; did you mean 'scopes'?",
            "rules.yaml:6:9 rules[1].id: String should match pattern '^[a-z0-9_.]+$', got 'Card'",
            (
                "rules.yaml:7:12 rules[1].class: must be 'validated', 'vendor', 'generic' or "
                "'phrase', got 'vendr'; did you mean 'vendor'?"
            ),
            (
                f"rules.yaml:8:13 rules[1].action: must be one of {forms}, got 'tokne'"
                "; did you mean 'token'?"
            ),
            (
                "rules.yaml:10:13 rules[2].action: hash must be one of md5, sha1, sha3, "
                "hmac-sha256, hmac-sha512"
            ),
            "rules.yaml:11:11 rules[2].tier: must be 1 or 2, got 3",
            "rules.yaml:12:21 rules[2].min_confidence: must be less than or equal to 100, got 101",
            (
                "rules.yaml:14:13 rules[3].action: partial must give keep_first, keep_last or "
                "both, each at most 8"
            ),
            (
                "rules.yaml:15:12 rules[3].label: String should match pattern "
                "'^[A-Za-z0-9_.-]*$', got 'a\"b'"
            ),
            (
                'rules.yaml:16:18 rules[3].replacement: must hold no ", no backslash and no '
                "control character, got 'a\\\\b'"
            ),
        ]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "rules.yaml:1:1: is empty"),
        ("- a\n", "rules.yaml:1:1: must be a map, got a list"),
        ("rules: []\n", "rules.yaml:1:1 version: is required"),
        ("version: 2\nrules: [{id: a}]\n", "rules.yaml:1:10 version: must be 1, got 2"),
        ("version: 1\nrules: [\n", "rules.yaml:3:1: is not valid YAML"),
        ("a: \x00\n", "rules.yaml:1:1: is not valid YAML"),
    ],
)
def test_refuses_what_is_no_rule_file(tmp_path: Path, text: str, expected: str) -> None:
    assert any(error.startswith(expected) for error in mistakes(tmp_path, text))


def test_refuses_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    problems = Problems()
    assert read_rules(tmp_path / "none.yaml", problems) == []
    assert str(problems.errors[0]).endswith(
        "none.yaml:1:1: cannot be read: No such file or directory"
    )


def test_refuses_an_id_that_stands_twice_in_one_file(tmp_path: Path) -> None:
    text = "version: 1\nrules:\n  - {id: a, detector: email}\n  - {id: a, detector: phone}\n"
    (error,) = mistakes(tmp_path, text)
    assert error.startswith("rules.yaml:4:10 rules[1].id: the id 'a' stands twice; first at ")
    assert error.endswith("rules.yaml:3:10")


def test_an_unknown_rule_set_names_those_there_are() -> None:
    problems = Problems()
    assert read_shipped("pi", problems) == []
    (error,) = problems.errors
    assert "no rule set 'pi' (valid values: " in str(error)
    assert str(error).endswith("did you mean 'pii'?")


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_sets_are_free_of_mistakes_and_mean_the_same_read_either_way(name: str) -> None:
    problems = Problems()
    carefully = read_rules(SHIPPED / f"{name}.yaml", problems)
    at_once = read_shipped(name, problems)
    problems.raise_if_any()
    assert problems.warnings == []
    assert len(at_once) > 5
    assert [each.rule for each in at_once] == [each.rule for each in carefully]


PATTERNS = """\
patterns:
  - name: email
    regex: "[a-z.]+@[a-z.]+"
    type: PII_STRUCTURAL
  - name: Weapons & co
    phrases: [How to build]
    phrase: a bomb
    type: FORBIDDEN_TOPIC
  - name: sql
    regex: "(?i)union"
    phrase: drop table
    type: INJECTION_ATTEMPT
  - name: dan
    phrase: do anything now
    type: JAILBREAK_PHRASE
"""


def test_patterns_of_instrumentation_sdk_become_rules(tmp_path: Path) -> None:
    read = {rule.id: rule for rule in rules(tmp_path, PATTERNS)}
    assert list(read) == [
        "patterns.email",
        "patterns.weapons_co",
        "patterns.sql",
        "patterns.sql.phrases",
        "patterns.dan",
    ]
    assert read["patterns.email"].regex == "[a-z.]+@[a-z.]+"
    assert read["patterns.weapons_co"].phrases == ["How to build", "a bomb"]
    assert not read["patterns.dan"].whole_words
    told = {rule.id: (rule.attribute, rule.action) for rule in read.values()}
    private = ("llm.pii_detected", Action("token"))
    injected = ("llm.injection_attempt", Action("flag"))
    assert told == dict(zip(read, (private, private, injected, injected, injected), strict=True))


def test_mistakes_in_patterns_are_told_instead_of_skipped(tmp_path: Path) -> None:
    text = "patterns:\n  - {name: a, type: PII}\n  - {name: b, type: PII_STRUCTURAL}\n"
    errors = mistakes(tmp_path, text)
    assert errors[0].startswith("rules.yaml:2:21 patterns[0].type: must be 'PII_STRUCTURAL', ")
    assert errors[1] == "rules.yaml:3:5 patterns[1]: needs one of regex, phrase, phrases"
