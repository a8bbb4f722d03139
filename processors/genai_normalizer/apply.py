"""Rules at work: each reads columns and puts columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.batch import Traces
from spanloom.columns import ValueKind
from spanloom.processors.genai_normalizer.convert import storable
from spanloom.processors.genai_normalizer.dialect import (
    Dialect,
    Explode,
    FromEvent,
    Gather,
    Indexed,
    Match,
    Moment,
    Rename,
    Repair,
    Rule,
    is_scoped,
)
from spanloom.processors.genai_normalizer.indexed import put_gathered, put_indexed
from spanloom.processors.genai_normalizer.pieces import distinct
from spanloom.processors.genai_normalizer.repair import repair
from spanloom.processors.genai_normalizer.timing import put_moment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.processors.genai_normalizer.items import Items
    from spanloom.processors.genai_normalizer.plan import Part, Step

    Bool = NDArray[np.bool_]


def detected(items: Items, part: Part) -> Bool:
    """(n,) where an item's scope or one of its keys marks it as the dialect's."""
    batch = items.batch
    marked = [name in part.scopes for name in batch.scope_names]
    if part.schema_urls:
        urls = batch.scope_schema_urls
        marked = [m or url in part.schema_urls for m, url in zip(marked, urls, strict=True)]
    if all(marked):
        return items.all
    found: Bool = np.array(marked, np.bool_)[batch.scope_index]
    for key in part.markers:
        if not found.all():
            found = found | items.present(key)
    return found


def run_step(items: Items, step: Step) -> None:
    """One rule, on all items or (scoped) on the dialect's."""
    rule = step.rule
    where = items.rows if is_scoped(rule) else items.all
    when: Match | None = getattr(rule, "when", None)
    if when is not None:
        holds = matching(items, (when,))
        where = where & (False if holds is None else holds)
    match rule:
        case Rename():
            column = items.column(rule.old)
            items.put_converted(rule.new, column, rule.convert, where)
        case Explode():
            _explode(items, rule, where)
        case Indexed():
            put_indexed(items, rule, step.keys, where)
        case Repair():
            repair(items, rule.key, rule.convert, where)
        case Gather():
            put_gathered(items, rule, step.keys, where)
        case Moment():
            put_moment(items, rule, where)
        case FromEvent():
            _from_event(items, rule)


def _explode(items: Items, rule: Explode, where: Bool) -> None:
    where = where & items.present(rule.old)
    found, codes = _read_each(items, rule, where)
    readable = np.array([fields is not None for fields in found] + [False])
    items.note_read(rule.old, where & readable[codes])
    n_failed = sum(fields is None for fields in found)
    if n_failed:
        items.problem("unreadable", n_failed)
    names = dict.fromkeys(name for fields in found if fields for name in fields)
    for name in names:
        values = [_storable(fields.get(name)) if fields else None for fields in found]
        values, kept, part = distinct(values, codes, where & (codes >= 0))
        items.put(name, values, part, kept)


def _storable(value: Any) -> Any:
    return value if storable(value) else None


def _read_each(items: Items, rule: Explode, where: Bool) -> tuple[list[Any], NDArray[np.int32]]:
    """What the rule reads from each distinct string, and from each other value, with codes."""
    column = items.column(rule.old)
    texts, codes = column.values, np.where(where, column.codes, -1)
    found: list[Any] = [{}] * len(texts)
    for code in set(codes.tolist()) - {-1}:
        found[code] = items.ask(rule.read, texts[code])
    others = where & (column.kinds != ValueKind.STRING)
    if others.any():
        objects = column.objects()
        for row in np.flatnonzero(others).tolist():
            codes[row] = len(found)
            found.append(items.ask(rule.read, objects[row]))
    return found, codes


def _from_event(items: Items, rule: FromEvent) -> None:
    batch = items.batch
    if not isinstance(batch, Traces) or rule.key not in batch.keys("event"):
        return
    column = batch.attribute(rule.key, "event")
    names = batch.event_name
    wanted = np.array([name == rule.event for name in names.values] + [False])
    chosen = np.flatnonzero(wanted[names.codes] & column.present)
    spans, first = np.unique(batch.event_index[chosen], return_index=True)
    objects = column.objects()
    values: list[Any] = [None] * len(batch)
    for span, event in zip(spans.tolist(), chosen[first].tolist(), strict=True):
        values[span] = _storable(items.ask(rule.convert.convert, objects[event]))
    where = np.array([value is not None for value in values], np.bool_)
    items.put(rule.new, values, where & items.rows)


def put_defaults(items: Items, dialect: Dialect, wrappers: Bool | None) -> None:
    """What all of the dialect's items that are no wrappers have in common."""
    for key, value in dialect.defaults.items():
        where = items.rows if wrappers is None else items.rows & ~wrappers
        items.put_constant(key, value, where)


def matching(items: Items, matches: tuple[Match, ...]) -> Bool | None:
    """(n,) where one of them holds; None when the batch has none of their keys."""
    found: Bool | None = None
    for match in matches:
        if match.key in items.keys:
            mask = _holds(items, match)
            found = mask if found is None else found | mask
    return found


def _holds(items: Items, match: Match) -> Bool:
    column = items.column(match.key)
    if not match.values:
        return np.array(column.present)
    values = {value.lower() for value in match.values}
    wanted = np.array([text.lower() in values for text in column.values] + [False])
    return wanted[column.codes]


def remove_originals(items: Items, part: Part, rows: Bool, current: frozenset[str]) -> None:
    """Remove old keys where their current name is there now, and what has none.

    A key that is a current name too (`current`) stays: some dialects read one from another.
    """
    for step in part.steps:
        for key in set(step.keys) - current:
            items.remove(key, _done(items, step.rule) & items.present(key))
    for key, name in part.dialect.duplicates.items():
        if key in items.keys:
            items.remove(key, rows & items.present(name) & items.present(key))
    for key in part.drops:
        items.remove(key, rows & items.present(key))


def _done(items: Items, rule: Rule) -> Bool:
    """(n,) where what the rule reads stands elsewhere now."""
    if isinstance(rule, Explode):
        read = items.read.get(rule.old)
        return ~items.all if read is None or rule.holds_more else read
    return items.present(rule.key if isinstance(rule, Repair) else rule.new)
