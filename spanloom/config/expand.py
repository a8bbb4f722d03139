"""References in values: `${env:NAME:-default}`, `${NAME}`, `${file:path}`, `${yaml:text}`.

A value that is one reference becomes what its text means as YAML, and keeps the text for
fields that want a string. A reference inside other text is text, and is never read as YAML.
`$$` is `$`. Keys are not expanded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from spanloom.config.errors import Loc, Problems
from spanloom.config.place import Place
from spanloom.config.read import is_unicode, read_yaml
from spanloom.config.sources import SourceError, read_file, split_uri, unsupported
from spanloom.config.tree import Node

_TOKEN = re.compile(r"\$\$|\$\{|\}")
_ENV_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ENV_DEFAULT = ":-"
# The Collector's cap on expansions of one value; depth keeps Python's stack safe.
_EXPANSIONS_MAX = 1000
_DEPTH_MAX = 50
_TEXT_LENGTH_MAX = 4 << 20
_NODES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class _Reference:
    parts: list[_Part]


_Part = str | _Reference


class _ExpansionError(Exception):
    """A reference cannot be expanded; the message says why."""


def expand(root: Node, env: Mapping[str, str], config_dir: str, problems: Problems) -> Node:
    """The tree with every reference replaced.

    Args:
        root: is not changed.
        env: the environment.
        config_dir: where relative `${file:}` paths start.
        problems: gets a warning for each unset variable, an error for what cannot be expanded.
    """
    return _Expansion(env, config_dir, problems).tree(root, ())


class _Expansion:
    def __init__(self, env: Mapping[str, str], config_dir: str, problems: Problems) -> None:
        self._env = env
        self._config_dir = Path(config_dir)
        self._problems = problems
        self._n_expansions = 0
        self._n_nodes = 0

    def tree(self, node: Node, loc: Loc) -> Node:
        """One value of the file, with everything below it."""
        if isinstance(node.value, dict):
            return replace(node, value={k: self.tree(v, (*loc, k)) for k, v in node.value.items()})
        if isinstance(node.value, list):
            return replace(node, value=[self.tree(v, (*loc, i)) for i, v in enumerate(node.value)])
        self._n_expansions = 0
        try:
            return self._node(node, loc, 0)
        except _ExpansionError as error:
            self._problems.error(node.place, loc, str(error))
            return replace(node, value=None, hidden=True)

    def _node(self, node: Node, loc: Loc, depth: int) -> Node:
        self._n_nodes += 1
        if self._n_nodes > _NODES_MAX:
            raise _ExpansionError(f"the configuration has more than {_NODES_MAX} values")
        value = node.value
        if isinstance(value, dict):
            below = {k: self._node(v, (*loc, k), depth) for k, v in value.items()}
            return replace(node, value=below)
        if isinstance(value, list):
            items = [self._node(v, (*loc, i), depth) for i, v in enumerate(value)]
            return replace(node, value=items)
        if not isinstance(value, str) or "$" not in value:
            return node
        parts = _parse(value)
        if len(parts) == 1 and isinstance(parts[0], _Reference):
            return self._whole(parts[0], node, loc, depth)
        text, hidden = self._text(parts, node.place, loc, depth)
        return replace(node, value=text, text=text, hidden=node.hidden or hidden)

    def _whole(self, reference: _Reference, node: Node, loc: Loc, depth: int) -> Node:
        """The value a reference means: its text read as YAML, itself expanded."""
        text, hidden = self._retrieve(reference, node.place, loc, depth)
        hidden = hidden or node.hidden
        if text is None:
            return replace(node, value=None, hidden=hidden)
        quiet = Problems()
        value = read_yaml(text, node.place.source, quiet, hidden=hidden)
        if quiet.errors or (value is not None and isinstance(value.value, str)):
            # Verbatim, quotes and all: it is a string either way.
            value = Node(text, node.place)
        value = _moved(value or Node(None, node.place), node.place, hidden=hidden)
        return self._node(replace(value, text=text), loc, depth + 1)

    def _text(self, parts: list[_Part], place: Place, loc: Loc, depth: int) -> tuple[str, bool]:
        """The parts as one text, and whether any of it must not be shown."""
        texts: list[str] = []
        hidden = False
        for part in parts:
            if isinstance(part, _Reference):
                text, from_outside = self._retrieve(part, place, loc, depth)
                text, nested = self._text(_parse(text or ""), place, loc, depth + 1)
                hidden = hidden or from_outside or nested
                texts.append(text)
            else:
                texts.append(part)
        joined = "".join(texts)
        if len(joined) > _TEXT_LENGTH_MAX:
            raise _ExpansionError("expands to more than 4 MiB")
        return joined, hidden

    def _retrieve(
        self, reference: _Reference, place: Place, loc: Loc, depth: int
    ) -> tuple[str | None, bool]:
        """The text behind a reference (None: unset), and whether it came from outside."""
        self._n_expansions += 1
        if self._n_expansions > _EXPANSIONS_MAX or depth > _DEPTH_MAX:
            raise _ExpansionError("too many recursive expansions")
        opaque, hidden = self._text(reference.parts, place, loc, depth + 1)
        if "$" in opaque:
            raise _ExpansionError("a reference must not contain '$'")
        scheme, rest = ("env", opaque) if _is_env(opaque) else split_uri(opaque)
        if scheme == "env":
            text, from_outside = self._variable(rest, place, loc)
            return text, hidden or from_outside
        if scheme == "file":
            return self._file(rest), True
        if scheme == "yaml":
            return rest, hidden
        raise _ExpansionError(unsupported(scheme))

    def _variable(self, opaque: str, place: Place, loc: Loc) -> tuple[str | None, bool]:
        name, has_default, default = opaque.partition(_ENV_DEFAULT)
        if not _ENV_NAME.fullmatch(name):
            raise _ExpansionError(
                f"environment variable {name!r} has invalid name: must match regex "
                f"^{_ENV_NAME.pattern}$"
            )
        if name in self._env:
            if not is_unicode(self._env[name]):
                raise _ExpansionError(f"environment variable {name!r} is not UTF-8")
            return self._env[name], True
        if has_default:
            return default, False
        self._problems.warn(place, loc, f"environment variable {name!r} is not set, so it is null")
        return None, False

    def _file(self, path: str) -> str:
        try:
            # Files of secrets end in a newline that is no part of them.
            return read_file(self._config_dir / path).removesuffix("\n").removesuffix("\r")
        except SourceError as error:
            raise _ExpansionError(f"file {path!r} {error}") from error


def _parse(text: str) -> list[_Part]:
    """Literal texts and references; innermost first, `${` that is never closed is text."""
    stack: list[list[_Part]] = [[]]
    end = 0
    for token in _TOKEN.finditer(text):
        _append(stack[-1], text[end : token.start()])
        end = token.end()
        if token[0] == "${":
            stack.append([])
        elif token[0] == "}" and len(stack) > 1:
            parts = stack.pop()
            stack[-1].append(_Reference(parts))
        else:
            _append(stack[-1], token[0].removeprefix("$"))
    _append(stack[-1], text[end:])
    while len(stack) > 1:
        parts = stack.pop()
        stack[-1].extend(["${", *parts])
    return stack[0]


def _append(parts: list[_Part], text: str) -> None:
    if text:
        parts.append(text)


def _is_env(opaque: str) -> bool:
    """`NAME` and `NAME:-default`, without a scheme."""
    return ":" not in opaque or bool(re.match(rf"{_ENV_NAME.pattern}{_ENV_DEFAULT}", opaque))


def _moved(node: Node, place: Place, *, hidden: bool) -> Node:
    """The tree as if written at the reference: that is what the user can change."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _moved(child, place, hidden=hidden) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_moved(child, place, hidden=hidden) for child in value]
    return Node(value, place, text=node.text, hidden=hidden)
