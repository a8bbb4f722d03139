"""What each action does to attributes, and what it leaves alone."""

import hashlib
import struct
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from spanloom.batch import Logs, Metrics, Traces
from spanloom.processors.attributes.attributes import AttributesProcessor
from spanloom.processors.attributes.config import Config
from spanloom.testing import build_logs, build_metrics, build_traces, make_settings
from spanloom.testing.builders import key_values

NESTED = {"a": [1, "x", {"b": True}]}


def process(batch: Traces | Logs | Metrics, *actions: Mapping[str, Any], **options: Any) -> Any:
    config = Config.model_validate({"actions": list(actions), **options})
    return AttributesProcessor(config, make_settings()).process(batch)


def values_after(values: list[Any], *actions: Mapping[str, Any], key: str = "k") -> list[Any]:
    """Attribute `key` of spans that had these values at `k` (None: had none)."""
    request = build_traces(len(values))
    for span, value in zip(request.resource_spans[0].scope_spans[0].spans, values, strict=True):
        if value is not None:
            span.attributes.extend(key_values({"k": value}))
    objects: list[Any] = process(Traces.from_message(request), *actions).attribute(key).objects()
    return objects


def test_insert_sets_only_where_the_key_is_absent() -> None:
    assert values_after(["old", None], {"action": "insert", "key": "k", "value": "new"}) == [
        "old",
        "new",
    ]


def test_update_sets_only_where_the_key_is_present() -> None:
    assert values_after(["old", None], {"action": "update", "key": "k", "value": 7}) == [7, None]


def test_upsert_sets_everywhere() -> None:
    assert values_after(["old", None], {"action": "UPSERT", "key": "k", "value": True}) == [
        True,
        True,
    ]


@pytest.mark.parametrize("value", ["text", 3, 2.5, False, True, [1, 2], NESTED])
def test_a_value_keeps_its_type(value: Any) -> None:
    assert values_after([None], {"action": "insert", "key": "k", "value": value}) == [value]


def test_from_attribute_copies_every_kind_of_value() -> None:
    values = ["text", 3, 2.5, False, b"raw", NESTED, None]
    action = {"action": "insert", "key": "copy", "from_attribute": "k"}
    assert values_after(values, action, key="copy") == values


def test_default_value_stands_in_for_an_absent_source() -> None:
    action = {"action": "upsert", "key": "to", "from_attribute": "k", "default_value": "none"}
    assert values_after(["x", None], action, key="to") == ["x", "none"]
    alone = {"action": "insert", "key": "to", "value": None, "default_value": "none"}
    assert values_after([None], alone, key="to") == ["none"]


def test_delete_removes_by_key_and_by_pattern() -> None:
    batch = Traces.from_message(build_traces(2, attributes={"internal.a": 1, "b.internal": 2}))
    process(batch, {"action": "delete", "pattern": r"^internal\."})
    process(batch, {"action": "delete", "key": "gen_ai.request.model"})
    left = batch.keys()
    assert "internal.a" not in left
    assert "gen_ai.request.model" not in left
    assert "b.internal" in left


def test_hash_is_sha256_of_the_text_or_the_number() -> None:
    def sha256(content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    values = ["secret", 5, 2.5, True, "", NESTED, None]
    assert values_after(values, {"action": "hash", "key": "k"}) == [
        sha256(b"secret"),
        sha256(struct.pack("<q", 5)),
        sha256(struct.pack("<d", 2.5)),
        sha256(b"\x01"),
        "",
        "",
        None,
    ]


def test_extract_writes_named_groups_of_strings_that_match() -> None:
    action = {"action": "extract", "key": "k", "pattern": r"^/(?P<user>\w+)/(?P<item>\d+)?"}
    values = ["/ann/7", "/bob/", "none", 5, None]
    assert values_after(values, action, key="user") == ["ann", "bob", None, None, None]
    assert values_after(values, action, key="item") == ["7", "", None, None, None]


@pytest.mark.parametrize(
    ("target", "values", "expected"),
    [
        ("int", ["12", "x", "1_0", 2.9, True, "9" * 19], [12, "x", "1_0", 2, 1, "9" * 19]),
        ("double", ["1.5", "x", 2, True, "1e3"], [1.5, "x", 2.0, 1.0, 1000.0]),
        (
            "string",
            [1, 2.0, 2.5, True, "s", NESTED, b"\x00"],
            ["1", "2", "2.5", "true", "s", '{"a":[1,"x",{"b":true}]}', "AA=="],
        ),
    ],
)
def test_convert_leaves_what_it_cannot_convert(
    target: str, values: list[Any], expected: list[Any]
) -> None:
    action = {"action": "convert", "key": "k", "converted_type": target}
    found = values_after(values, action)
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


def test_actions_run_in_order() -> None:
    found = values_after(
        ["a"],
        {"action": "insert", "key": "copy", "from_attribute": "k"},
        {"action": "delete", "key": "k"},
        key="copy",
    )
    assert found == ["a"]


def test_works_on_log_records_and_data_points() -> None:
    action = {"action": "upsert", "key": "tier", "value": "gold"}
    logs = process(Logs.from_message(build_logs(4)), action)
    assert logs.attribute("tier").strings() == ["gold"] * 4
    metrics = process(Metrics.from_message(build_metrics(6)), action)
    assert metrics.attribute("tier").strings() == ["gold"] * 6


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ({"action": "insert", "key": "k"}, "needs one of value"),
        ({"action": "insert", "value": 1}, "needs a key"),
        ({"action": "insert", "key": "k", "value": 1, "from_attribute": "a"}, "exclude each other"),
        ({"action": "upsert", "key": "k", "from_context": "metadata.x"}, "client metadata"),
        ({"action": "delete"}, "needs a key"),
        ({"action": "delete", "key": "k", "value": 1}, "takes no value"),
        ({"action": "extract", "key": "k", "pattern": "(a)"}, "groups are all named"),
        ({"action": "extract", "key": "k", "pattern": "("}, "no regular expression"),
        ({"action": "convert", "key": "k"}, "converted_type"),
        ({"action": "upsert", "key": "k", "value": 1, "pattern": "x"}, "takes no pattern"),
    ],
)
def test_refuses_actions_that_make_no_sense(action: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        Config.model_validate({"actions": [action]})
