"""What every component must keep to, as checks that run over a folder.

    for component in installed():
        for check in CHECKS:
            check(component)       # raises ContractError, saying what is wrong

A component outside this tree is checked the same way: `Component("processor", "mine",
Path("..."), FACTORY)`.
"""

from __future__ import annotations

import json
import re
import shutil
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from spanloom import component as api
from spanloom.batch import BATCH_TYPES
from spanloom.registry import KINDS, InstalledRegistry
from spanloom.testing.recording import Recording
from spanloom.testing.settings import FakeHost, attach, make_settings

_TYPE = re.compile(r"[a-z][0-9a-z_]{0,62}")
_YAML_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_BASES: dict[api.Kind, type[api.Component]] = {
    "receiver": api.Receiver,
    "processor": api.Processor,
    "exporter": api.Exporter,
    "connector": api.Connector,
    "extension": api.Extension,
}
_SHUTDOWN_S = 5.0


class ContractError(AssertionError):
    """A component breaks a rule; the message names the component and the rule."""


@dataclass(frozen=True, slots=True)
class Component:
    """A component under test; `path` is its folder."""

    kind: api.Kind
    type: str
    path: Path
    factory: api.Factory

    def __str__(self) -> str:
        return f"{self.kind} {self.type}"

    def readme(self) -> str:
        return (self.path / "README.md").read_text()

    def examples(self) -> list[dict[str, Any]]:
        """What the README's YAML blocks configure this component with; at least one."""
        found: list[dict[str, Any]] = []
        for block in _YAML_BLOCK.findall(self.readme()):
            section = (yaml.safe_load(block) or {}).get(f"{self.kind}s") or {}
            names = (self.type, *self.factory.aliases)
            found += [c or {} for key, c in section.items() if key.split("/")[0] in names]
        if not found:
            raise ContractError(f"{self}: the README has no YAML example of it")
        return found

    def configure(self, config: Mapping[str, Any]) -> api.Config:
        """Checked as the runtime does. Raises ValidationError."""
        return self.factory.config.model_validate_json(json.dumps(config))


def installed() -> list[Component]:
    """Every component folder of this distribution."""
    registry, root = InstalledRegistry(), Path(api.__file__).parent
    return [
        Component(kind, name, (root / f"{kind}s" / name).resolve(), registry.find(kind, name))
        for kind in KINDS
        for name in registry.types(kind)
        if (root / f"{kind}s" / name).is_dir()
    ]


def check_layout(component: Component) -> None:
    """The folder holds a config, the component, a README and tests."""
    for name in ("__init__.py", "config.py", "README.md"):
        _require((component.path / name).is_file(), component, f"has no {name}")
    tests = list((component.path / "tests").glob("test_*.py"))
    _require(bool(tests), component, "has no tests/test_*.py")
    stray = (component.path / "tests" / "__init__.py").exists()
    _require(not stray, component, "tests/ must hold no __init__.py")
    _require(_TYPE.fullmatch(component.type) is not None, component, "is no lower_snake_case type")


def check_factory(component: Component) -> None:
    """The factory says what it makes, in the API's words."""
    factory = component.factory
    _require(issubclass(factory.config, api.Config), component, "config is no component.Config")
    _require(callable(factory.create), component, "create cannot be called")
    known = get_args(api.Stability)
    _require(factory.stability in known, component, f"stability is none of {known}")
    _require(component.type not in factory.aliases, component, "is its own alias")
    signals = {signal for entry in factory.signals for signal in _as_pair(component, entry)}
    _require(signals <= set(BATCH_TYPES), component, f"unknown signals {sorted(signals)}")
    is_extension = component.kind == "extension"
    _require(bool(signals) != is_extension, component, "all but extensions have signals")


def check_fields_are_documented(component: Component) -> None:
    """Every field has a docstring, and the README names it.

    Blocks that come from elsewhere are described there, as is `enabled` of every block; only
    the field that holds the block is named.
    """
    readme = component.readme()
    for model, name, description in _fields(component.factory.config):
        where = f"{model.__name__}.{name}"
        _require(bool(description), component, f"{where} has no docstring")
        if model is component.factory.config or _is_own(component, model, name):
            _require(_is_named(name, readme), component, f"the README does not name `{name}`")


