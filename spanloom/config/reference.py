"""Reference pages in Markdown, from the config models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spanloom.component import Factory, Kind

Schema = dict[str, Any]

_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "{} characters or more",
    "minItems": "{} items or more",
    "maxItems": "{} items or fewer",
}
_NAMED = {"Duration": "duration", "ByteSize": "bytes", "Headers": "map of secrets"}
_DEPTH_MAX = 8


def page(kind: Kind, name: str, factory: Factory) -> str:
    """One component: what it is, and a table of its fields."""
    lines = [f"## {kind} `{name}`", ""]
    if factory.aliases:
        lines += [f"Also written: {', '.join(f'`{alias}`' for alias in factory.aliases)}.", ""]
    schema = factory.config.model_json_schema()
    if schema.get("description"):
        lines += [schema["description"], ""]
    rows = list(_rows(schema, schema, "", 0))
    if not rows:
        return "\n".join([*lines, "It has no settings."])
    header = ["| Field | Type | Default | Meaning |", "|---|---|---|---|"]
    return "\n".join([*lines, *header, *rows])


def _rows(schema: Schema, root: Schema, prefix: str, depth: int) -> Iterator[str]:
    if depth > _DEPTH_MAX:
        return
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        nested, mark = _object(field, root)
        default = _default(field, nested, required=name in required)
        meaning = _cell(field.get("description", ""))
        kind = _cell(_type(field, root))
        yield f"| `{prefix}{name}` | {kind} | {default} | {meaning} |"
        if nested is not None:
            yield from _rows(nested, root, f"{prefix}{name}{mark}.", depth + 1)


def _object(field: Schema, root: Schema) -> tuple[Schema | None, str]:
    """The object that a field holds (itself, or the items of its list), with how to write it."""
    field = _resolved(field, root)
    if "properties" in field:
        return field, ""
    if isinstance(field.get("items"), dict):
        nested, mark = _object(field["items"], root)
        return nested, f"[]{mark}"
    if isinstance(field.get("additionalProperties"), dict):
        nested, mark = _object(field["additionalProperties"], root)
        return nested, f".<key>{mark}"
    for member in field.get("anyOf", ()):
        nested, mark = _object(member, root)
        if nested is not None:
            return nested, mark
    return None, ""


def _resolved(field: Schema, root: Schema) -> Schema:
    reference = field.get("$ref")
    if reference is None:
        return field
    definition: Schema = root["$defs"][str(reference).rsplit("/", 1)[-1]]
    return definition


def _type(field: Schema, root: Schema) -> str:
    field = _resolved(field, root)
    named = _NAMED.get(field.get("title", ""))
    if named:
        return named
    if "anyOf" in field:
        members = [_type(member, root) for member in field["anyOf"]]
        return " or ".join(member for member in members if member != "null")
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    return _plain_type(field, root) + _limits(field)


def _plain_type(field: Schema, root: Schema) -> str:
    if field.get("format") == "password":
        return "secret"
    kind = field.get("type", "any")
    if kind == "array":
        return f"list of {_type(field.get('items', {}), root)}"
    if isinstance(kind, list):
        return "block"
    return "map" if kind == "object" else str(kind)


def _limits(field: Schema) -> str:
    found = [text.format(field[key]) for key, text in _LIMITS.items() if key in field]
    return f" ({', '.join(found)})" if found else ""


def _default(field: Schema, nested: Schema | None, *, required: bool) -> str:
    if required:
        return "required"
    if "default" not in field:
        return "empty"
    default = field["default"]
    if isinstance(default, dict) and nested is not None:
        return {True: "on", False: "off"}.get(default.get("enabled", ""), "")
    if default in (None, "", {}, []):
        return "" if default is None else "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
