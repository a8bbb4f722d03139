"""`service.pipelines` and `service.extensions`: ids, references, signals."""

from __future__ import annotations

from dataclasses import dataclass

from spanloom.batch import Signal
from spanloom.component import Factory, Kind
from spanloom.config.components import Components
from spanloom.config.errors import Loc, Problems, nearest_name
from spanloom.config.ids import SIGNALS, joined, split_id, split_pipeline_id
from spanloom.config.model import PipelineSpec
from spanloom.config.place import Place
from spanloom.config.tree import Node

_ROLES: dict[str, Kind] = {
    "receivers": "receiver",
    "processors": "processor",
    "exporters": "exporter",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A component named in a list of `service`."""

    id: str
    place: Place
    loc: Loc


@dataclass(frozen=True, slots=True)
class CheckedPipeline:
    """A pipeline with the places of its references.

    Attributes:
        spec: what the graph is built from.
        loc: its path.
        key_place: where its id stands.
        references: by role: receivers, processors, exporters.
    """

    spec: PipelineSpec
    loc: Loc
    key_place: Place
    references: dict[str, list[Reference]]


def check_pipelines(
    service: Node, components: Components, problems: Problems
) -> list[CheckedPipeline]:
    """Every pipeline whose id is valid, its valid references in the order of the file."""
    section = service.child("pipelines")
    loc: Loc = ("service", "pipelines")
    if section is None or not section.value:
        place = service.key_place("pipelines")
        problems.error(place, loc, "service must have at least one pipeline")
        return []
    if not isinstance(section.value, dict):
        problems.error(section.place, loc, "must be a map", seen=section.kind())
        return []
    checker = _PipelineChecker(components, problems)
    for key, node in section.value.items():
        checker.add(key, node, section.key_place(key))
    return list(checker.by_id.values())


def check_extensions(service: Node, components: Components, problems: Problems) -> list[str]:
    """Ids of the extensions to start, in order."""
    node = service.child("extensions")
    if node is None:
        return []
    loc: Loc = ("service", "extensions")
    references = _PipelineChecker(components, problems).references(node, loc, "extension")
    return [reference.id for reference in references]


def supported(factory: Factory) -> list[str]:
    """Its signals in the order that everybody writes them."""
    return [signal for signal in SIGNALS if signal in factory.signals]


class _PipelineChecker:
    def __init__(self, components: Components, problems: Problems) -> None:
        self._components = components
        self._problems = problems
        self.by_id: dict[str, CheckedPipeline] = {}

    def add(self, key: str, node: Node, place: Place) -> None:
        loc: Loc = ("service", "pipelines", key)
        try:
            signal, name = split_pipeline_id(key)
        except ValueError as error:
            self._problems.error(place, loc, str(error))
            return
        pipeline_id = joined(signal, name)
        if pipeline_id in self.by_id:
            first = self.by_id[pipeline_id].key_place
            self._problems.error(place, loc, f"the id stands twice; first at {first}")
            return
        self._check_keys(node, loc)
        found = {role: self._role(role, node, place, loc) for role in _ROLES}
        for role, references in found.items():
            self._check_signal(references, _ROLES[role], signal)
        ids = {role: tuple(reference.id for reference in found[role]) for role in _ROLES}
        spec = PipelineSpec(
            pipeline_id, signal, ids["receivers"], ids["processors"], ids["exporters"]
        )
        self.by_id[pipeline_id] = CheckedPipeline(spec, loc, place, found)

    def references(self, node: Node, loc: Loc, kind: Kind) -> list[Reference]:
        """The valid ids of a list, in order; reports the others."""
        if node.value is None:
            return []
        if not isinstance(node.value, list):
            rule = "must be a list of component ids"
            self._problems.error(node.place, loc, rule, seen=node.seen())
            return []
        read = [self._reference(item, (*loc, i)) for i, item in enumerate(node.value)]
        references = [reference for reference in read if reference is not None]
        self._check_known(references, kind)
        self._check_distinct(references, kind)
        return references

    def _reference(self, item: Node, loc: Loc) -> Reference | None:
        if not isinstance(item.value, str):
            self._problems.error(item.place, loc, "must be a component id", seen=item.seen())
            return None
        try:
            kind, name = split_id(item.value)
        except ValueError as error:
            self._problems.error(item.place, loc, str(error))
            return None
        return Reference(joined(kind, name), item.place, loc)

    def _role(self, role: str, node: Node, place: Place, loc: Loc) -> list[Reference]:
        kind = _ROLES[role]
        child = node.child(role) or Node(None, node.place)
        if not child.value and kind != "processor":
            self._problems.error(place, loc, f"must have at least one {kind}")
        return self.references(child, (*loc, role), kind)

    def _check_keys(self, node: Node, loc: Loc) -> None:
        if node.value is not None and not isinstance(node.value, dict):
            self._problems.error(node.place, loc, "must be a map", seen=node.kind())
            return
        for key in node.value or ():
            if key not in _ROLES:
                rule, nearest = f"has invalid keys: {key}", nearest_name(key, _ROLES)
                self._problems.error(node.key_place(key), loc, rule, nearest=nearest)

    def _check_known(self, references: list[Reference], kind: Kind) -> None:
        joins = kind in {"receiver", "exporter"}
        kinds: tuple[Kind, ...] = (kind, "connector") if joins else (kind,)
        for reference in references:
            if not any(self._components.knows(each, reference.id) for each in kinds):
                self._problems.error(
                    reference.place,
                    reference.loc,
                    f'references {kind} "{reference.id}" which is not configured',
                    nearest=nearest_name(reference.id, self._components.ids(*kinds)),
                )

    def _check_distinct(self, references: list[Reference], kind: Kind) -> None:
        seen: set[str] = set()
        for reference in references:
            if reference.id in seen:
                rule = f'references {kind} "{reference.id}" multiple times'
                self._problems.error(reference.place, reference.loc, rule)
            seen.add(reference.id)

    def _check_signal(self, references: list[Reference], kind: Kind, signal: Signal) -> None:
        """Connectors have pairs of signals and are checked with both sides in view."""
        for reference in references:
            found = self._components.get(kind, reference.id)
            if found is None or found.factory is None or signal in found.factory.signals:
                continue
            takes = ", ".join(supported(found.factory))
            rule = f'{kind} "{reference.id}" does not support {signal}, only {takes}'
            self._problems.error(reference.place, reference.loc, rule)