def check_unknown_keys_are_refused(component: Component) -> None:
    """A misspelt key is an error, in blocks too."""
    config = {**component.examples()[0], "no_such_key": 1}
    try:
        component.configure(config)
    except ValidationError as error:
        refused = [e["loc"] for e in error.errors() if e["type"] == "extra_forbidden"]
        _require(("no_such_key",) in refused, component, "does not say which key is unknown")
    else:
        raise ContractError(f"{component}: takes unknown keys")
    for model in _models(component.factory.config):
        strict = model.model_config.get("extra") == "forbid"
        _require(strict, component, f"{model.__name__} takes unknown keys")


def check_defaults(component: Component) -> None:
    """An empty config is valid, or the error names the fields that are missing."""
    names = {name for _, name, _ in _fields(component.factory.config)}
    try:
        component.configure({})
    except ValidationError as error:
        for details in error.errors():
            named = set(map(str, details["loc"])) | set(re.findall(r"\w+", details["msg"]))
            _require(bool(named & names), component, f"names no field: {details['msg']}")


def check_examples(component: Component) -> None:
    """The README's examples are valid configs."""
    for example in component.examples():
        component.configure(example)


def check_lifecycle(component: Component, folder: Path) -> None:
    """It can be stopped without a start, twice, and stopped after one.

    Args:
        component: made from the README's first example; listeners go to free local ports.
        folder: empty; what the component's `testdata` holds is put there.
    """
    if (component.path / "testdata").is_dir():
        shutil.copytree(component.path / "testdata", folder, dirs_exist_ok=True)
    example = component.examples()[0]
    listens = component.kind in ("receiver", "extension")
    config = component.configure(_on_free_ports(example) if listens else example)
    never_started = _create(component, config, folder)
    never_started.shutdown(_SHUTDOWN_S)
    never_started.shutdown(_SHUTDOWN_S)
    host, started = FakeHost(), _create(component, config, folder)
    try:
        started.start(host)
        started.shutdown(_SHUTDOWN_S)
        started.shutdown(_SHUTDOWN_S)
    finally:
        host.close()
    _require(not host.fatal, component, f"reported {host.fatal}")


CHECKS = (
    check_layout,
    check_factory,
    check_fields_are_documented,
    check_unknown_keys_are_refused,
    check_defaults,
    check_examples,
)
"""Those that need nothing but the component; `check_lifecycle` needs a folder too."""


def _require(holds: bool, component: Component, rule: str) -> None:  # noqa: FBT001 - an assertion
    if not holds:
        raise ContractError(f"{component}: {rule}")


def _as_pair(component: Component, entry: str | tuple[str, str]) -> tuple[str, ...]:
    is_pair = isinstance(entry, tuple)
    expected = component.kind == "connector"
    _require(is_pair == expected, component, "connectors, and only they, have pairs of signals")
    return entry if isinstance(entry, tuple) else (entry,)


def _create(component: Component, config: api.Config, folder: Path) -> api.Component:
    settings = make_settings(component.type, component.kind, config_dir=str(folder))
    made = component.factory.create(config, settings)
    base = _BASES[component.kind]
    _require(isinstance(made, base), component, f"create makes no {base.__name__}")
    if isinstance(made, api.Processor):
        attach(made, Recording())
    if isinstance(made, api.Receiver | api.Connector):
        made.consumers = dict.fromkeys(BATCH_TYPES, Recording())
    return typing.cast("api.Component", made)


def _on_free_ports(config: Any) -> Any:
    """The same config, listening on free local ports only."""
    if isinstance(config, list):
        return [_on_free_ports(entry) for entry in config]
    if not isinstance(config, dict):
        return config
    return {
        key: "127.0.0.1:0" if key == "endpoint" else _on_free_ports(value)
        for key, value in config.items()
    }


def _is_named(name: str, readme: str) -> bool:
    """Whether it stands in backticks, alone or in a path such as `block.name`."""
    return re.search(rf"`(?:\w+\.)*{re.escape(name)}(?:\.\w+)*`", readme) is not None


def _is_own(component: Component, model: type[BaseModel], name: str) -> bool:
    """Whether the component's own code declares this field of a block."""
    own = component.factory.config.__module__.rpartition(".")[0]
    return model.__module__.startswith(own) and name in model.__annotations__


def _fields(config: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str, str | None]]:
    for model in _models(config):
        for name, field in model.model_fields.items():
            yield model, field.alias or name, field.description


def _models(config: type[BaseModel]) -> list[type[BaseModel]]:
    """The config and all the models in it."""
    found: list[type[BaseModel]] = [config]
    for model in found:
        for field in model.model_fields.values():
            found += [inner for inner in _inside(field.annotation) if inner not in found]
    return found


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _inside(argument)
