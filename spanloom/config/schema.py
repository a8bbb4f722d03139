"""The JSON schema of a whole configuration file, for editors."""

from __future__ import annotations

import re
from typing import Any

from pydantic.json_schema import models_json_schema

from spanloom.component import Config, Factory
from spanloom.config.check import SECTIONS
from spanloom.config.model import TelemetryConfig
from spanloom.registry import ComponentError, Registry

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_IDS = {"type": ["array", "null"], "items": {"type": "string"}}
# A value may be a reference whatever the field's type is.
_REFERENCE = {"type": "string", "pattern": r"\$\{.+\}"}
_BOUND_TYPES = ("integer", "number", "boolean")
_BOUND_KEYS = {"enum", "const", "pattern"}
# Where JSON schema keeps schemas; elsewhere a key is data, or the name of a field.
_ONE_SCHEMA = {"items", "additionalProperties"}
_MANY_SCHEMAS = {"anyOf", "oneOf", "allOf", "prefixItems"}
_NAMED_SCHEMAS = {"properties", "patternProperties"}


def file_schema(registry: Registry) -> dict[str, Any]:
    """The schema, from all components that can be loaded."""
    factories = {key: _factories(key, registry) for key in SECTIONS}
    models: set[type[Config]] = {TelemetryConfig}
    models.update(factory.config for found in factories.values() for factory in found.values())
    ordered = sorted(models, key=lambda model: (model.__module__, model.__name__))
    refs, definitions = models_json_schema([(model, "validation") for model in ordered])
    ref_of = {model: refs[model, "validation"] for model in ordered}
    sections = {
        key: _section({name: ref_of[factory.config] for name, factory in found.items()})
        for key, found in factories.items()
    }
    return {
        "$schema": _DIALECT,
        "title": "Spanloom configuration",
        "type": "object",
        "additionalProperties": False,
        "required": ["receivers", "exporters", "service"],
        "properties": {**sections, "service": _service(ref_of[TelemetryConfig])},
        "$defs": _all_with_references(definitions.get("$defs", {})),
    }


def _factories(key: str, registry: Registry) -> dict[str, Factory]:
    """By every name that a file may use."""
    found: dict[str, Factory] = {}
    for name in registry.types(SECTIONS[key]):
        try:
            factory = registry.find(SECTIONS[key], name)
        except ComponentError:
            continue
        found |= dict.fromkeys((*factory.aliases, name), factory)
    return found


def _section(refs: dict[str, Any]) -> dict[str, Any]:
    patterns = {
        f"^{re.escape(name)}(/.+)?$": {"anyOf": [ref, {"type": "null"}]}
        for name, ref in refs.items()
    }
    return {
        "type": ["object", "null"],
        "patternProperties": patterns,
        "additionalProperties": False,
    }


def _service(telemetry: Any) -> dict[str, Any]:
    roles = {"receivers": _IDS, "processors": _IDS, "exporters": _IDS}
    pipeline = {"type": "object", "properties": roles, "additionalProperties": False}
    pipelines = {
        "type": "object",
        "patternProperties": {"^(traces|metrics|logs)(/.+)?$": pipeline},
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"telemetry": telemetry, "extensions": _IDS, "pipelines": pipelines},
        "required": ["pipelines"],
        "additionalProperties": False,
    }


def _with_references(schema: Any) -> Any:
    """The schema, also taking `${...}` wherever a plain value is bound to a type or form."""
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in _BOUND_TYPES or _BOUND_KEYS & schema.keys():
        outer = {key: schema[key] for key in ("default", "description", "title") if key in schema}
        inner = {key: value for key, value in schema.items() if key not in outer}
        return {**outer, "anyOf": [inner, _REFERENCE]}
    result = dict(schema)
    for key in _ONE_SCHEMA & schema.keys():
        result[key] = _with_references(schema[key])
    for key in _MANY_SCHEMAS & schema.keys():
        result[key] = [_with_references(member) for member in schema[key]]
    for key in _NAMED_SCHEMAS & schema.keys():
        result[key] = _all_with_references(schema[key])
    return result


def _all_with_references(named: dict[str, Any]) -> dict[str, Any]:
    return {name: _with_references(schema) for name, schema in named.items()}
