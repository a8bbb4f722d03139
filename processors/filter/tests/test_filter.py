"""Which items each condition drops."""

from typing import Any

import numpy as np
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from pydantic import ValidationError

from spanloom.batch import Ledger, Logs, Metrics, Traces
from spanloom.processors.filter.config import Config
from spanloom.processors.filter.evaluate import compile_condition
from spanloom.processors.filter.fields import ContextName
from spanloom.processors.filter.filter import FilterProcessor
from spanloom.testing import build_logs, build_metrics, build_traces, make_settings
from spanloom.testing.builders import key_values


def make(**options: Any) -> FilterProcessor:
    return FilterProcessor(Config.model_validate(options), make_settings())


def traces() -> Traces:
    """Six spans: n is 0, 1.5, "2", True, absent, 5; the fourth failed, the last is a server's."""
    request = build_traces(6, n_resources=1)
    spans = request.resource_spans[0].scope_spans[0].spans
    for span, value in zip(spans, (0, 1.5, "2", True, None, 5), strict=True):
        if value is not None:
            span.attributes.extend(key_values({"n": value}))
    spans[3].status.code = Status.STATUS_CODE_ERROR
    spans[3].status.message = "out of memory"
    spans[5].kind = Span.SPAN_KIND_SERVER
    spans[5].end_time_unix_nano = spans[5].start_time_unix_nano + 5_000_000_000
    return Traces.from_message(request)


def rows(batch: Any, condition: str, context: ContextName = "span") -> list[int]:
    return [int(row) for row in np.flatnonzero(compile_condition(condition, context)(batch))]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('name == "chat llama-3.1-70b-instruct"', [0, 3]),
        ('name != "chat llama-3.1-70b-instruct"', [1, 2, 4, 5]),
        ('name matches "mistral|qwen"', [1, 2, 4, 5]),
        ('span.name in ["chat qwen2.5-32b", "x"]', [2, 5]),
        ('attributes["n"] == 0', [0]),
        ('attributes["n"] > 0', [1, 5]),
        ('attributes["n"] >= 1.5', [1, 5]),
        ('attributes["n"] == "2"', [2]),
        ('attributes["n"] == true', [3]),
        ('attributes["n"] in [0, "2", 5]', [0, 2, 5]),
        ('attributes["n"]', [0, 1, 2, 3, 5]),
        ('attributes["n"] == nil', [4]),
        ('attributes["n"] != 0', [1, 2, 3, 4, 5]),
        ('not (attributes["n"] < 100)', [2, 3, 4]),
        ('status == "error"', [3]),
        ("status.code == STATUS_CODE_ERROR", [3]),
        ("status == 2 and kind == SPAN_KIND_CLIENT", [3]),
        ('status.message matches "memory"', [3]),
        ("status.message", [3]),
        ('kind == "server" or status == "error"', [3, 5]),
        ("duration_ms > 1000", [5]),
        ('resource.attributes["service.name"] == "inference-0"', [0, 1, 2, 3, 4, 5]),
        ('resource.attributes["absent"]', []),
        ('scope.name matches "openai"', [0, 1, 2, 3, 4, 5]),
        ('scope.version == "2.1b0" and attributes["n"] == 5', [5]),
        ('attributes["gen_ai.input.messages"] matches "brown"', [0, 1, 2, 3, 4, 5]),
    ],
)
def test_conditions_on_spans(condition: str, expected: list[int]) -> None:
    assert rows(traces(), condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('severity < "warn"', [0]),
        ('severity <= "warn"', [0, 1]),
        ('severity >= "warn"', [1, 2]),
        ('severity == "info"', [0]),
        ("severity_number >= SEVERITY_NUMBER_ERROR", [2]),
        ("severity == 9", [0]),
        ("severity", [0, 1, 2]),
        ('severity_text == "WARN"', [1]),
        ('body matches "request [01]"', [0, 1]),
    ],
)
def test_conditions_on_log_records(condition: str, expected: list[int]) -> None:
    request = build_logs(4)
    request.resource_logs[0].scope_logs[0].log_records[3].Clear()
    assert rows(Logs.from_message(request), condition, "log_record") == expected


def test_conditions_on_metrics_and_data_points() -> None:
    batch = Metrics.from_message(build_metrics(6))
    assert rows(batch, 'name == "gen_ai.tokens"', "metric") == [1]
    assert rows(batch, 'type == "histogram"', "metric") == [2]
    assert rows(batch, 'resource.attributes["service.name"]', "metric") == [0, 1, 2]
    tokens = [
        i for i, m in enumerate(batch.metric_index) if batch.metric_names[m] == "gen_ai.tokens"
    ]
    assert rows(batch, 'metric.name == "gen_ai.tokens"', "datapoint") == tokens
    in_range = [i for i, value in enumerate(batch.value) if value > 1]
    assert rows(batch, "value > 1", "datapoint") == in_range
    assert (
        rows(batch, "value == nil", "datapoint") == np.flatnonzero(np.isnan(batch.value)).tolist()
    )


def test_dropped_items_are_booked_as_filtered() -> None:
    ledger, batch = Ledger(), traces()
    batch.enter(ledger)
    conditions = ['status == "error"', 'attributes["n"] == 0']
    kept = make(traces={"span": conditions}).process(batch)
    assert len(kept) == 4
    kept.ack()
    assert ledger.snapshot()["dropped"] == {"filtered": 2}
    assert ledger.snapshot()["delivered"] == 4


def test_a_metric_goes_with_all_its_points() -> None:
    processor = make(metrics={"metric": ['name == "gen_ai.tokens"'], "datapoint": ["value < 1"]})
    kept = Metrics.from_message(build_metrics(6))
    processor.process(kept)
    names = {kept.metric_names[m] for m in kept.metric_index}
    assert names == {"vllm.requests.running", "gen_ai.client.operation.duration"}
    assert len(kept) == 3


def test_conditions_of_other_signals_do_nothing() -> None:
    processor = make(traces={"span": ['name matches "."']})
    assert len(processor.process(Logs.from_message(build_logs(3)))) == 3


class Broken:
    """A batch on which every condition fails."""

    signal = "traces"
    name = property(lambda _: 1 / 0)

    def __len__(self) -> int:
        return 3


def test_error_mode_propagate_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        make(traces={"span": ["name"]}).process(Broken())  # type: ignore[arg-type]


@pytest.mark.parametrize(("mode", "n_lines"), [("ignore", 1), ("silent", 0)])
def test_error_mode_ignore_keeps_the_items(
    mode: str, n_lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    broken: Any = Broken()
    assert make(error_mode=mode, traces={"span": ["name"]}).process(broken) is broken
    assert len(caplog.records) == n_lines


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "needs a condition"),
        ({"traces": {"spanevent": ["name"]}}, "not supported"),
        ({"traces": {"span": ["name =="]}}, "column 8: expected"),
        ({"traces": {"span": ["name", "nmae"]}}, r"traces\.span\.1"),
    ],
)
def test_mistakes_are_found_at_load(options: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        Config.model_validate(options)
