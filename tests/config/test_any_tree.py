"""Whatever the file says, loading it gives a configuration or a list of errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanloom.config import ConfigError, ConfigErrors, LoadedConfig

Load = Callable[..., LoadedConfig]

WORDS = [
    *("receivers", "processors", "exporters", "connectors", "extensions", "service"),
    *("pipelines", "telemetry", "traces", "metrics/a", "logs", "otlp", "batch", "nop", "forward"),
    *("endpoint", "timeout", "headers", "sending_queue", "enabled", "queue_size", "level", "${A}"),
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=12,
)


def replaced(tree: Any, steps: list[int], new: Any) -> Any:
    """The tree with `new` somewhere in it; the steps say where."""
    if not steps or not isinstance(tree, dict | list) or not tree:
        return new
    if isinstance(tree, list):
        i = steps[0] % len(tree)
        return [*tree[:i], replaced(tree[i], steps[1:], new), *tree[i + 1 :]]
    key = list(tree)[steps[0] % len(tree)]
    return {**tree, key: replaced(tree[key], steps[1:], new)}


def load_or_errors(load_text: Load, text: str) -> None:
    errors: list[ConfigError] | None = None
    try:
        load_text(text, A="1")
    except ConfigErrors as problems:
        errors = problems.errors
    assert errors != []
    for error in errors or ():
        assert error.place is not None
        json.dumps(error.as_dict())


FUNCTION_SCOPED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(tree=TREES)
@settings(max_examples=200, suppress_health_check=FUNCTION_SCOPED, deadline=None)
def test_any_tree_loads_or_is_refused_with_places(load_text: Load, tree: Any) -> None:
    load_or_errors(load_text, yaml.safe_dump(tree))


@given(steps=st.lists(st.integers(0, 9), max_size=6), new=TREES)
@settings(max_examples=200, suppress_health_check=FUNCTION_SCOPED, deadline=None)
def test_any_change_to_a_valid_file_loads_or_is_refused(
    load_text: Load, valid: str, steps: list[int], new: Any
) -> None:
    load_or_errors(load_text, yaml.safe_dump(replaced(yaml.safe_load(valid), steps, new)))
