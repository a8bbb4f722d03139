"""Tokens: what includes what (R6), and whose they are (R7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spanloom.semconv import (
    AGGREGATED_USAGE,
    INPUT_TOKENS,
    OPERATION,
    OUTPUT_TOKENS,
    REASONING_TOKENS,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.processors.genai_normalizer.items import Items

    Bool = NDArray[np.bool_]

USAGE = "gen_ai.usage."
WRAPPER_OPERATIONS = frozenset(
    {
        *("invoke_agent", "invoke_workflow", "create_agent", "execute_tool", "plan"),
        *("fetch_response", "agent_step"),
    }
)
"""Operations that call no model themselves; agent_step is Vercel's. What they tell of tokens is
told again by the spans inside them (or, for fetch_response, was told by the call it waits for)."""
_TOKENS_MAX = 1 << 62


def add_exclusive(items: Items, exclusive: tuple[str, ...]) -> None:
    """Add to the input and output tokens what the dialect does not count in them.

    Only to counts that this dialect brought in this pass, so that nothing is added twice.
    """
    for key in exclusive:
        total = OUTPUT_TOKENS if key == REASONING_TOKENS else INPUT_TOKENS
        brought = items.turn.written.get(total)
        if brought is None or key not in items.keys:
            continue
        more, counted = items.column(key).ints(), items.column(total).ints()
        # Two absurd counts must not wrap around.
        where = brought & (more > 0) & (more < _TOKENS_MAX) & (counted < _TOKENS_MAX)
        if where.any():
            items.batch.set_attribute(total, counted + more, where=where)


def wrapper_operations(items: Items) -> Bool | None:
    """(n,) where the operation is one of WRAPPER_OPERATIONS; None when nowhere."""
    if OPERATION not in items.keys:
        return None
    column = items.column(OPERATION)
    wanted = [value in WRAPPER_OPERATIONS for value in column.values]
    if not any(wanted):
        return None
    found: Bool = np.array([*wanted, False], np.bool_)[column.codes]
    return found


def has_usage(keys: set[str]) -> bool:
    """Whether there is anything to aggregate; the two usual keys are looked for first."""
    usual = INPUT_TOKENS in keys or OUTPUT_TOKENS in keys
    return usual or any(key.startswith(USAGE) for key in keys)


def aggregate(items: Items, wrappers: Bool) -> None:
    """Move the usage of wrappers to the aggregate namespace; what is there already stays."""
    if not wrappers.any():
        return
    for key in [key for key in items.keys if key.startswith(USAGE)]:
        new = AGGREGATED_USAGE + key.removeprefix(USAGE)
        if not (items.column(key).present & wrappers).any():
            continue
        items.batch.rename_attribute(key, new, where=wrappers)
        items.batch.remove_attribute(key, where=wrappers)
        items.keys.add(new)


def either(one: Bool | None, other: Bool | None) -> Bool | None:
    """(n,) where one of them holds; None is nowhere."""
    if one is None or other is None:
        return other if one is None else one
    return one | other
