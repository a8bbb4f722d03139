"""Finds components by kind and type: the built-in folders, then other distributions.

Nothing is imported before its type is asked for. A type that is no folder's name may be an
alias; then the folders of that kind are imported to ask them.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import pkgutil
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol, get_args

from spanloom.component import Factory, Kind

KINDS: tuple[Kind, ...] = get_args(Kind)

_log = logging.getLogger(__name__)


class ComponentError(Exception):
    """A component exists but cannot be loaded; the message names it and says why."""


class UnknownComponentError(LookupError):
    """There is no such component; `valid` are the types that there are."""

    def __init__(self, kind: Kind, component_type: str, valid: list[str]) -> None:
        super().__init__(f"no {kind} of type {component_type!r}")
        self.valid = valid


class Registry(Protocol):
    """Where the configuration finds components."""

    def find(self, kind: Kind, component_type: str) -> Factory:
        """The factory for a type or an alias.

        Raises UnknownComponentError, or ComponentError when it cannot be loaded.
        """

    def types(self, kind: Kind) -> list[str]:
        """The canonical types, sorted."""


class StaticRegistry:
    """A registry of given factories, for tests and for programs with fixed components."""

    def __init__(self, factories: Mapping[Kind, Mapping[str, Factory]]) -> None:
        self._factories = factories

    def find(self, kind: Kind, component_type: str) -> Factory:
        known = self._factories.get(kind, {})
        for name, factory in known.items():
            if component_type == name or component_type in factory.aliases:
                return factory
        raise UnknownComponentError(kind, component_type, sorted(known))

    def types(self, kind: Kind) -> list[str]:
        return sorted(self._factories.get(kind, {}))


class InstalledRegistry:
    """Everything installed: folders of this distribution, entry points of others."""

    def __init__(self) -> None:
        self._loaded: dict[tuple[Kind, str], Factory] = {}

    def types(self, kind: Kind) -> list[str]:
        return sorted(self._folders[kind] | self._points(kind).keys())

    def find(self, kind: Kind, component_type: str) -> Factory:
        if component_type in self.types(kind):
            return self._load(kind, component_type)
        return self._find_alias(kind, component_type)

    def _find_alias(self, kind: Kind, alias: str) -> Factory:
        for component_type in self.types(kind):
            try:
                factory = self._load(kind, component_type)
            except ComponentError as error:
                _log.debug("skipped while looking for the alias %r: %s", alias, error)
                continue
            if alias in factory.aliases:
                return factory
        raise UnknownComponentError(kind, alias, self.types(kind))

    def _load(self, kind: Kind, component_type: str) -> Factory:
        key = (kind, component_type)
        if key not in self._loaded:
            self._loaded[key] = self._import(kind, component_type)
        return self._loaded[key]

    def _import(self, kind: Kind, component_type: str) -> Factory:
        try:
            if component_type in self._folders[kind]:
                module = importlib.import_module(f"spanloom.{kind}s.{component_type}")
                factory = getattr(module, "FACTORY", None)
            else:
                factory = self._points(kind)[component_type].load()
        except Exception as error:  # third-party code at import may raise anything
            message = f"the {kind} {component_type!r} cannot be imported"
            raise ComponentError(f"{message}: {type(error).__name__}: {error}") from error
        if not isinstance(factory, Factory):
            raise ComponentError(f"the {kind} {component_type!r} has no FACTORY")
        return factory

    @cached_property
    def _folders(self) -> dict[Kind, set[str]]:
        return {kind: _folder_names(kind) for kind in KINDS}

    def _points(self, kind: Kind) -> dict[str, EntryPoint]:
        return self._entry_points[kind]

    @cached_property
    def _entry_points(self) -> dict[Kind, dict[str, EntryPoint]]:
        return {
            kind: {point.name: point for point in entry_points(group=f"spanloom.{kind}s")}
            for kind in KINDS
        }


@cache
def installed() -> InstalledRegistry:
    """The registry of everything installed, made once."""
    return InstalledRegistry()


def _folder_names(kind: Kind) -> set[str]:
    spec = importlib.util.find_spec(f"spanloom.{kind}s")
    paths = list(spec.submodule_search_locations or ()) if spec else []
    return {module.name for module in pkgutil.iter_modules(paths) if module.ispkg}
