"""The events that were one message each, before 1.37: on log records and on spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.convert import nested, to_json
from spanloom.processors.genai_normalizer.messages import answer_messages, chat_messages
from spanloom.semconv import INPUT_MESSAGES, OUTPUT_MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanloom.processors.genai_normalizer.items import Items

CHOICE = "gen_ai.choice"
ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
    CHOICE: "assistant",
}
# The body of the event in JSON, as it stood on spans.
_CONTENT = "gen_ai.event.content"


def entry_of(name: str, body: Any) -> dict[str, Any]:
    """A body as a message. Tools' answers have the id of their call as `id`."""
    fields = body if isinstance(body, dict) else {"content": body}
    named = {"role": ROLES[name], **fields}
    if name == "gen_ai.tool.message" and "id" in fields:
        return {"tool_call_id": fields["id"], **named}
    return named


def put_event_messages(items: Items) -> None:
    """Messages from the events of spans: a loop over those events, a few us each."""
    batch = items.batch
    if not isinstance(batch, Traces) or not items.allows(INPUT_MESSAGES):
        return
    if _CONTENT not in batch.keys("event"):
        return
    asked: dict[int, list[Any]] = {}
    answered: dict[int, list[Any]] = {}
    for span, name, entry in _entries(items, batch):
        (answered if name == CHOICE else asked).setdefault(span, []).append(entry)
    for key, read, found in (
        (INPUT_MESSAGES, chat_messages, asked),
        (OUTPUT_MESSAGES, answer_messages, answered),
    ):
        values: list[Any] = [None] * len(batch)
        for span, entries in found.items():
            messages = items.ask(read, entries)
            values[span] = to_json(messages) if messages else None
        given = np.array([value is not None for value in values], np.bool_)
        items.put(key, values, given & items.rows)


def _entries(items: Items, batch: Traces) -> Iterator[tuple[int, str, Any]]:
    """(span, event name, message) of each message event, in order."""
    column, names = batch.attribute(_CONTENT, "event"), batch.event_name.values
    texts, text_codes, name_codes = column.values, column.codes, batch.event_name.codes
    wanted = np.array([name in ROLES for name in names] + [False])[name_codes]
    spans = batch.event_index.tolist()
    for event in np.flatnonzero(wanted & (text_codes >= 0)).tolist():
        name, text = names[name_codes[event]], texts[text_codes[event]]
        body = items.ask(nested, text)
        yield spans[event], name, entry_of(name, text if body is None else body)
