"""Rules from all sources together: overrides, selection, keys, and what refuses the start."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from spanloom.config import ConfigErrors
from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.load import Loaded, load_rules

EMAIL = {"id": "email", "detector": "email"}
KEY = "k" * 32


def configured(**fields: Any) -> Config:
    """Read as the runtime does; no shipped sets unless asked for."""
    return Config.model_validate_json(json.dumps({"rule_sets": [], **fields}))


def load(folder: Path | str = ".", **fields: Any) -> Loaded:
    return load_rules(configured(**fields), str(folder), env={"RIGHT": KEY, "SHORT": "abc"})


def rule(loaded: Loaded, rule_id: str = "email") -> dict[str, Any]:
    rules: list[dict[str, Any]] = loaded.document["rules"]
    (found,) = [each for each in rules if each["id"] == rule_id]
    return found


def refusals(folder: Path | str = ".", **fields: Any) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        load(folder, **fields)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_defaults_follow_from_how_a_rule_finds() -> None:
    given = [
        EMAIL,
        {"id": "acme.key", "regex": "acme_[a-z]{20}"},
        {"id": "secret_project", "phrases": ["project x"]},
        {"id": "override", "phrases": ["ignore all"], "family": "override", "weight": 0.5},
    ]
    loaded = load(rules=given)
    facts = [(r["class"], r["label"], r["action"]["kind"]) for r in loaded.document["rules"]]
    assert facts == [
        ("validated", "EMAIL", "token"),
        ("generic", "ACME_KEY", "token"),
        ("phrase", "SECRET_PROJECT", "token"),
        ("phrase", "OVERRIDE", "flag"),
    ]


def test_later_sources_change_the_fields_they_give(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "version: 1\nrules:\n  - {id: email, detector: email, label: MAIL, context: [mail]}\n"
    )
    (tmp_path / "b.yaml").write_text(
        "version: 1\nrules:\n  - {id: email, action: flag, min_confidence: 80}\n"
    )
    found = rule(
        load(
            tmp_path,
            rule_files=["a.yaml", "b.yaml"],
            rules=[{"id": "email", "min_confidence": 90}],
        )
    )
    assert found["match"] == {"detector": "email"}
    assert (found["label"], found["context"]) == ("MAIL", ["mail"])
    assert (found["action"], found["mask_at"]) == ({"kind": "flag"}, 90)


def test_another_way_to_find_replaces_the_old_one_and_its_options() -> None:
    given = [
        {"id": "key", "regex": "k_[a-z]+", "keywords": ["k_"], "min_entropy": 3.0, "label": "K"},
        {"id": "key", "detector": "phone"},
    ]
    found = rule(load(rules=given), "key")
    assert (found["match"], found["label"]) == ({"detector": "phone"}, "K")


def test_tier_2_is_off_until_a_glob_enables_it_and_disable_is_stronger() -> None:
    given = [
        EMAIL,
        {"id": "uk.nino", "detector": "phone", "tier": 2},
        {"id": "uk.nhs", "detector": "phone", "tier": 2},
    ]

    def ids(**more: Any) -> list[str]:
        return [each["id"] for each in load(rules=given, **more).document["rules"]]

    assert ids() == ["email"]
    assert ids(enable=["uk.*"]) == ["email", "uk.nino", "uk.nhs"]
    assert ids(enable=["uk.*"], disable=["email", "*.nhs"]) == ["uk.nino"]


def test_tells_what_is_wrong_with_whole_rules_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "version: 1\nrules:\n  - id: emial\n    action: flag\n"
        "  - id: both\n    detector: email\n    regex: 'x+'\n"
    )
    errors = refusals(
        tmp_path,
        rule_files=["a.yaml"],
        rules=[
            EMAIL,
            {"id": "a", "detector": "email", "keywords": ["xx"]},
            {"id": "b", "phrases": ["x "], "weight": 0.5, "flag_confidence": 70},
            {"id": "c", "phrases": ["xy"], "family": "f", "weight": 0.5, "action": "token"},
            {"id": "d", "phrases": ["xy"], "action": "flag", "replacement": "?"},
            {"id": "e", "regex": "xy", "keywords": [" "], "scopes": [{"keys": ["a"]}]},
        ],
        enable=["uk.*"],
    )
    assert sorted(errors) == [
        (
            "a.yaml:3:9 rules[0].id: emial: no rule with this id is known, so it needs detector, "
            "regex or phrases; did you mean 'email'?"
        ),
        "a.yaml:7:12 rules[1].regex: both: detector and regex exclude each other",
        "enable[0]: 'uk.*' names no rule",
        "rules[1].keywords: a: keywords goes with regex",
        "rules[2].flag_confidence: b: must not be above min_confidence",
        "rules[2].phrases: b: a phrase must have at least 2 characters",
        "rules[2].weight: b: family and weight go together",
        "rules[3].action: c: a signal of prompt injection only tells: its action is flag",
        "rules[4].replacement: d: replacement goes with the action token",
        "rules[5].keywords: e: a keyword must not be blank",
        "rules[5].scopes: e: a scope needs enabled or action",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"rules": [EMAIL], "disable": ["*"]},
        {"ignore_keys": ["a"], "allow_all_keys": True, "allowed_keys": ["b"]},
    ],
)
def test_refuses_a_set_that_would_redact_nothing(fields: dict[str, Any]) -> None:
    (error,) = refusals(**fields)
    assert error.startswith("no rule is on and no list says which attributes go")


@pytest.mark.parametrize(
    "fields", [{"drop_keys": ["a"]}, {"mask_keys": ["a"]}, {"allow_only_keys": []}]
)
def test_lists_of_keys_are_enough(fields: dict[str, Any]) -> None:
    assert load(**fields).document["rules"] == []


def test_an_action_that_needs_a_key_refuses_the_start_without_one() -> None:
    given = [
        {**EMAIL, "action": "hmac", "scopes": [{"keys": ["a"], "action": {"hash": "hmac-sha256"}}]}
    ]
    errors = refusals(rules=given)
    assert len(errors) == 2
    assert all(e.startswith("rules[0].action: email: the action needs hmac.key, ") for e in errors)


def test_without_key_says_what_to_do_instead() -> None:
    given = [{**EMAIL, "action": "hmac", "without_key": {"partial": {"keep_first": 1}}}]
    partial = {"kind": "partial", "keep_first": 1, "keep_last": 0}
    assert rule(load(rules=given))["action"] == partial
    assert rule(load(rules=given, hmac={"key": KEY}))["action"] == {"kind": "hmac"}


@pytest.mark.parametrize("hmac", [{"key": KEY}, {"key_env": "RIGHT"}, {"key_file": "key"}])
def test_the_key_comes_from_the_config_the_environment_or_a_file(
    tmp_path: Path, hmac: dict[str, str]
) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    loaded = load(tmp_path, rules=[EMAIL], hmac={**hmac, "key_id": "2026"})
    encoded = base64.b64encode(KEY.encode()).decode()
    assert loaded.document["hmac"] == {"key_base64": encoded, "key_id": "2026"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"hmac": {"key": "abc"}}, "hmac.key: the key must have at least 32 bytes"),
        ({"hmac": {"key_env": "SHORT"}}, "hmac.key_env: the key must have at least 32 bytes"),
        (
            {"hmac": {"key_env": "NONE"}},
            "hmac.key_env: the environment variable 'NONE' is not set",
        ),
        (
            {"hmac": {"key_file": "none"}},
            "hmac.key_file: cannot be read: No such file or directory",
        ),
        (
            {"hmac_key": KEY, "hash_function": "hmac-sha512"},
            "hmac_key: the key must have at least 64 bytes",
        ),
    ],
)
def test_refuses_a_key_that_is_short_or_missing_without_showing_it(
    tmp_path: Path, fields: dict[str, Any], expected: str
) -> None:
    assert refusals(tmp_path, rules=[{**EMAIL, "action": "hmac"}], **fields) == [expected]


def test_the_key_is_in_no_printed_form() -> None:
    loaded = load(rules=[EMAIL], hmac={"key": KEY})
    encoded = base64.b64encode(KEY.encode()).decode()
    assert KEY not in repr(loaded)
    assert encoded not in repr(loaded)


def test_limits_and_switches_reach_the_engine() -> None:
    document = load(
        rules=[EMAIL],
        max_value_bytes="1MiB",
        timeout="250ms",
        on_error="pass",
        on_oversize="scan_head_tail",
        decode={"json": False, "hex": True},
        injection={"threshold": 0.7, "roles": ["user"]},
        allow={"suffix": ["@example.com"]},
    ).document
    assert document["limits"] == {"value_bytes_max": 1 << 20, "value_ms_max": 250}
    assert document["pass_unscanned"] is True
    assert document["on_oversize"] == "scan_head_tail"
    assert document["decode"] == {"json": False, "base64": True, "percent": True, "hex": True}
    assert document["injection"] == {"threshold": 0.7, "roles": ["user"]}
    assert document["allow"]["suffix"] == ["@example.com"]
