"""The effective configuration for people: merged, expanded, secrets out."""

from __future__ import annotations

from typing import Any

from spanloom.config.check import SECTIONS
from spanloom.config.model import TelemetryConfig
from spanloom.config.secrets import redacted
from spanloom.config.tree import Node
from spanloom.registry import ComponentError, Registry, UnknownComponentError


def redacted_tree(root: Node, registry: Registry) -> dict[str, Any]:
    """Plain values with `[REDACTED]` for secrets.

    What no model describes (unknown components and keys, broken sections) is redacted whole.
    """
    keys = root.value if isinstance(root.value, dict) else {}
    return {key: _section(key, node, registry) for key, node in keys.items()}


def _section(key: str, node: Node, registry: Registry) -> Any:
    entries = node.value if isinstance(node.value, dict) else None
    if entries is None:
        return redacted(node, None)
    if key in SECTIONS:
        return {
            component_id: redacted(child, _model(key, component_id, registry))
            for component_id, child in entries.items()
        }
    if key == "service":
        return {name: _service(name, child) for name, child in entries.items()}
    return redacted(node, None)


def _service(name: str, node: Node) -> Any:
    if name in {"pipelines", "extensions"}:
        return node.plain()
    return redacted(node, TelemetryConfig if name == "telemetry" else None)


def _model(key: str, component_id: str, registry: Registry) -> Any:
    component_type = component_id.partition("/")[0].strip()
    try:
        return registry.find(SECTIONS[key], component_type).config
    except (UnknownComponentError, ComponentError):
        return None
