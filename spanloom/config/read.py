"""YAML text to a tree with places: bounded, strict about keys, wary of traps."""

from __future__ import annotations

import re
from typing import Any

import yaml

from spanloom.config.errors import Loc, Problems
from spanloom.config.place import Place, excerpt
from spanloom.config.scalars import read_scalar, trap
from spanloom.config.tree import Node, Scalar

_TEXT_LENGTH_MAX = 4 << 20
_DEPTH_MAX = 64
# Counted with every alias written out, so that aliases of aliases cannot explode.
_NODES_MAX = 100_000

_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_QUOTED = re.compile(r" ?'[^']{2,}'")
_BAD_TAG = "a tag does not fit here"
_PLAIN = "plain"
_YAML_TAG = "tag:yaml.org,2002:"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Marks plain scalars instead of guessing their type by YAML 1.1."""


_Loader.yaml_implicit_resolvers = {None: [(_PLAIN, re.compile("", re.DOTALL))]}


class _UnreadableError(Exception):
    def __init__(self, place: Place, loc: Loc, rule: str) -> None:
        super().__init__(rule)
        self.place, self.loc, self.rule = place, loc, rule


def read_yaml(text: str, source: str, problems: Problems, *, hidden: bool = False) -> Node | None:
    """The tree of one YAML document; None when it is empty or unreadable (then reported).

    Args:
        text: the document.
        source: how errors name it.
        problems: gets errors and warnings.
        hidden: the text is not to be shown in any message.
    """
    reader = _Reader(text, source, problems, hidden=hidden)
    try:
        return reader.read(text)
    except _UnreadableError as error:
        # What cannot be read has no field yet, so it may be a secret.
        problems.error(error.place.unshown(), error.loc, error.rule)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(source, mark.line + 1, mark.column + 1) if mark else Place(source, 1, 1)
        # Names of aliases and tags may be the beginning of an unquoted secret.
        problem = _QUOTED.sub("", str(error.problem or error.context))
        problems.error(place, (), f"is not valid YAML: {problem}")
    except yaml.YAMLError:
        problems.error(Place(source, 1, 1), (), "is not valid YAML: a character is not allowed")
    return None


def is_unicode(text: str) -> bool:
    """Whether it can be written as UTF-8; an undecodable environment variable cannot."""
    return _SURROGATE.search(text) is None


class _Reader:
    def __init__(self, text: str, source: str, problems: Problems, *, hidden: bool) -> None:
        self._lines = _LINE_BREAK.split(text)
        self._source = source
        self._problems = problems
        self._hidden = hidden
        # Keyed by the composed node: an alias is the same object as its anchor.
        self._done: dict[int, tuple[Node, int]] = {}
        self._open: set[int] = set()

    def read(self, text: str) -> Node | None:
        if len(text) > _TEXT_LENGTH_MAX:
            raise self._unreadable(None, (), f"is larger than {_TEXT_LENGTH_MAX >> 20} MiB")
        if not is_unicode(text):
            raise self._unreadable(None, (), "is not UTF-8")
        self._check_bounds(text)
        root = yaml.compose(text, Loader=_Loader)
        return None if root is None else self._node(root, ())[0]

    def _check_bounds(self, text: str) -> None:
        """On events, before anything recurses."""
        depth = 0
        for n_events, event in enumerate(yaml.parse(text, Loader=_Loader)):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEPTH_MAX:
                raise self._unreadable(event, (), f"is nested deeper than {_DEPTH_MAX} levels")
            if n_events > 2 * _NODES_MAX:
                raise self._unreadable(event, (), f"has more than {_NODES_MAX} values")

    def _node(self, composed: yaml.Node, loc: Loc) -> tuple[Node, int]:
        """The tree below, and how many nodes it has with aliases written out."""
        known = self._done.get(id(composed))
        if known is not None:
            return known
        if id(composed) in self._open:
            raise self._unreadable(composed, loc, "an alias contains itself")
        self._open.add(id(composed))
        result = self._convert(composed, loc)
        self._open.discard(id(composed))
        if result[1] > _NODES_MAX:
            raise self._unreadable(composed, loc, f"has more than {_NODES_MAX} values")
        self._done[id(composed)] = result
        return result

    def _convert(self, composed: yaml.Node, loc: Loc) -> tuple[Node, int]:
        if isinstance(composed, yaml.MappingNode):
            return self._map(composed, loc)
        if isinstance(composed, yaml.SequenceNode):
            return self._list(composed, loc)
        value = self._scalar(composed, loc)
        return Node(value, self._place(composed), hidden=self._hidden), 1

    def _list(self, composed: yaml.SequenceNode, loc: Loc) -> tuple[Node, int]:
        self._check_tag(composed, loc, "seq")
        pairs = [self._node(item, (*loc, i)) for i, item in enumerate(composed.value)]
        node = Node([node for node, _ in pairs], self._place(composed), hidden=self._hidden)
        return node, 1 + sum(size for _, size in pairs)

    def _map(self, composed: yaml.MappingNode, loc: Loc) -> tuple[Node, int]:
        self._check_tag(composed, loc, "map")
        size = 1
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        key_places: dict[str, Place] = {}
        merged_places: dict[str, Place] = {}
        for key_node, value_node in composed.value:
            key = self._key(key_node, loc)
            place = self._place(key_node)
            value, n_nodes = self._node(value_node, (*loc, key))
            size += n_nodes
            if key == "<<" and key_node.tag == _PLAIN:
                self._merge(value, (*loc, key), merged, merged_places)
            elif key in own:
                first = key_places[key]
                rule = f"the key stands twice; first at {first}"
                self._problems.error(place, (*loc, key), rule)
            else:
                own[key], key_places[key] = value, place
        node = Node(
            merged | own, self._place(composed), merged_places | key_places, hidden=self._hidden
        )
        return node, size

    def _merge(
        self, value: Node, loc: Loc, into: dict[str, Node], places: dict[str, Place]
    ) -> None:
        """YAML's merge key `<<`: the first map that has a key wins."""
        maps = value.value if isinstance(value.value, list) else [value]
        for node in maps:
            if not isinstance(node.value, dict):
                raise _UnreadableError(node.place, loc, "'<<' wants a map or a list of maps")
            for key, child in node.value.items():
                into.setdefault(key, child)
                places.setdefault(key, node.key_place(key))

    def _key(self, composed: yaml.Node, loc: Loc) -> str:
        if not isinstance(composed, yaml.ScalarNode):
            raise self._unreadable(composed, loc, "a key must be a string")
        return str(composed.value).strip()

    def _scalar(self, composed: yaml.Node, loc: Loc) -> Scalar:
        text = str(composed.value)
        if composed.tag == f"{_YAML_TAG}str":
            return text
        if composed.tag != _PLAIN:
            return self._tagged(composed, text, loc)
        warning = None if self._hidden else trap(text)
        if warning:
            self._problems.warn(self._place(composed).unshown(), loc, warning)
        return read_scalar(text)

    def _tagged(self, composed: yaml.Node, text: str, loc: Loc) -> Scalar:
        value = read_scalar(text)
        kinds = {"int": int, "float": float, "bool": bool, "null": type(None)}
        kind = kinds.get(str(composed.tag).removeprefix(_YAML_TAG))
        if kind is float and isinstance(value, int):
            return float(value)
        if kind is None or type(value) is not kind:
            raise self._unreadable(composed, loc, _BAD_TAG)
        return value

    def _check_tag(self, composed: yaml.Node, loc: Loc, name: str) -> None:
        if composed.tag != f"{_YAML_TAG}{name}":
            raise self._unreadable(composed, loc, _BAD_TAG)

    def _unreadable(self, at: Any, loc: Loc, rule: str) -> _UnreadableError:
        place = Place(self._source, 1, 1) if at is None else self._place(at)
        return _UnreadableError(place, loc, rule)

    def _place(self, at: Any) -> Place:
        """Of a composed node or an event."""
        start, end = at.start_mark, at.end_mark
        line, column = start.line, start.column
        shown = ""
        if not self._hidden and line < len(self._lines):
            text = self._lines[line]
            one_line = isinstance(at, yaml.ScalarNode) and end.line == line
            shown = excerpt(text, column, end.column if one_line else column)
        return Place(self._source, line + 1, column + 1, shown)
