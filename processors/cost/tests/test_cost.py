"""What the processor writes on spans, from the bytes that arrive to those that leave."""

import logging
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanloom.batch import Traces
from spanloom.config import ConfigErrors
from spanloom.processors.cost import names
from spanloom.processors.cost.config import Config
from spanloom.processors.cost.cost import CostProcessor
from spanloom.telemetry import Telemetry
from spanloom.testing import FakeClock, build_traces, make_settings

SECOND = 10**9
AT = 1_795_257_600 * SECOND  # 2026-11-21 12:00 UTC
USAGE = {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100}
CALL: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.response.model": "gpt-4o",
    **USAGE,
}
ESTIMATED = "spanloom.tokens.estimated"
GPT_4O = 0.0035  # 1000 * 2.50 + 100 * 10.00 per million


def span(attributes: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A call; `attributes` of None value are taken away."""
    merged = {**CALL, **(attributes or {})}
    return {"attributes": {k: v for k, v in merged.items() if v is not None}, **fields}


def batch_of(*spans: dict[str, Any], resource: dict[str, Any] | None = None) -> Traces:
    """A batch of these spans: ids count up, one trace, unless they say otherwise."""
    from spanloom.testing.builders import key_values

    request = build_traces(0, resource_attributes=resource)
    scope_spans = request.resource_spans[0].scope_spans[0]
    for index, each in enumerate(spans, 1):
        fields = {
            "trace_id": (7).to_bytes(16, "big"),
            "span_id": (1000 + index).to_bytes(8, "big"),
            "start_time_unix_nano": AT,
            "end_time_unix_nano": AT + SECOND,
            **each,
        }
        fields["attributes"] = key_values(fields["attributes"])
        scope_spans.spans.append(Span(**fields))
    return Traces.from_bytes(request.SerializeToString())


def processor(
    telemetry: Telemetry | None = None, config_dir: str = ".", **config: Any
) -> CostProcessor:
    settings = make_settings(
        "cost", telemetry=telemetry, clock=FakeClock(), config_dir=str(config_dir)
    )
    return CostProcessor(Config.model_validate(config), settings)


def priced(cost: CostProcessor, *spans: dict[str, Any], **kwargs: Any) -> list[dict[str, Any]]:
    """The attributes of each span afterwards, read from the bytes that leave."""
    result = cost.process(batch_of(*spans, **kwargs))
    (encoded,) = result.encode()
    result.ack()
    left = Traces.from_bytes(encoded)
    columns = {key: left.attribute(key).objects() for key in left.keys()}  # noqa: SIM118 - no dict
    rows = [
        {key: column[i] for key, column in columns.items() if column[i] is not None}
        for i in range(len(left))
    ]
    left.ack()
    return rows


def test_a_call_gets_amount_currency_source_list_and_entry() -> None:
    (row,) = priced(processor(), span())
    assert row["gen_ai.usage.cost.amount"] == GPT_4O
    assert row["gen_ai.usage.cost.currency"] == "USD"
    assert row["gen_ai.usage.cost.source"] == "local"
    assert row["spanloom.cost.price_list"].startswith("genai-prices-")
    assert row["spanloom.cost.price_entry"] == "openai/gpt-4o"
    assert "spanloom.cost.note" not in row
    assert "llm.cost_usd_micro" not in row


def test_cached_tokens_are_part_of_the_input() -> None:
    (row,) = priced(processor(), span({"gen_ai.usage.cache_read.input_tokens": 600}))
    assert row["gen_ai.usage.cost.amount"] == (400 * 2.5 + 600 * 1.25 + 100 * 10) / 1e6


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        (
            {"gen_ai.response.model": "gpt-4o-from-nowhere-x", "gen_ai.provider.name": "vllm"},
            "unknown_model",
        ),
        ({"gen_ai.usage.output_tokens": None}, "missing_usage"),
        ({"gen_ai.usage.output_tokens": None, "gen_ai.usage.input_tokens": None}, "missing_usage"),
        ({"gen_ai.usage.cache_read.input_tokens": 1001}, "contradiction"),
        ({"gen_ai.usage.reasoning.output_tokens": 101}, "contradiction"),
        ({"gen_ai.usage.input_tokens": -1}, "contradiction"),
        ({"gen_ai.usage.input_tokens": 10**15}, "contradiction"),
        ({"gen_ai.usage.input_tokens": "1000"}, "contradiction"),
        ({"gen_ai.usage.input_tokens": 1000.0}, "contradiction"),
        ({"gen_ai.usage.input_tokens": float("nan")}, "contradiction"),
        ({"gen_ai.usage.input_tokens": True}, "contradiction"),
        ({"gen_ai.usage.input_tokens": [1000]}, "contradiction"),
    ],
)
def test_what_cannot_be_priced_has_no_amount_but_a_note_and_a_count(
    changes: dict[str, Any], note: str
) -> None:
    telemetry = Telemetry()
    bad, good = priced(processor(telemetry), span(changes), span())
    assert "gen_ai.usage.cost.amount" not in bad
    assert bad["spanloom.cost.note"] == note
    assert good["gen_ai.usage.cost.amount"] == GPT_4O
    labels = {"processor": "cost", "outcome": note}
    assert telemetry.value("spanloom_processor_cost_calls", labels) == 1


@pytest.mark.parametrize("operation", ["invoke_agent", "execute_tool", "retrieval", "", None])
def test_only_leaf_calls_are_priced(operation: str | None) -> None:
    other, call = priced(processor(), span({"gen_ai.operation.name": operation}), span())
    assert not any(key.startswith(("spanloom.cost", "gen_ai.usage.cost")) for key in other)
    assert call["gen_ai.usage.cost.amount"] == GPT_4O


def test_embeddings_need_no_output() -> None:
    changes = {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.response.model": "text-embedding-3-small",
        "gen_ai.usage.output_tokens": None,
    }
    (row,) = priced(processor(), span(changes))
    assert row["gen_ai.usage.cost.amount"] == 1000 * 0.02 / 1e6


def test_a_failed_call_without_counts_is_no_missing_usage() -> None:
    telemetry = Telemetry()
    nothing = dict.fromkeys(USAGE)
    rows = priced(
        processor(telemetry),
        span(nothing, status={"code": 2}),
        span({**nothing, "error.type": "timeout"}),
        span(nothing),
    )
    assert [row.get("spanloom.cost.note") for row in rows] == [None, None, "missing_usage"]
    labels = {"processor": "cost", "outcome": "failed_call"}
    assert telemetry.value("spanloom_processor_cost_calls", labels) == 2


NO_TOKENS = {"gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0}


@pytest.mark.parametrize("operation", ["chat", "text_completion", "generate_content"])
@pytest.mark.parametrize("output", [0, 100])
def test_an_input_of_0_is_none(operation: str, output: int) -> None:
    changes = {**NO_TOKENS, "gen_ai.operation.name": operation}
    changes["gen_ai.usage.output_tokens"] = output
    (row,) = priced(processor(), span(changes))
    assert row["spanloom.cost.note"] == "missing_usage"
    assert "gen_ai.usage.cost.amount" not in row


def test_a_failed_call_of_0_tokens_is_no_missing_usage() -> None:
    failed, good = priced(processor(), span(NO_TOKENS, status={"code": 2}), span())
    assert not any(key.startswith(("spanloom.cost", "gen_ai.usage.cost")) for key in failed)
    assert good["gen_ai.usage.cost.amount"] == GPT_4O


def test_an_input_of_0_with_cached_tokens_is_a_contradiction() -> None:
    (row,) = priced(processor(), span({**NO_TOKENS, "gen_ai.usage.cache_read.input_tokens": 5}))
    assert row["spanloom.cost.note"] == "contradiction"


def test_an_output_of_0_is_priced() -> None:
    (row,) = priced(processor(), span({"gen_ai.usage.output_tokens": 0}))
    assert row["gen_ai.usage.cost.amount"] == 0.0025


def test_an_input_of_0_is_none_among_units_that_few_calls_have() -> None:
    cost = processor(usage_attributes={"web_searches": "app.searches"})
    (row,) = priced(cost, span({**NO_TOKENS, "app.searches": 3}))
    assert row["spanloom.cost.note"] == "missing_usage"


def test_a_cost_of_estimated_tokens_is_noted() -> None:
    estimate, plain = priced(processor(), span({ESTIMATED: "both"}), span())
    assert (estimate["gen_ai.usage.cost.amount"], estimate["spanloom.cost.note"]) == (
        GPT_4O,
        "estimated",
    )
    assert "spanloom.cost.note" not in plain


def test_the_name_of_estimates_is_the_token_counters() -> None:
    from spanloom.processors.token_count.fill import ESTIMATED as THEIRS

    assert names.TOKENS_ESTIMATED == ESTIMATED == THEIRS


def test_the_request_model_helps_where_the_response_has_none() -> None:
    changes = {"gen_ai.response.model": None, "gen_ai.request.model": "gpt-4o"}
    (row,) = priced(processor(), span(changes))
    assert row["gen_ai.usage.cost.amount"] == GPT_4O


def test_the_request_model_helps_where_the_responses_is_unknown() -> None:
    changes = {"gen_ai.response.model": "our-deployment", "gen_ai.request.model": "gpt-4o"}
    row, plain = priced(processor(), span(changes), span())
    assert row["gen_ai.usage.cost.amount"] == plain["gen_ai.usage.cost.amount"] == GPT_4O


def test_long_inputs_pay_the_step_for_all_tokens_of_the_call() -> None:
    model = {"gen_ai.provider.name": "gcp.gemini", "gen_ai.response.model": "gemini-2.5-pro"}
    at, above = priced(
        processor(),
        span({**model, "gen_ai.usage.input_tokens": 200_000}),
        span({**model, "gen_ai.usage.input_tokens": 200_001}),
    )
    assert at["gen_ai.usage.cost.amount"] == (200_000 * 1.25 + 100 * 10) / 1e6
    assert above["gen_ai.usage.cost.amount"] == (200_001 * 2.5 + 100 * 15) / 1e6


def test_the_service_tier_chooses_the_price() -> None:
    rows = priced(
        processor(),
        span({"openai.response.service_tier": "priority"}),
        span({"openai.response.service_tier": "default"}),
        span({"openai.response.service_tier": "batch"}),
        span({"openai.request.service_tier": "priority"}),
        span({"openai.request.service_tier": "auto"}),
    )
    amounts = [row["gen_ai.usage.cost.amount"] for row in rows]
    assert amounts == [0.00595, GPT_4O, GPT_4O / 2, 0.00595, GPT_4O]
    assert rows[0]["spanloom.cost.price_entry"] == "openai/gpt-4o[service_tier=priority]"


def test_the_time_of_the_call_chooses_the_price() -> None:
    model = {"gen_ai.provider.name": "deepseek", "gen_ai.response.model": "deepseek-v4-pro"}
    day = AT - AT % (86_400 * SECOND)
    noon, night, before = priced(
        processor(),
        span(model, start_time_unix_nano=day + 12 * 3600 * SECOND),
        span(model, start_time_unix_nano=day + 2 * 3600 * SECOND),
        span(model, start_time_unix_nano=day - 365 * 86_400 * SECOND),
    )
    assert noon["gen_ai.usage.cost.amount"] == (1000 * 0.66 + 100 * 1.98) / 1e6
    assert night["gen_ai.usage.cost.amount"] == (1000 * 1.32 + 100 * 3.96) / 1e6
    assert before["gen_ai.usage.cost.amount"] == (1000 * 0.435 + 100 * 0.87) / 1e6


def test_a_model_of_ones_own_engine_has_no_price_of_a_strangers() -> None:
    (row,) = priced(processor(), span({"gen_ai.provider.name": "vllm"}))
    assert row["spanloom.cost.note"] == "unknown_model"


def test_unknown_models_are_counted_by_name_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    telemetry = Telemetry()
    cost = processor(telemetry)
    with caplog.at_level(logging.WARNING):
        priced(
            cost,
            span({"gen_ai.response.model": "nope-1"}),
            span({"gen_ai.response.model": "nope-1"}),
        )
        priced(cost, span({"gen_ai.response.model": "nope-1"}))
    labels = {"processor": "cost", "model": "nope-1"}
    assert telemetry.value("spanloom_processor_cost_unknown_models", labels) == 3
    assert [r.message for r in caplog.records] == ["A model has no price."]


@pytest.mark.parametrize("text", ["My card is 4539", "é" * 200, 'a"b', "a\nb"])
def test_what_does_not_look_like_a_name_is_neither_logged_nor_a_label(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    telemetry = Telemetry()
    with caplog.at_level(logging.DEBUG):
        (row,) = priced(processor(telemetry), span({"gen_ai.response.model": text}))
    assert row["spanloom.cost.note"] == "unknown_model"
    labels = {"processor": "cost", "model": "other"}
    assert telemetry.value("spanloom_processor_cost_unknown_models", labels) == 1
    assert caplog.records == []


def test_ten_thousand_model_names_stay_bounded() -> None:
    telemetry = Telemetry()
    cost = processor(telemetry, unknown_models_max=50)
    for start in range(0, 10_000, 500):
        spans = [span({"gen_ai.response.model": f"x-{i}"}) for i in range(start, start + 500)]
        cost.process(batch_of(*spans)).ack()
    names = [s for s in telemetry.samples() if s.name == "spanloom_processor_cost_unknown_models"]
    assert len(names) == 51
    assert sum(s.value for s in names) == 10_000
    resolver = cost._pricer._resolver
    assert len(resolver._timelines) <= 10_000
    assert len(resolver._plans) == 0


def test_a_name_of_a_megabyte_is_unknown_cut_and_not_kept() -> None:
    telemetry = Telemetry()
    cost = processor(telemetry)
    (row,) = priced(cost, span({"gen_ai.response.model": "x" * 2**20}))
    assert not cost._pricer._resolver._timelines
    assert not cost._pricer._resolver._plans
    assert row["spanloom.cost.note"] == "unknown_model"
    names = [s for s in telemetry.samples() if s.name == "spanloom_processor_cost_unknown_models"]
    assert [len(s.labels["model"]) for s in names] == [100]


def test_the_model_comes_from_the_resource_or_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        'prices:\n  - {model: my-llama, per_million: {input: "1", output: "2"}}\n'
    )
    nameless = {"gen_ai.response.model": None, "gen_ai.provider.name": None}
    from_resource = processor(
        config_dir=str(tmp_path), price_files=["own.yaml"], model_from_resource=["a", "vllm.model"]
    )
    (row,) = priced(from_resource, span(nameless), resource={"vllm.model": "My-Llama"})
    assert row["gen_ai.usage.cost.amount"] == 0.0012
    (row,) = priced(from_resource, span(nameless))
    assert row["spanloom.cost.note"] == "unknown_model"
    default = processor(
        config_dir=str(tmp_path), price_files=["own.yaml"], default_model="my-llama"
    )
    (row,) = priced(default, span(nameless))
    assert row["gen_ai.usage.cost.amount"] == 0.0012


def test_a_default_model_is_not_priced_by_the_list_of_a_provider() -> None:
    nameless = {"gen_ai.response.model": None, "gen_ai.provider.name": None}
    (row,) = priced(processor(default_model="gpt-4o"), span(nameless))
    assert row["spanloom.cost.note"] == "unknown_model"


def test_millionths_and_version_are_written_on_request() -> None:
    (row,) = priced(processor(usd_micro=True, price_version=True), span())
    assert row["llm.cost_usd_micro"] == 3500
    assert row["llm.price_version"] == row["spanloom.cost.price_list"]


def test_more_units_come_from_named_attributes() -> None:
    cost = processor(usage_attributes={"web_searches": "app.searches"})
    row, plain = priced(cost, span({"app.searches": 3}), span())
    assert row["gen_ai.usage.cost.amount"] == 0.0035 + 0.03
    assert plain["gen_ai.usage.cost.amount"] == GPT_4O


def test_a_second_pass_changes_nothing() -> None:
    cost = processor(usd_micro=True, price_version=True)
    batch = cost.process(batch_of(span(), span({"gen_ai.response.model": "nope"})))
    (once,) = batch.encode()
    batch.ack()
    again = cost.process(Traces.from_bytes(once))
    assert again.encode() == [once]
    again.ack()


def test_an_unknown_unit_is_refused_by_its_name() -> None:
    with pytest.raises(
        ConfigErrors, match=r"usage_attributes\.web_serches.*did you mean 'web_searches'"
    ):
        processor(usage_attributes={"web_serches": "x"})


def test_an_empty_batch_is_handed_on() -> None:
    batch = processor().process(batch_of())
    assert len(batch) == 0
    batch.ack()


def test_what_the_trace_has_spent_is_told_when_asked_for() -> None:
    first, second = priced(processor(trace_spend={}), span(), span(start_time_unix_nano=AT + 1))
    assert "spanloom.trace.cost.amount" not in first
    assert second["spanloom.trace.cost.amount"] == 2 * GPT_4O
    (row,) = priced(processor(), span())
    assert not any(key.startswith("spanloom.trace") for key in row)
