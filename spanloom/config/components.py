"""The five maps of components: ids, types, and each config against its model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spanloom.component import Factory, Kind
from spanloom.config.errors import Loc, Problems, nearest_name
from spanloom.config.ids import joined, split_id
from spanloom.config.model import ComponentSpec
from spanloom.config.place import Place
from spanloom.config.tree import Node
from spanloom.config.validate import validate
from spanloom.registry import ComponentError, Registry, UnknownComponentError


@dataclass(frozen=True, slots=True)
class Found:
    """A configured component, as far as it could be checked.

    Attributes:
        id: `type` or `type/name`.
        component_type: the type as written, perhaps an alias.
        kind: receiver, processor, ...
        node: its config as written.
        key_place: where its id stands.
        loc: its path in the file.
        factory: None when the type is unknown.
        spec: None when anything is wrong with it.
    """

    id: str
    component_type: str
    kind: Kind
    node: Node
    key_place: Place
    loc: Loc
    factory: Factory | None
    spec: ComponentSpec | None


class Components:
    """All that is configured, by kind and id; broken ones too, so that references to them hold."""

    def __init__(self, sections: Mapping[Kind, Mapping[str, Found]]) -> None:
        self._sections = sections

    def all(self, kind: Kind) -> list[Found]:
        return list(self._sections[kind].values())

    def get(self, kind: Kind, component_id: str) -> Found | None:
        return self._sections[kind].get(component_id)

    def knows(self, kind: Kind, component_id: str) -> bool:
        return component_id in self._sections[kind]

    def ids(self, *kinds: Kind) -> list[str]:
        return [component_id for kind in kinds for component_id in self._sections[kind]]

    def specs(self, kind: Kind) -> dict[str, ComponentSpec]:
        """Those without mistakes."""
        return {found.id: found.spec for found in self.all(kind) if found.spec is not None}


def check_components(
    kind: Kind, section: Node, registry: Registry, problems: Problems
) -> dict[str, Found]:
    """What is configured under `receivers:` and so on, by id."""
    checker = _SectionChecker(kind, registry, problems)
    entries = section.value if isinstance(section.value, dict) else {}
    for key, node in entries.items():
        checker.add(key, node, section.key_place(key))
    return checker.by_id


class _SectionChecker:
    def __init__(self, kind: Kind, registry: Registry, problems: Problems) -> None:
        self._kind = kind
        self._registry = registry
        self._problems = problems
        self.by_id: dict[str, Found] = {}

    def add(self, key: str, node: Node, place: Place) -> None:
        loc: Loc = (f"{self._kind}s", key)
        try:
            component_type, name = split_id(key)
        except ValueError as error:
            self._problems.error(place, loc, str(error))
            return
        component_id = joined(component_type, name)
        if component_id in self.by_id:
            first = self.by_id[component_id].key_place
            self._problems.error(place, loc, f"the id stands twice; first at {first}")
            return
        factory = self._factory(component_type, place, loc)
        spec = self._spec(component_id, factory, node, loc) if factory else None
        self.by_id[component_id] = Found(
            component_id, component_type, self._kind, node, place, loc, factory, spec
        )

    def _factory(self, component_type: str, place: Place, loc: Loc) -> Factory | None:
        try:
            return self._registry.find(self._kind, component_type)
        except UnknownComponentError as error:
            valid = ", ".join(error.valid)
            rule = f'unknown type: "{component_type}" for id: "{loc[1]}" (valid values: [{valid}])'
            nearest = nearest_name(component_type, error.valid)
            self._problems.error(place, loc, rule, nearest=nearest)
        except ComponentError as error:
            self._problems.error(place, loc, str(error))
        return None

    def _spec(
        self, component_id: str, factory: Factory, node: Node, loc: Loc
    ) -> ComponentSpec | None:
        if node.value is not None and not isinstance(node.value, dict):
            self._problems.error(node.place.unshown(), loc, "must be a map", seen=node.kind())
            return None
        config = validate(factory.config, node, loc, self._problems)
        if config is None:
            return None
        return ComponentSpec(component_id, self._kind, factory, config)
