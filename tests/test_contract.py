"""Every component keeps to the contract, and the contract sees what breaks it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ConfigDict

from spanloom import component as api
from spanloom.component import Factory
from spanloom.testing.contract import (
    CHECKS,
    Component,
    ContractError,
    check_factory,
    check_fields_are_documented,
    check_layout,
    check_lifecycle,
    check_unknown_keys_are_refused,
    installed,
)

COMPONENTS = installed()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("component", COMPONENTS, ids=str)
def test_component_keeps_to(component: Component, check: Callable[[Component], None]) -> None:
    check(component)


@pytest.mark.parametrize("component", COMPONENTS, ids=str)
def test_component_starts_and_stops(component: Component, tmp_path: Path) -> None:
    check_lifecycle(component, tmp_path)


class Loose(api.Config):
    model_config = ConfigDict(extra="ignore")

    undocumented: int = 1


def broken(tmp_path: Path, **changes: object) -> Component:
    (tmp_path / "README.md").write_text("```yaml\nprocessors:\n  broken:\n```\n")
    factory = Factory(config=Loose, create=print, signals=frozenset({"traces"}))
    return Component("processor", "broken", tmp_path, replace(factory, **changes))


@pytest.mark.parametrize(
    ("check", "changes", "message"),
    [
        (check_layout, {}, "has no __init__.py"),
        (check_fields_are_documented, {}, "undocumented has no docstring"),
        (check_unknown_keys_are_refused, {}, "takes unknown keys"),
        (check_factory, {"signals": frozenset()}, "all but extensions have signals"),
        (check_factory, {"signals": frozenset({("logs", "logs")})}, "pairs of signals"),
        (check_factory, {"stability": "solid"}, "stability is none of"),
        (check_factory, {"aliases": ("broken",)}, "its own alias"),
    ],
)
def test_the_contract_sees(
    tmp_path: Path, check: Callable[[Component], None], changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ContractError, match=message):
        check(broken(tmp_path, **changes))


def test_create_must_make_the_right_kind_of_component(tmp_path: Path) -> None:
    component = broken(tmp_path, create=lambda *_: object())
    with pytest.raises(ContractError, match="makes no Processor"):
        check_lifecycle(component, tmp_path)
