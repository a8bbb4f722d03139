"""What the sampler leaves on items, and how drops are booked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from spanloom.batch import Ledger, Logs, Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.sampler import FACTORY
from spanloom.telemetry import Telemetry
from spanloom.testing import Recording, attach, build_logs, build_traces, make_settings
from spanloom.testing.builders import key_values

HALF_KEPT, HALF_DROPPED = bytes(9) + b"\x80" + bytes(6), bytes(9) + b"\x7f" + bytes(6)


def make(**config: Any) -> Any:
    made = Config.model_validate({"mode": "equalizing", "sampling_percentage": 50.0, **config})
    settings = make_settings("sampler", telemetry=Telemetry())
    return attach(FACTORY.create(made, settings), Recording())


def spans(*trace_ids: bytes, **attributes: Any) -> Any:
    request = build_traces(len(trace_ids), content_bytes=60, attributes=attributes)
    for span, trace_id in zip(
        request.resource_spans[0].scope_spans[0].spans, trace_ids, strict=True
    ):
        span.trace_id = trace_id
    return request


def test_the_ratio_is_written_as_tempo_reads_it() -> None:
    sampler = make(ratio_attribute="X-SampleRatio")
    batch = sampler.process(Traces.from_message(spans(HALF_KEPT)))
    assert batch.attribute("X-SampleRatio").objects() == [0.5]


def test_a_ratio_that_came_is_multiplied_in() -> None:
    sampler = make(ratio_attribute="ratio")
    batch = sampler.process(Traces.from_message(spans(HALF_KEPT, ratio=0.25)))
    assert batch.attribute("ratio").objects() == [0.125]


@pytest.mark.parametrize("absurd", [0.0, -1.0, 7.0, float("nan"), "0.5"])
def test_an_absurd_ratio_is_replaced(absurd: Any) -> None:
    sampler = make(ratio_attribute="ratio")
    batch = sampler.process(Traces.from_message(spans(HALF_KEPT, ratio=absurd)))
    assert batch.attribute("ratio").objects() == [0.5]


def test_the_ratio_tells_what_was_applied_before_too() -> None:
    request = spans(bytes(9) + b"\xff" * 7)
    request.resource_spans[0].scope_spans[0].spans[0].trace_state = "ot=th:e"
    sampler = make(ratio_attribute="ratio", rules=[{"name": "all", "latency_above": "1ms"}])
    batch = sampler.process(Traces.from_message(request))
    assert batch.attribute("ratio").objects() == [0.125]
    assert batch.trace_state.strings() == ["ot=th:e"]


def test_log_records_get_ratio_and_reason_too() -> None:
    request = build_logs(1)
    request.resource_logs[0].scope_logs[0].log_records[0].trace_id = HALF_KEPT
    sampler = make(ratio_attribute="ratio", reason_attribute="why")
    batch = sampler.process(Logs.from_message(request))
    assert batch.attribute("ratio").objects() == [0.5]
    assert batch.attribute("why").objects() == ["chance"]
    assert batch.attribute("sampling.threshold").objects() == ["8"]


def test_tagging_drops_nothing_and_changes_no_weight() -> None:
    sampler = make(action="tag", tag_attribute="llm.is_sampled", reason_attribute="why")
    request = spans(HALF_KEPT, HALF_DROPPED)
    batch = sampler.process(Traces.from_message(request))
    assert batch.attribute("llm.is_sampled").objects() == [True, False]
    assert batch.attribute("why").objects() == ["chance", None]
    assert not batch.trace_state.present.any()


def test_nothing_is_written_where_nothing_is_needed() -> None:
    sampler = make(tracestate="needed", sampling_percentage=100.0)
    batch = sampler.process(Traces.from_message(spans(HALF_KEPT, HALF_DROPPED)))
    assert len(batch) == 2
    assert not batch.is_edited


def test_a_threshold_that_stays_needs_no_writing() -> None:
    sampler = make(tracestate="needed", sampling_percentage=100.0)
    request = spans(bytes(9) + b"\xff" * 7)
    request.resource_spans[0].scope_spans[0].spans[0].trace_state = "zz=1 , ot=th:80"
    assert not sampler.process(Traces.from_message(request)).is_edited


def test_a_threshold_that_contradicts_is_replaced() -> None:
    sampler = make(tracestate="needed", sampling_percentage=100.0, fail_closed=False)
    request = spans(HALF_KEPT)
    request.resource_spans[0].scope_spans[0].spans[0].trace_state = "ot=th:c"
    assert sampler.process(Traces.from_message(request)).trace_state.strings() == ["ot=th:0"]


def test_what_is_needed_is_written() -> None:
    sampler = make(tracestate="needed", rules=[{"name": "errors", "error": True}])
    request = spans(HALF_KEPT, HALF_DROPPED)
    request.resource_spans[0].scope_spans[0].spans[1].status.code = 2
    batch = sampler.process(Traces.from_message(request))
    assert batch.trace_state.strings() == ["ot=th:8", ""]


def test_nothing_is_written_where_that_is_asked_for() -> None:
    sampler = make(tracestate="never")
    batch = sampler.process(Traces.from_message(spans(HALF_KEPT, HALF_DROPPED)))
    assert len(batch) == 1
    assert not batch.trace_state.present.any()


def test_drops_are_booked_by_their_reason() -> None:
    request = spans(HALF_KEPT, HALF_DROPPED, HALF_KEPT, bytes(16), HALF_DROPPED)
    chosen = request.resource_spans[0].scope_spans[0].spans
    chosen[2].attributes.extend(key_values({"sampling.priority": 0}))
    ledger, sampler = Ledger(), make()
    batch = Traces.from_message(request)
    batch.enter(ledger)
    sampler.consume(batch)
    assert ledger.snapshot()["dropped"] == {
        "sampled_out": 2,
        "sampling_priority": 1,
        "sampling_error": 1,
    }
    assert ledger.snapshot()["delivered"] == 1


def test_a_wrong_item_that_asks_to_be_dropped_is_booked_as_that_where_wrong_ones_are_kept() -> None:
    request = spans(bytes(16), bytes(16))
    chosen = request.resource_spans[0].scope_spans[0].spans
    chosen[0].attributes.extend(key_values({"sampling.priority": 0}))
    ledger, sampler = Ledger(), make(fail_closed=False)
    batch = Traces.from_message(request)
    batch.enter(ledger)
    sampler.consume(batch)
    assert ledger.snapshot()["dropped"] == {"sampling_priority": 1}


def test_decisions_are_counted_by_what_made_them() -> None:
    sampler = make(rules=[{"name": "errors", "error": True}])
    request = spans(HALF_KEPT, HALF_DROPPED, HALF_DROPPED, bytes(16))
    request.resource_spans[0].scope_spans[0].spans[1].status.code = 2
    sampler.process(Traces.from_message(request))
    found = {
        (sample.labels["policy"], sample.labels["sampled"]): sample.value
        for sample in sampler.settings.telemetry.samples()
        if sample.name == "spanloom_processor_sampler_items" and sample.value
    }
    assert found == {
        ("chance", "true"): 1,
        ("rule:errors", "true"): 1,
        ("chance", "false"): 1,
        ("error_closed", "false"): 1,
    }


def test_other_vendors_tracestate_stays() -> None:
    request = spans(HALF_KEPT)
    request.resource_spans[0].scope_spans[0].spans[0].trace_state = "zz=1,ot=a:b,yy=2"
    batch = make().process(Traces.from_message(request))
    assert batch.trace_state.strings() == ["ot=th:8;a:b,zz=1,yy=2"]


def test_no_array_of_the_batch_is_kept() -> None:
    request = spans(*[HALF_KEPT, HALF_DROPPED] * 20)
    for span in request.resource_spans[0].scope_spans[0].spans[::3]:
        span.trace_state = "ot=th:4"
    rules = [{"name": "errors", "error": True}, {"name": "slow", "latency_above": "1s"}]
    for mode in ("hash_seed", "sha256_mod", "proportional", "equalizing"):
        batch = Traces.from_message(request)
        result = make(mode=mode, rules=rules, ratio_attribute="r", fail_closed=False).process(batch)
        assert result.open_views == 0


def test_an_empty_batch_passes() -> None:
    assert len(make().process(Traces.from_bytes(b""))) == 0


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"sampling_percentage": -1.0}, "greater than or equal to 0"),
        ({"sampling_percentage": 1e-20}, "too small"),
        ({"sampling_percentage": float("nan")}, "finite"),
        ({"sampling_precision": 0}, "greater than or equal to 1"),
        ({"sampling_precision": 15}, "less than or equal to 14"),
        ({"attribute_source": "record", "mode": "hash_seed"}, "from_attribute must name"),
        ({"rules": [{"name": "r"}]}, "needs a condition"),
        ({"rules": [{"name": "r", "error": True}] * 2}, "different names"),
        ({"rules": [{"name": "r", "attributes": [{"key": "k"}]}]}, "needs one of equals"),
        (
            {"rules": [{"name": "r", "attributes": [{"key": "k", "equals": 1, "above": 2.0}]}]},
            "needs one of equals",
        ),
        (
            {"rules": [{"name": "r", "attributes": [{"key": "k", "regexp": "("}]}]},
            "no regular expression",
        ),
        ({"sampling_percentage": 0.0, "budget": {"spans_per_second": 5.0}}, "above 0"),
        ({"trace": {"wait_for_result": True, "decision_wait": "9s"}}, "at most 8s"),
    ],
)
def test_configurations_that_cannot_work_are_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        make(**config)


def test_absurd_items_are_decided_and_never_raise() -> None:
    attributes = {
        "sampling.priority": [1, 2],
        "error.type": 7,
        "gen_ai.usage.cost.amount": {"a": 1},
        "gen_ai.usage.input_tokens": -(2**63),
        "redaction.masked.count": "many",
        "gen_ai.response.time_to_first_chunk": float("nan"),
        "gen_ai.request.model": 5,
    }
    request = spans(*[np.random.default_rng(i).bytes(16) for i in range(50)], **attributes)
    texts = ["", "x" * 5000, "ot=th:" + "f" * 300, "ot=th:é", "\x00", "ot=;;;", "=" * 100]
    for index, span in enumerate(request.resource_spans[0].scope_spans[0].spans):
        span.trace_state = texts[index % len(texts)]
        span.end_time_unix_nano = 2**64 - 1
    rules = [
        {"name": "cost", "cost_above": 0.0},
        {"name": "tokens", "tokens_above": 1},
        {"name": "first", "ttft_above": "1s"},
        {"name": "flagged", "flagged": ["masked", "pii", "injection"]},
    ]
    for mode in ("hash_seed", "sha256_mod", "proportional", "equalizing"):
        for closed in (True, False):
            sampler = make(
                mode=mode,
                fail_closed=closed,
                rules=rules,
                minimum={"per_model_per_minute": 1},
                ratio_attribute="r",
            )
            batch = sampler.process(Traces.from_message(request))
            assert len(batch) <= 50
            assert batch.encode()
