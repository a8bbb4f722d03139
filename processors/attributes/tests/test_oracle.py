"""Random actions do to columns what plain Python does to dictionaries."""

import hashlib
import math
import re
import struct
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.batch import Traces
from spanloom.processors.attributes.attributes import AttributesProcessor
from spanloom.processors.attributes.config import Config
from spanloom.testing import build_traces, make_settings
from spanloom.testing.builders import key_values

KEYS = st.sampled_from(["a", "b", "c"])
VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.sampled_from(["", "7", "-12", "1.5", "text", "x/y"]),
    st.lists(st.integers(0, 3), max_size=2),
)
PATTERN = r"^(?P<b>\w+)/(?P<c>\w+)$"
ACTIONS = st.one_of(
    st.fixed_dictionaries(
        {"action": st.sampled_from(["insert", "update", "upsert"]), "key": KEYS, "value": VALUES}
    ),
    st.fixed_dictionaries(
        {
            "action": st.sampled_from(["insert", "update", "upsert"]),
            "key": KEYS,
            "from_attribute": KEYS,
        },
        optional={"default_value": VALUES},
    ),
    st.fixed_dictionaries({"action": st.sampled_from(["delete", "hash"]), "key": KEYS}),
    st.just({"action": "delete", "pattern": "^[ab]$"}),
    st.just({"action": "extract", "key": "a", "pattern": PATTERN}),
    st.fixed_dictionaries(
        {
            "action": st.just("convert"),
            "key": KEYS,
            "converted_type": st.sampled_from(["int", "double"]),
        }
    ),
)


def put(row: dict[str, Any], action: dict[str, Any]) -> None:
    key, name = action["key"], action["action"]
    value = action.get("value")
    if "from_attribute" in action:
        value = row.get(action["from_attribute"], action.get("default_value"))
    wanted = {"insert": key not in row, "update": key in row, "upsert": True}[name]
    if wanted and value is not None:
        row[key] = value


def sha256(value: Any) -> str:
    if isinstance(value, bool):
        content = bytes([value])
    elif isinstance(value, int | float):
        content = struct.pack("<q" if isinstance(value, int) else "<d", value)
    else:
        content = value.encode() if isinstance(value, str) else b""
    return hashlib.sha256(content).hexdigest() if content else ""


def to_int(value: Any) -> Any:
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?\d+", value) else value
    if isinstance(value, float):
        fits = math.isfinite(value) and -(2.0**63) <= value < 2.0**63
        return int(value) if fits else value
    return int(value) if isinstance(value, bool) else value


def to_double(value: Any) -> Any:
    if isinstance(value, str):
        return float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else value
    return float(value) if isinstance(value, bool | int) else value


def apply(row: dict[str, Any], action: dict[str, Any]) -> None:
    """What the README says that the action does to one item."""
    match action["action"]:
        case "delete":
            for key in ("a", "b") if "pattern" in action else (action["key"],):
                row.pop(key, None)
        case "hash" if action["key"] in row:
            row[action["key"]] = sha256(row[action["key"]])
        case "extract":
            text = row.get("a")
            found = re.search(PATTERN, text) if isinstance(text, str) else None
            row.update(found.groupdict() if found else {})
        case "convert" if action["key"] in row:
            convert = to_int if action["converted_type"] == "int" else to_double
            row[action["key"]] = convert(row[action["key"]])
        case "insert" | "update" | "upsert":
            put(row, action)


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.dictionaries(KEYS, VALUES), min_size=1, max_size=5),
    actions=st.lists(ACTIONS, min_size=1, max_size=4),
)
def test_columns_end_as_dictionaries_do(
    rows: list[dict[str, Any]], actions: list[dict[str, Any]]
) -> None:
    request = build_traces(len(rows), content_bytes=0)
    for span, row in zip(request.resource_spans[0].scope_spans[0].spans, rows, strict=True):
        span.attributes.extend(key_values(row))
    config = Config.model_validate({"actions": actions})
    processor = AttributesProcessor(config, make_settings())
    batch = processor.process(Traces.from_message(request))
    for row in rows:
        for action in actions:
            apply(row, action)
    for key in ("a", "b", "c"):
        found, expected = batch.attribute(key).objects(), [row.get(key) for row in rows]
        assert found == expected
        assert [type(value) for value in found] == [type(value) for value in expected]
