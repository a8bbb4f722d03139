"""What the engine in Python says of single texts: it is meant to be right by itself."""

import json
from typing import Any

import pytest

from spanloom.processors.redaction.oracle import Redactor
from spanloom.processors.redaction.oracle.regex import PatternError, compile_pattern

EMAIL = {"id": "email", "class": "validated", "label": "EMAIL", "action": {"kind": "token"}}
CARD = {"id": "card", "class": "validated", "label": "CARD", "action": {"kind": "token"}}
DETECTED: list[dict[str, Any]] = [
    EMAIL | {"match": {"detector": "email"}},
    CARD | {"match": {"detector": "credit_card"}},
]


def redacted(text: str, rules: list[dict[str, Any]] = DETECTED, **place: str) -> str:
    return Redactor(json.dumps({"rules": rules}).encode()).redact_text(text, **place).text


def phrase(text: str, label: str) -> dict[str, Any]:
    match = {"phrases": {"phrases": [text]}}
    return {"id": label.lower(), "class": "phrase", "label": label, "match": match} | {
        "action": {"kind": "token"}
    }


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("mail bob@example.com now", "mail [EMAIL] now"),
        ("ｂｏｂ＠example.com", "[EMAIL]"),  # noqa: RUF001 - what it is about
        ("bob%40example.com", "[EMAIL]"),
        (r"\u003cbob@example.com\u003e", r"\u003c[EMAIL]\u003e"),
        ("4111\u200b1111\u00a01111 1111", "4111\u200b1111\u00a01111 1111"),
        ("4111\u00a01111\u00a01111\u00a01111", "[CARD]"),
        ("aGVsbG8gYm9iQGV4YW1wbGUuY29tIGhvdyBhcmUgeW91", "[EMAIL]"),
    ],
)
def test_values_are_found_in_every_disguise(text: str, written: str) -> None:
    assert redacted(text) == written


def test_json_stays_json_and_every_other_byte_stays() -> None:
    text = '{ "a" : "x\\nbob@example.com\\u0041", "b":[1, {"bob@example.com":null}] }'
    written = '{ "a" : "x\\n[EMAIL]", "b":[1, {"[EMAIL]":null}] }'
    assert redacted(text) == written


def test_json_in_json_is_escaped_once_per_level() -> None:
    inner = json.dumps({"k": 'say "hi" to bob@example.com'})
    written = json.loads(json.loads(redacted(json.dumps({"arguments": inner})))["arguments"])
    assert written == {"k": 'say "hi" to [EMAIL]'}


def test_parts_of_one_message_are_read_as_one() -> None:
    parts = [{"text": "mail bob@exa"}, {"text": "mple.com now"}]
    assert json.loads(redacted(json.dumps(parts))) == [{"text": "mail [EMAIL]"}, {"text": " now"}]


def test_the_stronger_rule_names_what_overlapping_ones_cover() -> None:
    rules = [phrase("to bob", "PHRASE"), *DETECTED]
    assert redacted("write to bob@example.com", rules) == "write [EMAIL]"


def test_marks_that_were_written_before_are_left_alone() -> None:
    rules = [phrase("email", "WORD"), *DETECTED]
    assert redacted("[EMAIL] [EMAIL:0123456789abcdef] email", rules) == (
        "[EMAIL] [EMAIL:0123456789abcdef] [WORD]"
    )


@pytest.mark.parametrize(
    ("pattern", "translated"),
    [
        (r"(?-u:\b)a\z", rb"(?:\b)a\Z"),
        (r"a(?i)b|c$", rb"a(?i:b)|(?i:c\Z)"),
        (r"[[:alnum:]_-]", rb"[A-Za-z0-9_-]"),
        (r"(?<name>\x{41})", rb"(?P<name>\x41)"),
        ("é+", rb"(?:\xc3\xa9)+"),
    ],
)
def test_patterns_are_rewritten_for_pythons_syntax(pattern: str, translated: bytes) -> None:
    assert compile_pattern(pattern, ignore_case=False).pattern == translated


@pytest.mark.parametrize("pattern", ["a(?=b)", r"(a)\1", "a*+", "[a&&b]", r"\pL", "(?x) a", "("])
def test_patterns_without_a_counterpart_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern, ignore_case=False)


def test_rules_that_cannot_be_used_are_named_all_at_once() -> None:
    unusable = [
        EMAIL | {"id": f"rule{index}", "match": {"regex": {"pattern": pattern}}}
        for index, pattern in enumerate(["[a&&b]", "fine", r"\pL"])
    ]
    with pytest.raises(ValueError, match=r"rule rule0: .*\nrule rule2: "):
        redacted("text", unusable)
