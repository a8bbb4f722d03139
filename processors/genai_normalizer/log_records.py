"""Log records: names of events, messages as values, and the events of one call as one (R9).

Before 1.37 each message of a call was a log record of its own; now a call has one event with
all of them. Merging looks at one batch: `held_calls` brings records together that come in several
requests. It costs a Python loop over the records, about 30 us each, and only where such events
come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.processors.genai_normalizer.canonical import MESSAGE_KEYS
from spanloom.processors.genai_normalizer.convert import nested, storable, to_json
from spanloom.processors.genai_normalizer.message_events import CHOICE, ROLES, entry_of
from spanloom.processors.genai_normalizer.messages import (
    answer_messages,
    chat_messages,
    finish_reasons_of,
)
from spanloom.processors.genai_normalizer.repair import repair
from spanloom.semconv import FINISH_REASONS, INPUT_MESSAGES, OUTPUT_MESSAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanloom.batch import Logs
    from spanloom.processors.genai_normalizer.convert import Conversion
    from spanloom.processors.genai_normalizer.items import Items

DETAILS = "gen_ai.client.inference.operation.details"
MERGED = "merged"
"""The reason under which the records count that are in another one now."""


def structure(items: Items) -> None:
    """Messages in JSON text become values, as the conventions want them on events."""

    def value_of(text: Any) -> Any:
        value = nested(text)
        if value is None or storable(value):
            return value
        items.problem("unconvertible")
        return None

    for key in MESSAGE_KEYS & items.keys:
        repair(items, key, value_of)


def name_events(batch: Logs, keys: Sequence[str]) -> None:
    """Records without an event name get the one that stands under one of the keys."""
    key = next((key for key in batch.keys() if key in keys), None)  # noqa: SIM118 - no dict
    if key is None:
        return
    names = batch.attribute(key).strings()
    known = batch.event_name.strings()
    named = [bool(name) and not old for name, old in zip(names, known, strict=True)]
    if not any(named):
        return
    changed: list[Any] = [None] * len(batch)
    for row, record in enumerate(batch.records()):
        if named[row]:
            record.event_name = names[row]
            changed[row] = record
    batch.replace_items(changed)


def merge_messages(batch: Logs, finish_reasons: Conversion) -> None:
    """All message events of a call become one, in the place of the first."""
    by_span, names = events_by_span(batch)
    groups = list(by_span.values())
    if not groups:
        return
    bodies, records = batch.body.objects(), list(batch.records())
    changed: list[Any] = [None] * len(batch)
    kept = np.ones(len(batch), np.bool_)
    for rows in groups:
        changed[rows[0]] = _details(records[rows[0]])
        kept[rows[1:]] = False
    merged = _merged(groups, names, bodies, finish_reasons, len(batch))
    batch.replace_items(changed)
    for key, values in merged.items():
        where = np.array([value is not None for value in values], np.bool_)
        if where.any():
            batch.set_attribute(key, values, where=where)
    batch.keep(kept, MERGED)


def events_by_span(
    batch: Logs, keys: Sequence[str] = ()
) -> tuple[dict[tuple[bytes, bytes], list[int]], list[str]]:
    """The rows of message events by (trace id, span id), in order, and all names of events.

    Args:
        batch: is not changed.
        keys: attributes that may hold the name of an event that has none.
    """
    columns = [batch.event_name, *map(batch.attribute, set(keys).intersection(batch.keys()))]
    if not any(name in ROLES for column in columns for name in column.values):
        return {}, []
    texts = [column.strings() for column in columns]
    names = [next(filter(None, found), "") for found in zip(*texts, strict=True)]
    span_ids, trace_ids = batch.span_id, batch.trace_id
    by_span: dict[tuple[bytes, bytes], list[int]] = {}
    for row in [row for row, name in enumerate(names) if name in ROLES]:
        span = (trace_ids[row].tobytes(), span_ids[row].tobytes())
        if any(span[1]):  # records outside any span belong to nothing
            by_span.setdefault(span, []).append(row)
    return by_span, names


def _value_of(messages: list[Any] | None) -> Any:
    """The messages, or JSON text of those that no value can hold."""
    return messages if messages is None or storable(messages) else to_json(messages)


def _details(record: Any) -> Any:
    record.event_name = DETAILS
    record.ClearField("body")
    return record


def _merged(
    groups: list[list[int]],
    names: list[str],
    bodies: list[Any],
    finish_reasons: Conversion,
    n_records: int,
) -> dict[str, list[Any]]:
    """The attributes of the merged events, by row."""
    columns: dict[str, list[Any]] = {
        key: [None] * n_records for key in (INPUT_MESSAGES, OUTPUT_MESSAGES, FINISH_REASONS)
    }
    for rows in groups:
        asked = [entry_of(names[row], bodies[row]) for row in rows if names[row] != CHOICE]
        choices = [entry_of(names[row], bodies[row]) for row in rows if names[row] == CHOICE]
        reasons = finish_reasons_of(choices)
        columns[INPUT_MESSAGES][rows[0]] = _value_of(chat_messages(asked))
        columns[OUTPUT_MESSAGES][rows[0]] = _value_of(answer_messages(choices))
        columns[FINISH_REASONS][rows[0]] = finish_reasons.convert(reasons) if reasons else None
    return columns
