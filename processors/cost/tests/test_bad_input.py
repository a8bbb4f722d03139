"""Whatever stands in the attributes, a batch comes out, with its other attributes as they were."""

import math
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanloom.batch import Traces
from spanloom.processors.cost.config import Config
from spanloom.processors.cost.cost import CostProcessor
from spanloom.processors.cost.spend.config import SpendConfig
from spanloom.testing import FakeClock, build_traces, make_settings
from spanloom.testing.builders import key_values

KEYS = [
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.response.id",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.audio.input_tokens",
    "gen_ai.usage.cost",
    "gen_ai.usage.cost.amount",
    "gen_ai.usage.cost.currency",
    "gen_ai.usage.cost.source",
    "openai.response.service_tier",
    "gen_ai.latency.time_in_model_prefill",
    "gen_ai.latency.time_in_model_decode",
    "error.type",
    "my.searches",
]
OURS = ("spanloom.", "llm.", "gen_ai.usage.cost.")
values = st.one_of(
    st.sampled_from(["chat", "embeddings", "openai", "gpt-4o", "vllm", "r1", "USD", "", "batch"]),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([0, 1, 1000, 2**62, -1]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.lists(st.integers(0, 5), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(0, 5), max_size=2),
)
spans = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(KEYS), values, max_size=10),
        st.booleans(),
        st.sampled_from([0, 1, 1_795_257_600 * 10**9, 2**63 - 1, 2**64 - 1]),
        st.integers(0, 4),
    ),
    max_size=8,
)
CONFIG = Config(
    usage_attributes={"web_searches": "my.searches"},
    usd_micro=True,
    price_version=True,
    default_model="gpt-4o",
    trace_spend=SpendConfig(),
)


def batch_of(rows: list[tuple[dict[str, Any], bool, int, int]]) -> Traces:
    request = build_traces(0)
    for i, (attributes, is_call, start, parent) in enumerate(rows, 1):
        usual = {"gen_ai.operation.name": "chat"} if is_call else {}
        request.resource_spans[0].scope_spans[0].spans.append(
            Span(
                trace_id=b"\1" * 16,
                span_id=i.to_bytes(8, "big"),
                parent_span_id=parent.to_bytes(8, "big") if parent else b"",
                start_time_unix_nano=start,
                end_time_unix_nano=start // 2 + 1,
                attributes=key_values({**attributes, **usual}),
            )
        )
    return Traces.from_bytes(request.SerializeToString())


def others(batch: Traces) -> list[dict[str, bytes]]:
    """Each span's attributes that are not ours, as bytes."""
    return [
        {
            each.key: each.value.SerializeToString()
            for each in span.attributes
            if not each.key.startswith(OURS)
        }
        for span in batch.spans()
    ]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=spans)
def test_nothing_in_the_attributes_breaks_a_batch(
    rows: list[tuple[dict[str, Any], bool, int, int]],
) -> None:
    cost = CostProcessor(CONFIG, make_settings("cost", clock=FakeClock()))
    batch = batch_of(rows)
    before = others(batch)
    batch = cost.process(batch)
    assert others(batch) == before
    for i, value in enumerate(batch.attribute("gen_ai.usage.cost.amount").objects()):
        theirs = rows[i][0].get("gen_ai.usage.cost.amount")
        assert theirs is not None or value is None or (math.isfinite(value) and value >= 0)
    batch.ack()
