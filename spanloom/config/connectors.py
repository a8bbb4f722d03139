"""Connectors: used on both sides, with signals that fit, and never in a circle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spanloom.config.components import Components, Found
from spanloom.config.errors import Problems
from spanloom.config.pipelines import CheckedPipeline


@dataclass(frozen=True, slots=True)
class _Edge:
    """A connector between two pipelines that it can join."""

    source: str
    target: str
    connector: str
    label: str


def check_connectors(
    pipelines: list[CheckedPipeline], components: Components, problems: Problems
) -> None:
    """Reports each side of a connector that leads nowhere, and one cycle."""
    edges: list[_Edge] = []
    for connector in components.all("connector"):
        before = [p for p in pipelines if connector.id in p.spec.exporters]
        after = [p for p in pipelines if connector.id in p.spec.receivers]
        joined = list(_edges(connector, before, after))
        edges += joined
        if connector.factory is not None:
            sources = {edge.source for edge in joined}
            targets = {edge.target for edge in joined}
            _report(
                connector, [p for p in before if p.spec.id not in sources], "exporter", problems
            )
            _report(connector, [p for p in after if p.spec.id not in targets], "receiver", problems)
    _check_cycle(edges, components, problems)


def _edges(
    connector: Found, before: list[CheckedPipeline], after: list[CheckedPipeline]
) -> Iterable[_Edge]:
    pairs = connector.factory.signals if connector.factory else frozenset()
    for source in before:
        for target in after:
            taken, produced = source.spec.signal, target.spec.signal
            if (taken, produced) in pairs:
                label = f'connector "{connector.id}" ({taken} to {produced})'
                yield _Edge(source.spec.id, target.spec.id, connector.id, label)


def _report(
    connector: Found, unjoined: list[CheckedPipeline], role: str, problems: Problems
) -> None:
    other = "receiver" if role == "exporter" else "exporter"
    for pipeline in unjoined:
        reference = next(r for r in pipeline.references[f"{role}s"] if r.id == connector.id)
        rule = (
            f'connector "{connector.id}" used as {role} in [{pipeline.spec.id}] pipeline '
            f"but not used in any supported {other} pipeline"
        )
        problems.error(reference.place, reference.loc, rule)


def _check_cycle(edges: list[_Edge], components: Components, problems: Problems) -> None:
    cycle = _cycle(edges)
    if cycle:
        found = components.get("connector", cycle[0].connector)
        path = " -> ".join(edge.label for edge in [*cycle, cycle[0]])
        loc = found.loc if found else ()
        problems.error(found.key_place if found else None, loc, f"cycle detected: {path}")


def _cycle(edges: list[_Edge]) -> list[_Edge]:
    """The edges of one circle; empty when there is none. Never recurses."""
    after: dict[str, list[_Edge]] = {}
    for each in edges:
        after.setdefault(each.source, []).append(each)
    done: set[str] = set()
    for start, edges_after in after.items():
        path: list[_Edge] = []
        waiting = [iter(edges_after)]
        on_path = [start]
        while waiting:
            edge = next(waiting[-1], None)
            if edge is None:
                waiting.pop()
                done.add(on_path.pop())
                path = path[:-1]
            elif edge.target in on_path:
                return [*path, edge][on_path.index(edge.target) :]
            elif edge.target not in done:
                path.append(edge)
                on_path.append(edge.target)
                waiting.append(iter(after.get(edge.target, [])))
    return []
