"""From the tree of a condition to a function that gives a mask over a batch.

Rows without the field are never equal, never smaller or larger, and never match; so
`x != 1` holds for them, and `not (x < 1)` too. Text and numbers are never equal.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.columns import ValueKind, codes_where, rows_of_kind, rows_where
from spanloom.processors.filter.fields import CONTEXTS, Attribute, ContextName, Field, Number, Text
from spanloom.processors.filter.parse import (
    AllOf,
    AnyOf,
    Comparison,
    ConditionError,
    Node,
    Not,
    Scalar,
    parse,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column

    Mask = NDArray[np.bool_]
    MaskOf = Callable[[Any], "Mask"]

Compare = Callable[[Any, Any], Any]

_ORDERINGS: dict[str, Compare] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_condition(text: str, context: ContextName) -> Callable[[Any], Mask]:
    """A function from a batch to (n,) True where the condition holds.

    n is the number of rows of the context: metrics for `metric`, else items.

    Raises:
        ConditionError: the text cannot be read, names no field, or compares what never compares.
    """
    return _compile(parse(text), context)


def _compile(node: Node, context: ContextName) -> MaskOf:
    match node:
        case Not(inner):
            negated = _compile(inner, context)
            return lambda batch: ~negated(batch)
        case AllOf(parts):
            alls = [_compile(part, context) for part in parts]
            return lambda batch: np.logical_and.reduce([part(batch) for part in alls])
        case AnyOf(parts):
            anys = [_compile(part, context) for part in parts]
            return lambda batch: np.logical_or.reduce([part(batch) for part in anys])
        case Comparison():
            return _compile_test(node, context)


def _compile_test(test: Comparison, context: ContextName) -> MaskOf:
    try:
        field = CONTEXTS[context].field(test.path)
    except KeyError as error:
        raise ConditionError(test.path.position, str(error.args[0])) from None
    if test.operator == "!=":
        equal = _mask_of(Comparison(test.path, "==", test.value), field)
        return lambda batch: ~equal(batch)
    if isinstance(test.value, tuple):
        parts = [_mask_of(Comparison(test.path, "==", value), field) for value in test.value]
        return lambda batch: np.logical_or.reduce([part(batch) for part in parts])
    return _mask_of(test, field)


def _mask_of(test: Comparison, field: Field) -> MaskOf:
    match field:
        case Text():
            return _of_text(test, field)
        case Number():
            return _of_number(test, field)
        case Attribute():
            return _of_attribute(test, field)


def _of_text(test: Comparison, field: Text) -> MaskOf:
    if test.operator == "present":
        return lambda batch: field.read(batch)[1] >= 0
    matches = _text_test(test)
    if matches is None:
        raise ConditionError(test.path.position, f"{test.path} is text: compare it with a string")
    return lambda batch: codes_where(*field.read(batch), matches)


def _text_test(test: Comparison) -> Callable[[str], bool] | None:
    """The question to each distinct string; None where the literal is no string."""
    value = test.value
    if not isinstance(value, str):
        return None
    if test.operator == "matches":
        return _search(test, value)
    if test.operator == "==":
        return lambda text: text == value
    compare = _ORDERINGS[test.operator]
    return lambda text: bool(compare(text, value))


def _search(test: Comparison, pattern: str) -> Callable[[str], bool]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        message = f"the pattern is no regular expression: {error}"
        raise ConditionError(test.path.position, message) from None
    return lambda text: compiled.search(text) is not None


def _of_number(test: Comparison, field: Number) -> MaskOf:
    if test.operator == "present":
        return lambda batch: _known(field, field.read(batch))
    low, high = _range(test, field)
    if test.operator == "==":
        return lambda batch: _between(field.read(batch), low, high)
    compare = _ORDERINGS.get(test.operator)
    if compare is None:
        raise ConditionError(test.path.position, f"{test.path} is a number: it cannot be matched")
    # `< warn` means below the lowest warn, `<= warn` up to the highest one.
    bound = low if test.operator in ("<", ">=") else high

    def mask(batch: Any) -> Mask:
        numbers = field.read(batch)
        ordered: Mask = compare(numbers, bound)
        return ordered & _known(field, numbers)

    return mask


def _range(test: Comparison, field: Number) -> tuple[float, float]:
    value = test.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value, value
    name = value.lower().removeprefix(field.prefix) if isinstance(value, str) else ""
    if name in field.names:
        return field.names[name]
    expected = f"one of {', '.join(field.names)}" if field.names else "a number"
    message = f"{test.path} compares with {expected}, got {value!r}"
    raise ConditionError(test.path.position, message)


def _known(field: Number, numbers: NDArray[Any]) -> Mask:
    if field.absent is None:
        present: Mask = np.logical_not(np.isnan(numbers))
        return present
    known: Mask = np.not_equal(numbers, field.absent)
    return known


def _between(numbers: NDArray[Any], low: float, high: float) -> Mask:
    inside: Mask = np.logical_and(numbers >= low, numbers <= high)
    return inside


def _of_attribute(test: Comparison, field: Attribute) -> MaskOf:
    matches = _text_test(test)
    index = field.index

    def mask(batch: Any) -> Mask:
        column = field.column(batch)
        owners = rows_where(column, matches) if matches else _attribute_mask(test, column)
        return owners if index is None else owners[index(batch)]

    if matches is None and test.operator == "matches":
        raise ConditionError(test.path.position, "matches needs a string")
    return mask


def _attribute_mask(test: Comparison, column: Column) -> Mask:
    """Presence, or a comparison with a bool or a number."""
    value = test.value
    if test.operator == "present":
        return column.present
    if isinstance(value, bool):
        return rows_of_kind(column, ValueKind.BOOL) & _compared(test, column.bools(), value)
    # Ints beyond 2^53 would lose digits as floats, so they are compared as ints.
    ints = rows_of_kind(column, ValueKind.INT) & _compared(test, column.ints(), value)
    doubles = rows_of_kind(column, ValueKind.DOUBLE) & _compared(test, column.floats(), value)
    return ints | doubles


def _compared(test: Comparison, numbers: NDArray[Any], value: Any) -> Mask:
    compare: Compare = _ORDERINGS.get(test.operator, operator.eq)
    return np.asarray(compare(numbers, value), np.bool_)


__all__ = ["ConditionError", "Scalar", "compile_condition"]
