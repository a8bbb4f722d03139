"""What is kept stands for what there was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from spanloom.batch import Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.decide import Decider
from spanloom.processors.sampler.ids import make_randomness
from spanloom.processors.sampler.incoming import Incoming
from spanloom.processors.sampler.looked import FIRST_RULE, Looked
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.processors.sampler.threshold import NEVER
from spanloom.processors.sampler.tracestate import parse
from spanloom.testing import FakeClock, build_traces, make_settings

MILLION = 1_000_000
MODES = ["hash_seed", "sha256_mod", "proportional", "equalizing"]
# Within 4.5 standard deviations, of which the theory says one test in 150,000 fails.
SIGMAS = 4.5

F64 = NDArray[np.float64]


def draw(mode: str, rng: np.random.Generator) -> Any:
    """(MILLION,) randomness as the mode makes it, of random ids."""
    ids = np.frombuffer(rng.bytes(16 * MILLION), np.uint8).reshape(MILLION, 16)
    return make_randomness(Config(mode=mode, sampling_percentage=1.0)).of_ids(ids)[0]  # type: ignore[arg-type]


def config_of(mode: str, percentage: float, *rates: float) -> Config:
    """With rules of these rates; the tests say themselves what they describe."""
    rules = [
        {"name": f"r{i}", "error": True, "sampling_percentage": rate}
        for i, rate in enumerate(rates)
    ]
    values = {"mode": mode, "sampling_percentage": percentage, "rules": rules}
    return Config.model_validate(values)


def check_total(values: F64, kept: NDArray[np.bool_], weights: F64) -> None:
    """The weighted total of what was kept is the total, within the error of the theory."""
    estimate = float((values[kept] * weights[kept]).sum())
    variance = float((values**2 * (weights - 1)).sum())
    assert abs(estimate - values.sum()) <= SIGMAS * variance**0.5 + 1e-6 * values.sum()


@pytest.mark.parametrize("mode", MODES)
def test_totals_of_a_million_items_under_chance_and_rules(mode: str) -> None:
    rng = np.random.default_rng(7)
    config = config_of(mode, 5.0, 100.0, 30.0, 1.0)
    looked = Looked(Incoming(draw(mode, rng)))
    kinds = rng.random(MILLION)
    looked.force(100.0, FIRST_RULE, kinds < 0.02)
    looked.force(30.0, FIRST_RULE + 1, (kinds >= 0.02) & (kinds < 0.2))
    looked.force(1.0, FIRST_RULE + 2, kinds > 0.9)
    decided = Decider(config, FakeClock()).decide(looked)
    weights = NEVER / (NEVER - decided.thresholds.astype(np.float64))
    values = rng.lognormal(3, 1, MILLION)
    check_total(values, decided.kept, weights)
    check_total(np.ones(MILLION), decided.kept, weights)
    assert decided.kept[kinds < 0.02].all()
    for part, weight in ((kinds < 0.02, 1), ((kinds >= 0.02) & (kinds < 0.2), 1 / 0.3)):
        assert np.allclose(weights[part], weight, rtol=1e-3)
    # A rule below chance changes nothing.
    assert np.allclose(weights[kinds > 0.9], 20, rtol=2e-2)


@pytest.mark.parametrize("mode", ["proportional", "equalizing"])
def test_totals_of_a_million_items_that_were_sampled_before(mode: str) -> None:
    rng = np.random.default_rng(11)
    randomness = draw(mode, rng)
    before = rng.choice([NEVER, 0, 1 << 55, 3 << 54, 0xF << 52], MILLION).astype(np.uint64)
    came = (before == NEVER) | (randomness >= before)
    applied = np.where(before == NEVER, 0, before).astype(np.float64)
    looked = Looked(Incoming(randomness[came], thresholds=before[came]))
    expensive = rng.random(MILLION) < 0.1
    looked.force(100.0, FIRST_RULE, expensive[came])
    looked.force(50.0, FIRST_RULE + 1, ~expensive[came])
    config = config_of(mode, 20.0, 100.0, 50.0)
    decided = Decider(config, FakeClock()).decide(looked)
    limits = np.maximum(decided.thresholds.astype(np.float64), applied[came])
    kept = np.zeros(MILLION, np.bool_)
    kept[came] = decided.kept
    # The theory's weights, for what never came too: what was applied, then what is applied.
    if mode == "proportional":
        rest = 1 - (1 - applied / NEVER) * 0.5
    else:
        rest = np.maximum(applied / NEVER, 0.5)
    weights = 1 / (1 - np.where(expensive, applied / NEVER, rest))
    written = NEVER / (NEVER - limits)
    assert np.allclose(written, weights[came], rtol=1e-3)
    check_total(rng.lognormal(3, 1, MILLION), kept, weights)
    assert decided.kept[expensive[came]].all()


def request_of(n_spans: int) -> Any:
    """Spans of which 2 % are errors and 10 % came sampled at 50 %."""
    request = build_traces(n_spans, content_bytes=0)
    for index, span in enumerate(request.resource_spans[0].scope_spans[0].spans):
        del span.attributes[3:]
        span.status.code = Status.STATUS_CODE_ERROR if index % 50 == 0 else Status.STATUS_CODE_OK
        if index % 10 == 1:
            span.trace_state = "ot=th:8"
    return request


def test_totals_of_a_hundred_thousand_spans_through_real_batches() -> None:
    rng, n_spans, n_batches = np.random.default_rng(5), 500, 200
    rules = [{"name": "errors", "error": True}]
    values = {"mode": "equalizing", "sampling_percentage": 10.0, "rules": rules}
    sampler = SpanSampler(Config.model_validate(values), make_settings())
    request, total, errors = request_of(n_spans), 0.0, []
    for _ in range(n_batches):
        ids = rng.integers(0, 256, (n_spans, 16), np.uint8)
        ids[1::10, 9] |= 0x80  # what came at 50 % has the randomness for it
        spans = request.resource_spans[0].scope_spans[0].spans
        for span, trace_id in zip(spans, ids, strict=True):
            span.trace_id = trace_id.tobytes()
        batch = sampler.process(Traces.from_message(request))
        texts = batch.trace_state.strings()
        weights = np.array([NEVER / (NEVER - (parse(text).threshold or 0)) for text in texts])
        total += weights.sum()
        errors += weights[np.equal(batch.status_code, 2)].tolist()
    n_offered = n_spans * n_batches
    # One in ten stands for two; of those 20 % are kept, of the others 10 %.
    spread = (n_offered * (0.9 * 9 + 0.1 * 4 * (1 / 0.2 - 1))) ** 0.5
    assert abs(total - 1.1 * n_offered) < SIGMAS * spread
    assert errors == [1.0] * (n_offered // 50)
