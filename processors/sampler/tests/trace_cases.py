"""What the tests of whole traces share: a sampler, spans by number, and what came of them."""

from __future__ import annotations

import json
import time
from typing import Any

from spanloom.batch import Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.sampler import FACTORY
from spanloom.telemetry import Telemetry
from spanloom.testing import FakeClock, FakeHost, Recording, attach, build_traces, make_settings
from spanloom.testing.recording import Settle

LABELS = {"processor": "sampler"}


def make(
    clock: FakeClock, settle: Settle = "ack", trace: dict[str, Any] | None = None, **config: Any
) -> tuple[Any, Recording]:
    """A sampler that keeps errors, and of the rest what `sampling_percentage` says (0)."""
    values = {
        "mode": "equalizing",
        "scope": "trace",
        "sampling_percentage": 0.0,
        "rules": [{"name": "errors", "error": True}],
        "trace": {"decision_wait": "5s", **(trace or {})},
        **config,
    }
    made = Config.model_validate_json(json.dumps(values))
    settings = make_settings("sampler", clock=clock, telemetry=Telemetry())
    rest = Recording(settle)
    return attach(FACTORY.create(made, settings), rest), rest


def spans(*pairs: tuple[int, int], status: Any = 0) -> Traces:
    """Spans, each given by the numbers of its trace and itself."""
    request = build_traces(len(pairs), content_bytes=60)
    chosen = request.resource_spans[0].scope_spans[0].spans
    for span, (trace, number) in zip(chosen, pairs, strict=True):
        span.trace_id, span.span_id = trace.to_bytes(16, "big"), number.to_bytes(8, "big")
        span.status.code = status
    return Traces.from_message(request)


def arrived(rest: Recording) -> list[tuple[int, int]]:
    """Trace and span numbers, in order."""
    return [
        (int.from_bytes(span.trace_id, "big"), int.from_bytes(span.span_id, "big"))
        for message in rest.messages
        for resource in message.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def counted(sampler: Any, name: str, **labels: str) -> float:
    full = f"spanloom_processor_sampler_{name}"
    value: float = sampler.settings.telemetry.value(full, {**LABELS, **labels})
    return value


def decide_first(clock: FakeClock, sampler: Any, *pairs: tuple[int, int], status: int) -> None:
    """Let these be decided and left."""
    sampler.start(FakeHost())
    sampler.consume(spans(*pairs, status=status))
    clock.wait_for_waiters()
    clock.advance(5.1)
    until_s = time.monotonic() + 10.0
    while counted(sampler, "held_batches"):
        assert time.monotonic() < until_s, "the batch was not let go"
        time.sleep(0.001)
