"""From `--config` and `--set` to a checked configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from spanloom.config.check import check
from spanloom.config.errors import Problems
from spanloom.config.expand import expand
from spanloom.config.model import LoadedConfig
from spanloom.config.place import Place
from spanloom.config.sources import merge, read_set, read_source, split_uri
from spanloom.config.tree import Node
from spanloom.registry import Registry, installed

_NO_SOURCE = (
    "at least one config flag must be provided: --config pipelines.yaml, "
    "--config env:NAME or --config 'yaml:...'"
)


def load(
    sources: Sequence[str],
    sets: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    registry: Registry | None = None,
) -> LoadedConfig:
    """The configuration that these sources give.

    Args:
        sources: paths or URIs (`file:`, `env:`, `yaml:`), merged in this order.
        sets: `path.to.key=value`, applied after all sources.
        env: the environment; the process's own by default.
        registry: where components are found; everything installed by default.

    Raises:
        ConfigErrors: with everything that is wrong.
    """
    problems = Problems()
    root = read_tree(sources, sets, os.environ if env is None else env, problems)
    registry = registry or installed()
    return check(root, registry, config_dir(sources), problems)


def read_tree(
    sources: Sequence[str], sets: Sequence[str], env: Mapping[str, str], problems: Problems
) -> Node:
    """All sources merged and expanded, not yet checked.

    Raises ConfigErrors when a source is missing, unreadable or empty: then no more can be said.
    """
    if not sources:
        problems.error(None, (), _NO_SOURCE)
    trees = [read_source(source, env, problems) for source in sources]
    trees += [read_set(setting, problems) for setting in sets]
    root = Node({}, Place(_name(sources), 1, 1))
    for tree in trees:
        if tree is not None and tree.value is not None:
            root = merge(root, tree)
    root = expand(root, env, config_dir(sources), problems)
    if not isinstance(root.value, dict):
        problems.error(root.place, (), "must be a map of sections", seen=root.kind())
        problems.raise_if_any()
    if not root.value:
        if not problems.errors:
            problems.error(root.place, (), "empty configuration file")
        problems.raise_if_any()
    return root


def config_dir(sources: Sequence[str]) -> str:
    """The folder of the first file; the working directory when there is none."""
    for source in sources:
        scheme, opaque = split_uri(source)
        if scheme == "file":
            return str(Path(opaque).parent)
    return "."


def _name(sources: Sequence[str]) -> str:
    scheme, opaque = split_uri(sources[0]) if sources else ("config", "")
    return opaque if scheme == "file" else scheme
