"""What the tests of held calls share: events of calls, and a normaliser that merges them."""

from __future__ import annotations

from typing import Any

from spanloom_native import Ledger

from spanloom.batch import Logs
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.telemetry import Telemetry
from spanloom.testing import FakeClock, Recording, attach, build_logs, make_settings
from spanloom.testing.builders import any_value, key_values

QUESTION = ("gen_ai.user.message", {"content": "How warm?"})
SYSTEM = ("gen_ai.system.message", {"content": "Be short."})
ANSWER = ("gen_ai.choice", {"finish_reason": "stop", "message": {"content": "18"}})
OTHER = ("app.log", "something else")
RELEASED = "spanloom_processor_genai_normalizer_released_calls"
HELD = "spanloom_processor_genai_normalizer_held_records"


def batch_of(*events: tuple[str, Any], call: int = 1, key: str = "") -> Logs:
    """Log records of one span; with `key` their names stand under that attribute."""
    request = build_logs(len(events))
    records = request.resource_logs[0].scope_logs[0].log_records
    for record, (name, body) in zip(records, events, strict=True):
        record.event_name = "" if key else name
        record.span_id, record.trace_id = bytes([call] * 8), b"\x02" * 16
        record.body.CopyFrom(any_value(body))
        if key:
            record.attributes.extend(key_values({key: name}))
    return Logs.from_message(request)


def calls_of(*numbers: int, event: tuple[str, Any] = QUESTION) -> Logs:
    """One event of each call."""
    return Logs.concat([batch_of(event, call=number) for number in numbers])


def records_of(message: Any) -> list[Any]:
    groups = [scope for group in message.resource_logs for scope in group.scope_logs]
    return [record for scope in groups for record in scope.log_records]


class Running:
    """A normaliser that merges, between a ledger and a recording."""

    def __init__(self, settle: Any = "ack", **config: Any) -> None:
        self.clock, self.telemetry, self.ledger = FakeClock(), Telemetry(), Ledger()
        self.recording = Recording(settle)
        settings = make_settings(telemetry=self.telemetry, clock=self.clock)
        made = GenaiNormalizer(Config(merge_message_events=True, **config), settings)
        self.processor = attach(made, self.recording)

    def send(self, batch: Logs) -> None:
        batch.enter(self.ledger)
        self.processor.consume(batch)

    def records(self) -> list[Any]:
        """What has gone on."""
        return [record for message in self.recording.messages for record in records_of(message)]

    def calls(self) -> list[list[int]]:
        """Of which calls records have gone on, by request."""
        return [[r.span_id[0] for r in records_of(m)] for m in self.recording.messages]

    def names(self) -> list[str]:
        return [record.event_name for record in self.records()]

    def counted(self, name: str) -> dict[str, float]:
        found = [s for s in self.telemetry.samples() if s.name.startswith(name)]
        return {s.labels.get("reason", ""): s.value for s in found if s.value}

    def n_held(self) -> float:
        return self.counted(HELD).get("", 0)
