"""What only shows when the parts are seen together: ports, order, things not used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spanloom.component import Kind
from spanloom.config.components import Components, Found
from spanloom.config.errors import Loc, Problems, path_text
from spanloom.config.model import TelemetryConfig
from spanloom.config.pipelines import CheckedPipeline
from spanloom.config.place import Place
from spanloom.config.tree import Node

_ANY_HOST = {"", "0.0.0.0", "[::]"}  # noqa: S104 - read from a config, never bound here
_LOCAL_HOST = {"localhost", "127.0.0.1", "[::1]"}
_FIRST = "memory_limiter"


@dataclass(frozen=True, slots=True)
class _Listener:
    """An address that will be bound, and where it is written."""

    address: str
    place: Place
    loc: Loc
    hidden: bool = False


def check_ports(
    started: list[Found], telemetry: TelemetryConfig | None, service: Node, problems: Problems
) -> None:
    """Two listeners on one port; port 0 is any free one and never clashes."""
    listeners = [listener for found in started for listener in _listeners(found)]
    address = telemetry.metrics.listen_address() if telemetry else None
    if address:
        place = service.key_place("telemetry")
        listeners.append(_Listener(address, place, ("service", "telemetry", "metrics")))
    for i, listener in enumerate(listeners):
        for other in listeners[:i]:
            if _clash(listener.address, other.address):
                shown = "it" if listener.hidden else listener.address
                taken = f"{shown} is taken by {path_text(other.loc)} at {other.place}"
                rule = f"two listeners on the same port: {taken}"
                problems.error(listener.place, listener.loc, rule)
                break


def check_processor_order(
    pipelines: list[CheckedPipeline], components: Components, problems: Problems
) -> None:
    """Warns of a memory_limiter that others run before: it then limits too late."""
    for pipeline in pipelines:
        for reference in pipeline.references["processors"][1:]:
            found = components.get("processor", reference.id)
            if found is not None and found.component_type == _FIRST:
                problems.warn(reference.place, reference.loc, f"{_FIRST} should come first")


def warn_unused(started: list[Found], components: Components, problems: Problems) -> None:
    """Warns of each component that is checked but never started."""
    used = {(found.kind, found.id) for found in started}
    kinds: tuple[Kind, ...] = ("receiver", "processor", "exporter", "connector", "extension")
    for kind in kinds:
        where = "service.extensions" if kind == "extension" else "any pipeline"
        for found in components.all(kind):
            if (kind, found.id) not in used:
                rule = f"is not used in {where}, so it is checked and not started"
                problems.warn(found.key_place, found.loc, rule)


def started_components(
    pipelines: list[CheckedPipeline], extensions: list[str], components: Components
) -> list[Found]:
    """Each component that will run, once."""
    used: dict[tuple[Kind, str], Found | None] = {}
    for pipeline in pipelines:
        spec = pipeline.spec
        for component_id in spec.receivers:
            used["receiver", component_id] = components.get("receiver", component_id)
        for component_id in spec.processors:
            used["processor", component_id] = components.get("processor", component_id)
        for component_id in spec.exporters:
            used["exporter", component_id] = components.get("exporter", component_id)
        for component_id in (*spec.receivers, *spec.exporters):
            used["connector", component_id] = components.get("connector", component_id)
    for component_id in extensions:
        used["extension", component_id] = components.get("extension", component_id)
    return [found for found in used.values() if found is not None]


def _listeners(found: Found) -> Iterable[_Listener]:
    """What a config's `listen_addresses()` says, each at the place where it is written."""
    config = found.spec.config if found.spec else None
    for address in config.listen_addresses() if config else ():
        node, loc = _written(found.node, found.loc, address) or (None, found.loc)
        place = node.place if node else found.key_place
        yield _Listener(address, place, loc, hidden=node is not None and node.hidden)


def _written(node: Node, loc: Loc, address: str) -> tuple[Node, Loc] | None:
    if node.value == address:
        return node, loc
    children: Iterable[tuple[str | int, Node]] = ()
    if isinstance(node.value, dict):
        children = node.value.items()
    elif isinstance(node.value, list):
        children = enumerate(node.value)
    for step, child in children:
        found = _written(child, (*loc, step), address)
        if found:
            return found
    return None


def _clash(one: str, other: str) -> bool:
    if one.startswith("unix:") or other.startswith("unix:"):
        return one == other
    host, _, port = one.rpartition(":")
    other_host, _, other_port = other.rpartition(":")
    if port != other_port or port == "0":
        return False
    same_host = host == other_host or {host, other_host} <= _LOCAL_HOST
    return same_host or bool({host, other_host} & _ANY_HOST)
