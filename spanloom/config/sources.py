"""What `--config` and `--set` name: file, environment variable or YAML text, as trees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from spanloom.config.errors import Problems
from spanloom.config.place import Place
from spanloom.config.read import read_yaml
from spanloom.config.tree import Node

_FILE_BYTES_MAX = 4 << 20
# One letter before the colon is a Windows drive.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)
KEY_SEPARATOR = "::"


class SourceError(Exception):
    """A source cannot be read; the message says why and names it."""


def split_uri(uri: str) -> tuple[str, str]:
    """Scheme and opaque part; a bare path is a file."""
    match = _SCHEME.fullmatch(uri)
    return (match[1].lower(), match[2]) if match else ("file", uri)


def read_source(uri: str, env: Mapping[str, str], problems: Problems) -> Node | None:
    """The tree of one `--config` value; None when it is empty, or unreadable (then reported)."""
    scheme, opaque = split_uri(uri)
    name = {"file": opaque, "env": uri}.get(scheme, scheme)
    try:
        text = _text(scheme, opaque, env)
    except SourceError as error:
        problems.error(Place(name, 1, 1), (), str(error))
        return None
    node = read_yaml(text, name, problems, hidden=scheme == "env")
    return split_keys(node) if node and scheme == "yaml" else node


def read_set(setting: str, problems: Problems) -> Node | None:
    """The tree of one `--set`, `path.to.key=value`; the value is YAML."""
    path, equals, text = setting.partition("=")
    separator = KEY_SEPARATOR if KEY_SEPARATOR in path else "."
    keys = [key.strip() for key in path.split(separator)]
    place = Place(f"--set {path}", 1, 1)
    if not equals or not all(keys):
        # The whole text could be a value, and the value a secret.
        problems.error(Place("--set", 1, 1), (), "must have the form path.to.key=value")
        return None
    n_errors = len(problems.errors)
    node = read_yaml(text, place.source, problems)
    if len(problems.errors) > n_errors:
        return None
    node = node or Node(None, place)
    for key in reversed(keys):
        node = Node({key: node}, place, {key: place})
    return node


def read_file(path: Path) -> str:
    """Its text, at most 4 MiB. Raises SourceError."""
    try:
        with path.open("rb") as file:
            content = file.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}") from error
    if len(content) > _FILE_BYTES_MAX:
        raise SourceError(f"is larger than {_FILE_BYTES_MAX >> 20} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"is not UTF-8 at byte {error.start}") from error


def unsupported(scheme: str) -> str:
    """What to say about a scheme that cannot be read."""
    if scheme in {"http", "https"}:
        return f"the scheme {scheme!r} is not supported; download the file and name its path"
    return f"the scheme {scheme!r} is not supported; use file:, env: or yaml:"


def split_keys(node: Node) -> Node:
    """`a::b: 1` as `a: {b: 1}`, on every level."""
    if not isinstance(node.value, dict):
        return node
    result = Node({}, node.place, hidden=node.hidden)
    for key, child in node.value.items():
        place = node.key_place(key)
        branch = split_keys(child)
        for step in reversed(key.split(KEY_SEPARATOR)):
            branch = Node({step: branch}, place, {step: place}, hidden=node.hidden)
        result = merge(result, branch)
    return result


def merge(base: Node, over: Node) -> Node:
    """Maps deeply merged; anything else, an explicit null too, is replaced by `over`."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    value, places = dict(base.value), dict(base.key_places)
    for key, child in over.value.items():
        merged = merge(value[key], child) if key in value else child
        # What stays a map was declared by the first source; the rest by the one that replaced it.
        if merged is child:
            places[key] = over.key_place(key)
        value[key] = merged
    return Node(value, base.place, places, hidden=base.hidden)


def _text(scheme: str, opaque: str, env: Mapping[str, str]) -> str:
    if scheme == "file":
        return read_file(Path(opaque))
    if scheme == "yaml":
        return opaque
    if scheme != "env":
        raise SourceError(unsupported(scheme))
    if opaque not in env:
        raise SourceError(f"the environment variable {opaque!r} is not set")
    return env[opaque]
