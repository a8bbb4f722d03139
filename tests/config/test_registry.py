from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import spanloom.registry
from spanloom.registry import (
    KINDS,
    ComponentError,
    InstalledRegistry,
    StaticRegistry,
    UnknownComponentError,
)

FACTORY = """
from spanloom.component import Config, Factory
FACTORY = Factory(Config, lambda config, settings: None, frozenset({"traces"}), aliases=("old",))
"""


@pytest.fixture
def processors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that stands in for `spanloom.processors`."""
    package = tmp_path / "processors"
    package.mkdir()
    for name in [name for name in sys.modules if name.startswith("spanloom.processors")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("spanloom.__path__", [str(tmp_path)])
    return package


def add(folder: Path, name: str, code: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(code)


def test_finds_folders_and_imports_only_the_one_asked_for(processors: Path) -> None:
    add(processors, "fine", FACTORY)
    add(processors, "other", FACTORY)
    registry = InstalledRegistry()
    assert registry.types("processor") == ["fine", "other"]
    assert registry.find("processor", "fine").aliases == ("old",)
    assert "spanloom.processors.other" not in sys.modules


def test_finds_an_alias_past_a_broken_folder(processors: Path) -> None:
    add(processors, "broken", "raise RuntimeError('no luck')")
    add(processors, "fine", FACTORY)
    registry = InstalledRegistry()
    assert registry.find("processor", "old") is registry.find("processor", "fine")


def test_says_which_component_cannot_be_imported_and_why(processors: Path) -> None:
    add(processors, "broken", "raise RuntimeError('no luck')")
    add(processors, "empty", "")
    with pytest.raises(ComponentError, match="'broken' cannot be imported: RuntimeError: no luck"):
        InstalledRegistry().find("processor", "broken")
    with pytest.raises(ComponentError, match="'empty' has no FACTORY"):
        InstalledRegistry().find("processor", "empty")


def test_an_unknown_type_comes_with_the_valid_ones(processors: Path) -> None:
    add(processors, "fine", FACTORY)
    with pytest.raises(UnknownComponentError) as caught:
        InstalledRegistry().find("processor", "fin")
    assert caught.value.valid == ["fine"]


def test_finds_entry_points_of_other_distributions(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry_points(group: str) -> list[EntryPoint]:
        known = {"spanloom.exporters": EntryPoint("theirs", f"{__name__}:THEIRS", group)}
        return [known[group]] if group in known else []

    monkeypatch.setattr(spanloom.registry, "entry_points", entry_points)
    registry = InstalledRegistry()
    assert "theirs" in registry.types("exporter")
    with pytest.raises(ComponentError, match="'theirs'"):
        registry.find("exporter", "theirs")


def test_every_built_in_component_can_be_imported() -> None:
    registry = InstalledRegistry()
    for kind in KINDS:
        for name in registry.types(kind):
            assert registry.find(kind, name).config.model_json_schema()


def test_a_static_registry_knows_aliases_too(toys: StaticRegistry) -> None:
    assert toys.find("exporter", "otlp") is toys.find("exporter", "otlp_grpc")
    with pytest.raises(UnknownComponentError):
        toys.find("exporter", "x")
