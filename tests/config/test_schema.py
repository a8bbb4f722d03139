from __future__ import annotations

import re

from spanloom.config.reference import page
from spanloom.config.schema import file_schema
from spanloom.registry import StaticRegistry


def test_the_schema_knows_every_id_of_every_component(toys: StaticRegistry) -> None:
    schema = file_schema(toys)
    patterns = schema["properties"]["exporters"]["patternProperties"]
    for component_id in ("otlp", "otlp/x", "otlp_grpc", "nop/größe"):
        assert any(re.search(pattern, component_id) for pattern in patterns)
    assert not any(re.search(pattern, "otlpx") for pattern in patterns)


def test_the_schema_resolves_and_refuses_unknown_keys(toys: StaticRegistry) -> None:
    schema = file_schema(toys)
    assert schema["additionalProperties"] is False
    text = str(schema)
    for name in re.findall(r"#/\$defs/([^'\"]+)", text):
        assert name in schema["$defs"]


def test_the_schema_takes_references_in_place_of_numbers(toys: StaticRegistry) -> None:
    schema = file_schema(toys)
    sender = next(d for d in schema["$defs"].values() if "retries" in d.get("properties", {}))
    number, reference = sender["properties"]["retries"]["anyOf"]
    assert number == {"type": "integer"}
    assert re.search(reference["pattern"], "${env:N:-3}")
    assert sender["properties"]["retries"]["default"] == 3


def test_the_reference_page_lists_fields_types_defaults_and_meaning(toys: StaticRegistry) -> None:
    text = page("exporter", "otlp_grpc", toys.find("exporter", "otlp_grpc"))
    assert "Also written: `otlp`." in text
    for row in (
        "| `endpoint` | string | required | Where to send. |",
        "| `timeout` | duration | `5s` | For one attempt. |",
        "| `headers` | map of secrets | empty | Sent along. |",
        "| `sending_queue` | block | on | On unless turned off. |",
        "| `sending_queue.queue_size` | integer (at least 1) | `1000` | How many requests wait. |",
        "| `password` | secret |  | Never shown. |",
        "| `tags` | list of string | empty | Words. |",
    ):
        assert row in text


def test_the_reference_page_says_when_there_is_nothing_to_set(toys: StaticRegistry) -> None:
    assert "It has no settings." in page("exporter", "nop", toys.find("exporter", "nop"))
