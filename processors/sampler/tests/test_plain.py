"""The shortcut for spans that bring nothing but their ids does what the long way does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.batch import Ledger, Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.telemetry import Telemetry
from spanloom.testing import build_traces, make_settings

RULE = {"name": "priority", "attributes": [{"key": "sampling.priority", "exists": True}]}
PERCENTAGES = [0.0, 1e-9, 0.3, 10.0, 49.5, 99.9, 100.0, 250.0]
FIELDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["hash_seed", "sha256_mod", "proportional", "equalizing"]),
        "sampling_percentage": st.sampled_from(PERCENTAGES),
        "hash_seed": st.sampled_from([0, 22, 2**32 - 1]),
        "fail_closed": st.booleans(),
        "sha256_id": st.sampled_from(["trace_id", "span_id", "span_id_text"]),
        "tracestate": st.sampled_from(["always", "needed", "never"]),
        "budget": st.sampled_from([None, {"spans_per_second": 1.0}]),
        "minimum": st.sampled_from([None, {"per_model_per_minute": 3}]),
        "rules": st.sampled_from([[], [RULE]]),
    }
)
CONFIGS = FIELDS.filter(
    lambda values: bool(values["budget"] is None or values["sampling_percentage"])
)
SPANS = st.lists(st.binary(min_size=24, max_size=24), min_size=1, max_size=40)
ODD = st.sampled_from(["no", "no trace id", "no span id", "tracestate", "priority"])


def request_of(ids: list[bytes], odd: str) -> Any:
    """Spans with these ids, the last of which is odd."""
    request = build_traces(len(ids), content_bytes=60)
    spans = request.resource_spans[0].scope_spans[0].spans
    for span, each in zip(spans, ids, strict=True):
        span.trace_id, span.span_id = each[:16], each[16:]
    match odd:
        case "no trace id":
            span.trace_id = bytes(16)
        case "no span id":
            span.span_id = bytes(8)
        case "tracestate":
            span.trace_state = "ot=th:8"
        case "priority":
            span.attributes.add(key="sampling.priority").value.int_value = 1
    return request


def outcome(config: Config, request: Any, *, short: bool, keeps: Any) -> Any:
    """What leaves, the books, the counters, and whether the shortcut was taken."""
    telemetry, ledger = Telemetry(), Ledger()
    sampler = SpanSampler(config, make_settings("sampler", telemetry=telemetry))
    if not short:
        sampler._plain = None
    batch = Traces.from_message(request)
    batch.enter(ledger)
    batch.keep(keeps)
    # The second batch is the one that the minimum may know nothing more of.
    sampled = [sampler.process(each).encode() for each in (batch.fork(), batch)]
    counters = {
        (sample.labels["policy"], sample.labels["sampled"]): sample.value
        for sample in telemetry.samples()
        if sample.name == "spanloom_processor_sampler_items"
    }
    return sampled, ledger.snapshot(), counters


@given(CONFIGS, SPANS, ODD, st.integers(0, 3))
def test_the_shortcut_agrees_with_the_long_way(
    values: dict[str, Any], ids: list[bytes], odd: str, n_gone: int
) -> None:
    config, request = Config.model_validate(values), request_of(ids, odd)
    keeps = np.arange(len(ids)) >= n_gone
    long_way = outcome(config, request, short=False, keeps=keeps)
    assert outcome(config, request, short=True, keeps=keeps) == long_way


@pytest.mark.parametrize(
    ("odd", "is_taken"),
    [("no", True), ("no trace id", False), ("tracestate", False), ("priority", False)],
)
def test_the_shortcut_is_taken_where_chance_alone_decides(odd: str, is_taken: bool) -> None:
    sampler = SpanSampler(Config(mode="equalizing", sampling_percentage=50.0), make_settings())
    batch = Traces.from_message(request_of([bytes(range(24)), bytes(range(1, 25))], odd))
    assert sampler._plain is not None
    before = batch.encode()
    assert sampler._plain.sample(batch) == is_taken
    assert is_taken or batch.encode() == before


@pytest.mark.parametrize(
    "more",
    [
        {"action": "tag"},
        {"ratio_attribute": "ratio"},
        {"reason_attribute": "why"},
        {"mode": "sha256_mod", "sha256_id": "attribute", "from_attribute": "id"},
    ],
)
def test_there_is_no_shortcut_where_more_is_asked_for(more: dict[str, Any]) -> None:
    config = Config.model_validate({"sampling_percentage": 50.0, **more})
    assert SpanSampler(config, make_settings())._plain is None
