"""Log records, and the message events of one call as one event (R9)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from spanloom import semconv
from spanloom.batch import Logs
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.log_records import DETAILS
from spanloom.testing import Recording, attach, build_logs, make_settings
from spanloom.testing.builders import any_value, key_values

CAPTURES = Path(__file__).resolve().parents[3] / "tests" / "genai" / "captures"
SPAN = b"\x01" * 8


def batch_of(
    *events: tuple[str, Any], span_id: bytes = SPAN, attributes: dict[str, Any] | None = None
) -> Logs:
    request = build_logs(len(events))
    records = request.resource_logs[0].scope_logs[0].log_records
    for record, (name, body) in zip(records, events, strict=True):
        record.event_name = name
        record.span_id, record.trace_id = span_id, b"\x02" * 16
        record.body.CopyFrom(any_value(body))
        del record.attributes[:]
        record.attributes.extend(key_values(attributes or {}))
    return Logs.from_message(request)


def normalized(batch: Logs, **config: Any) -> Logs:
    GenaiNormalizer(Config(**config), make_settings()).process(batch)
    return batch


CALL = (
    ("gen_ai.user.message", {"content": "How warm?"}),
    ("app.log", "something else"),
    (
        "gen_ai.choice",
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {"tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": "{}"}}]},
        },
    ),
    ("gen_ai.tool.message", {"content": "18", "id": "c1"}),
)


def test_message_events_stay_unless_asked() -> None:
    batch = normalized(batch_of(*CALL))
    assert batch.event_name.strings() == [name for name, _ in CALL]


def test_message_events_of_a_call_become_one() -> None:
    batch = normalized(batch_of(*CALL), merge_message_events=True)
    assert batch.event_name.strings() == [DETAILS, "app.log"]
    assert batch.attribute(semconv.INPUT_MESSAGES).objects()[0] == [
        {"role": "user", "parts": [{"type": "text", "content": "How warm?"}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "response": "18", "id": "c1"}]},
    ]
    call = {"type": "tool_call", "name": "f", "id": "c1", "arguments": {}}
    assert batch.attribute(semconv.OUTPUT_MESSAGES).objects()[0] == [
        {"role": "assistant", "parts": [call], "finish_reason": "tool_call"}
    ]
    assert batch.attribute(semconv.FINISH_REASONS).objects()[0] == ["tool_call"]


def test_merged_records_leave_with_the_one_they_are_in() -> None:
    processor = GenaiNormalizer(Config(merge_message_events=True), make_settings())
    recording = Recording()
    attach(processor, recording).consume(batch_of(*CALL))
    assert recording.n_items == 2


def test_events_outside_any_span_are_not_merged() -> None:
    batch = normalized(batch_of(*CALL, span_id=b""), merge_message_events=True)
    assert len(batch) == len(CALL)


def test_bodies_of_any_kind_are_survived() -> None:
    bodies = (None, 1, [1], {"content": None}, {"message": 3}, b"x", {"tool_calls": [None]})
    events = [(name, body) for body in bodies for name in ("gen_ai.user.message", "gen_ai.choice")]
    assert len(normalized(batch_of(*events), merge_message_events=True)) == 1


def test_messages_of_events_are_values() -> None:
    text = '[{"role":"user","parts":[]}]'
    batch = normalized(batch_of((DETAILS, None), attributes={semconv.INPUT_MESSAGES: text}))
    assert batch.attribute(semconv.INPUT_MESSAGES).objects() == [[{"role": "user", "parts": []}]]


def test_an_attribute_may_hold_the_events_name() -> None:
    batch = normalized(batch_of(("", None), ("own", None), attributes={"event_name": DETAILS}))
    assert batch.event_name.strings() == [DETAILS, "own"]


def test_captured_events_are_as_the_golden_file(golden: Callable[[str, Any], None]) -> None:
    captured = (CAPTURES / "opentelemetry_openai_v2" / "logs.json").read_bytes()
    batch = normalized(Logs.from_json(captured), merge_message_events=True)
    keys = (semconv.INPUT_MESSAGES, semconv.OUTPUT_MESSAGES, semconv.FINISH_REASONS)
    golden("logs/openai_v2.json", {key: batch.attribute(key).objects() for key in keys})
