"""Rule files: shipped ones by name, users' own by path, and instrumentation-sdk's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel

from spanloom.config.errors import Loc, Problems, nearest_name
from spanloom.config.place import Place
from spanloom.config.read import read_yaml
from spanloom.config.sources import SourceError, read_file
from spanloom.config.tree import Node
from spanloom.config.validate import validate
from spanloom.processors.redaction.patterns_file import PatternsFile, rules_of
from spanloom.processors.redaction.rule import Rule, RuleFile

Model = TypeVar("Model", bound=BaseModel)

SHIPPED = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as one source has it, perhaps only some fields.

    Attributes:
        rule: what is given there.
        loc: its path in the source.
        node: its text, where that is known.
    """

    rule: Rule
    loc: Loc
    node: Node | None = None

    def place(self, key: str = "id") -> Place | None:
        """Where the value of a field stands."""
        if self.node is None:
            return None
        child = self.node.child(key)
        return child.place if child else self.node.place


def shipped_names() -> list[str]:
    """The names of the shipped rule sets."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def read_shipped(name: str, problems: Problems) -> list[Written]:
    """The rules of a shipped set; an unknown name is reported."""
    valid = shipped_names()
    if name not in valid:
        rule = f"no rule set {name!r} (valid values: {', '.join(valid)})"
        problems.error(None, ("rule_sets",), rule, nearest=nearest_name(name, valid))
        return []
    return _shipped(name)


@cache
def _shipped(name: str) -> list[Written]:
    """The rules without their places: a shipped file has no mistakes to tell the places of.

    It cannot change while the process runs, and is read in a third of the time so.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    file = yaml.load((SHIPPED / f"{name}.yaml").read_bytes(), Loader=loader)  # noqa: S506 - safe
    rules = RuleFile.model_validate(file).rules
    return [Written(rule, ("rules", i)) for i, rule in enumerate(rules)]


def read_rules(path: Path, problems: Problems) -> list[Written]:
    """The rules of a file in either form; its mistakes are reported, with their places."""
    try:
        text = read_file(path)
    except SourceError as error:
        problems.error(Place(str(path), 1, 1), (), str(error))
        return []
    n_errors = len(problems.errors)
    node = read_yaml(text, str(path), problems)
    if node is None:
        if len(problems.errors) == n_errors:
            problems.error(Place(str(path), 1, 1), (), "is empty")
        return []
    return _read_patterns(node, problems) if _is_patterns(node) else _read_own(node, problems)


def _is_patterns(node: Node) -> bool:
    """Whether it has the shape of instrumentation-sdk's `patterns.yaml`."""
    return node.child("patterns") is not None and node.child("rules") is None


def _read_own(node: Node, problems: Problems) -> list[Written]:
    file = _checked(RuleFile, node, problems)
    if file is None:
        return []
    loc: Loc = ("rules",)
    written = [
        Written(rule, (*loc, i), _item(node, "rules", i)) for i, rule in enumerate(file.rules)
    ]
    return _unique(written, problems)


def _read_patterns(node: Node, problems: Problems) -> list[Written]:
    file = _checked(PatternsFile, node, problems)
    written = [
        Written(rule, ("patterns", i), _item(node, "patterns", i))
        for i, pattern in enumerate(file.patterns if file else [])
        for rule in rules_of(pattern)
    ]
    return _unique(written, problems, key="name")


def _checked(model: type[Model], node: Node, problems: Problems) -> Model | None:
    if node.value is not None and not isinstance(node.value, dict):
        problems.error(node.place, (), "must be a map", seen=node.kind())
        return None
    return validate(model, node, (), problems)


def _item(node: Node, key: str, i: int) -> Node | None:
    items = node.child(key)
    return items.child(i) if items else None


def _unique(written: list[Written], problems: Problems, key: str = "id") -> list[Written]:
    """All of them; an id that stands twice in one file is a mistake."""
    seen: dict[str, Written] = {}
    for each in written:
        first = seen.setdefault(each.rule.id, each)
        if first is not each:
            rule = f"the id {each.rule.id!r} stands twice; first at {first.place(key)}"
            problems.error(each.place(key), (*each.loc, key), rule)
    return written
