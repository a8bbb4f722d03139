"""The whole tree against the Collector's rules; every mistake in one run."""

from __future__ import annotations

from spanloom.component import Kind
from spanloom.config.components import Components, check_components
from spanloom.config.connectors import check_connectors
from spanloom.config.cross import (
    check_ports,
    check_processor_order,
    started_components,
    warn_unused,
)
from spanloom.config.errors import Loc, Problems, nearest_name
from spanloom.config.model import LoadedConfig, ServiceSpec, TelemetryConfig
from spanloom.config.pipelines import check_extensions, check_pipelines
from spanloom.config.tree import Node
from spanloom.config.validate import validate
from spanloom.registry import Registry

SECTIONS: dict[str, Kind] = {
    "receivers": "receiver",
    "processors": "processor",
    "exporters": "exporter",
    "connectors": "connector",
    "extensions": "extension",
}
_SERVICE_KEYS = ("telemetry", "extensions", "pipelines")


def check(root: Node, registry: Registry, config_dir: str, problems: Problems) -> LoadedConfig:
    """The checked configuration. Raises ConfigErrors with all that is wrong."""
    _check_keys(root, (), (*SECTIONS, "service"), problems)
    components = _components(root, registry, problems)
    service = _section_map(root, ("service",), problems)
    _check_keys(service, ("service",), _SERVICE_KEYS, problems)
    telemetry = _telemetry(service, problems)
    extensions = check_extensions(service, components, problems)
    pipelines = check_pipelines(service, components, problems)
    check_connectors(pipelines, components, problems)
    check_processor_order(pipelines, components, problems)
    started = started_components(pipelines, extensions, components)
    check_ports(started, telemetry, service, problems)
    warn_unused(started, components, problems)
    problems.raise_if_any()
    return LoadedConfig(
        receivers=components.specs("receiver"),
        processors=components.specs("processor"),
        exporters=components.specs("exporter"),
        connectors=components.specs("connector"),
        extensions=components.specs("extension"),
        pipelines={checked.spec.id: checked.spec for checked in pipelines},
        service=ServiceSpec(telemetry or TelemetryConfig(), tuple(extensions)),
        tree=root,
        config_dir=config_dir,
        warnings=problems.warnings,
    )


def _components(root: Node, registry: Registry, problems: Problems) -> Components:
    sections = {
        kind: check_components(kind, _section_map(root, (key,), problems), registry, problems)
        for key, kind in SECTIONS.items()
    }
    _check_present(root, problems)
    components = Components(sections)
    _check_ambiguous(components, problems)
    return components


def _section_map(root: Node, loc: Loc, problems: Problems) -> Node:
    """The map under the last step of `loc`; an empty one when it is absent, null or no map."""
    key = loc[-1]
    node = root.child(key) or Node({}, root.place)
    if isinstance(node.value, dict):
        return node
    if node.value is not None:
        problems.error(node.place, loc, "must be a map", seen=node.kind())
    return Node({}, root.key_place(str(key)))


def _check_keys(node: Node, loc: Loc, valid: tuple[str, ...], problems: Problems) -> None:
    keys = node.value if isinstance(node.value, dict) else {}
    for key in keys:
        if key not in valid:
            rule = f"has invalid keys: {key}"
            place = node.key_place(key)
            problems.error(place, loc, rule, nearest=nearest_name(key, valid))


def _check_present(root: Node, problems: Problems) -> None:
    for key in ("receivers", "exporters"):
        node = root.child(key)
        if node is None or not node.value:
            place = root.key_place(key)
            rule = f"no {SECTIONS[key]} configuration specified in config"
            problems.error(place, (key,), rule)


def _check_ambiguous(components: Components, problems: Problems) -> None:
    for found in components.all("connector"):
        for kind in ("receiver", "exporter"):
            if components.knows(kind, found.id):
                rule = (
                    f'ambiguous ID: Found both "{found.id}" {kind} and "{found.id}" connector. '
                    f"Change one of the components' IDs to eliminate ambiguity "
                    f'(e.g. rename "{found.id}" connector to "{found.id}/connector")'
                )
                problems.error(found.key_place, found.loc, rule)


def _telemetry(service: Node, problems: Problems) -> TelemetryConfig | None:
    node = service.child("telemetry") or Node({}, service.place)
    return validate(TelemetryConfig, node, ("service", "telemetry"), problems)
