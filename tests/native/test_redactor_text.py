"""One text through the rules: what leaves, and where what was found."""

import json

import pytest
from spanloom_native import BatchError

from tests.native.redactor_rules import (
    CANARY,
    DROPS_ATTRIBUTE,
    DROPS_ITEM,
    FLAGGED,
    SIGNAL,
    TRIED,
    redactor,
    rule,
)


def test_a_text_without_findings_is_unchanged() -> None:
    report = redactor().redact_text("clean")
    assert (report.outcome, report.text, report.findings) == ("unchanged", "clean", [])


def test_a_finding_is_told_with_its_place_in_characters() -> None:
    text = f"größe 😀 {CANARY}!"
    report = redactor().redact_text(text)
    assert (report.outcome, report.text) == ("replaced", "größe 😀 [CANARY]!")
    (found,) = report.findings
    assert text[found.start : found.end] == CANARY
    assert (found.rule, found.action, found.score, found.role) == ("canary", "token", 100, "none")


def test_places_inside_json_are_those_in_the_whole_text() -> None:
    inner = json.dumps({"note": f"line\n{CANARY}", "n": CANARY})
    text = json.dumps([{"role": "user", "content": "ü"}, {"role": "tool", "content": inner}])
    report = redactor().redact_text(text)
    assert [text[found.start : found.end] for found in report.findings] == [CANARY, CANARY]
    assert [(f.role, f.message_index) for f in report.findings] == [("tool", 1), ("tool", 1)]
    assert json.loads(json.loads(report.text)[1]["content"])["n"] == "[CANARY]"


@pytest.mark.parametrize(
    ("text", "action", "dry_run"), [(FLAGGED, "flag", False), (TRIED, "dry_run", True)]
)
def test_what_only_tells_leaves_the_text(text: str, action: str, dry_run: bool) -> None:
    report = redactor().redact_text(text)
    assert (report.outcome, report.text) == ("unchanged", text)
    assert [(found.action, found.dry_run) for found in report.findings] == [(action, dry_run)]


@pytest.mark.parametrize(
    ("text", "outcome"), [(DROPS_ATTRIBUTE, "drop_attribute"), (DROPS_ITEM, "drop_item")]
)
def test_what_is_dropped_has_no_text(text: str, outcome: str) -> None:
    report = redactor().redact_text(f"{text} {CANARY}")
    assert (report.outcome, report.text) == (outcome, "")


def test_a_value_above_the_limit_is_replaced_unscanned() -> None:
    rules = redactor(limits={"value_bytes_max": 1024})
    report = rules.redact_text("x" * 1025)
    assert (report.outcome, report.reason) == ("unscanned", "too_large")
    assert report.text == "[REDACTED:unscanned]"


def test_scopes_see_the_place() -> None:
    rules = redactor(
        rules=[
            rule(
                "scoped",
                CANARY,
                scopes=[
                    {"enabled": False},
                    {
                        "signals": ["traces"],
                        "locations": ["span.attributes"],
                        "keys": ["a.*"],
                        "roles": ["user"],
                        "enabled": True,
                    },
                ],
            )
        ]
    )
    place = {"key": "a.b", "signal": "traces", "location": "span.attributes", "role": "user"}
    assert rules.redact_text(CANARY, **place).outcome == "replaced"  # type: ignore[arg-type]
    for name, value in [
        ("key", "b"),
        ("signal", "logs"),
        ("location", "span.name"),
        ("role", "tool"),
    ]:
        other = {**place, name: value}
        assert rules.redact_text(CANARY, **other).outcome == "unchanged"  # type: ignore[arg-type]


@pytest.mark.parametrize("place", [{"signal": "spans"}, {"location": "x"}, {"role": "x"}])
def test_an_unknown_place_is_refused(place: dict[str, str]) -> None:
    with pytest.raises(BatchError):
        redactor().redact_text(SIGNAL, **place)  # type: ignore[arg-type]
