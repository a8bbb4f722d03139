"""The Collector's `redaction` keys, as they are written there."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.load import load_rules

# The example of the Collector's README, with the sanitizers off.
EXAMPLE: dict[str, Any] = {
    "allow_all_keys": False,
    "allowed_keys": ["description", "group", "id", "name"],
    "ignored_keys": ["safe_attribute"],
    "redact_all_types": True,
    "blocked_key_patterns": [".*token.*", ".*api_key.*"],
    "blocked_values": ["4[0-9]{12}(?:[0-9]{3})?", "(5[1-5][0-9]{14})"],
    "allowed_values": [".+@mycompany.com"],
    "hash_function": "md5",
    "summary": "debug",
    "url_sanitizer": {"enabled": False, "attributes": ["http.url", "url"]},
}


def document(**fields: Any) -> dict[str, Any]:
    config = Config.model_validate_json(json.dumps({"rule_sets": [], **fields}))
    return load_rules(config).document


def test_an_example_of_the_collector_means_the_same_in_our_words() -> None:
    theirs = document(**EXAMPLE)
    ours = document(
        allow_only_keys=["description", "group", "id", "name"],
        ignore_keys=["safe_attribute"],
        scan_numbers="all",
        mask_keys=["/.*token.*/", "/.*api_key.*/"],
        rules=[
            {"id": f"blocked_values.{i}", "regex": pattern, "action": {"hash": "md5"}}
            for i, pattern in enumerate(EXAMPLE["blocked_values"])
        ],
        allow={"regex": [".+@mycompany.com"]},
        summary="debug",
    )
    assert theirs == ours


def test_without_a_hash_function_blocked_values_become_the_mask() -> None:
    (rule,) = document(blocked_values=["secret"])["rules"]
    assert (rule["action"], rule["replacement"]) == ({"kind": "token"}, "****")
    (rule,) = document(blocked_values=["secret"], mask_text="#")["rules"]
    assert rule["replacement"] == "#"


@pytest.mark.parametrize(
    ("fields", "allow_only"),
    [
        ({"drop_keys": ["x"]}, None),
        ({"allow_all_keys": True, "allowed_keys": ["a"], "drop_keys": ["x"]}, None),
        ({"allowed_keys": ["a"]}, ["a"]),
        ({"allow_all_keys": False}, []),
        ({"allowed_keys": []}, []),
        ({"allowed_keys": ["a*", "b"]}, ["/^a\\*$/", "b"]),
        ({"allowed_keys": ["a"], "ignored_key_patterns": ["^x"]}, ["a", "/^x/"]),
    ],
)
def test_only_allowed_keys_stay_where_such_a_list_is_given(
    fields: dict[str, Any], allow_only: list[str] | None
) -> None:
    assert document(**fields)["keys"]["allow_only"] == allow_only


def test_literals_in_sql_are_found_in_the_attributes_named() -> None:
    sql = {"enabled": True, "attributes": ["db.query"]}
    (rule,) = document(db_sanitizer={"sql": sql})["rules"]
    assert (rule["id"], rule["replacement"]) == ("db_sanitizer.sql", "?")
    everywhere, there = rule["scopes"]
    assert everywhere["enabled"] is False
    assert (there["enabled"], there["keys"]) == (True, ["db.query"])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"url_sanitizer": {"enabled": True}}, "url_sanitizer is not supported"),
        ({"db_sanitizer": {"redis": {"enabled": True}}}, "db_sanitizer.redis is not supported"),
        (
            {"db_sanitizer": {"sanitize_span_name": True}},
            "db_sanitizer.sanitize_span_name is not supported",
        ),
        ({"hash_function": "hmac-sha256"}, "needs hmac_key or hmac"),
        ({"allow_only_keys": [], "allowed_keys": []}, "exclude each other"),
        ({"hmac_key": "k", "hmac": {"key": "k"}}, "hmac and hmac_key exclude each other"),
        ({"hmac": {"key": "k", "key_env": "K"}}, "needs exactly one of key, key_file, key_env"),
        ({"timeout": "0"}, "timeout must be at least 1ms"),
    ],
)
def test_refuses_what_cannot_be_done(fields: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        document(**fields)
