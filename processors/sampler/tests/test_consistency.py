"""The same decision everywhere, and nested decisions."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from spanloom.batch import Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.config_rules import Rule
from spanloom.processors.sampler.sampler import FACTORY
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.testing import FakeClock, build_traces, make_settings

MODES = st.sampled_from(["hash_seed", "sha256_mod", "proportional", "equalizing"])
STATES = st.sampled_from(["", "ot=th:8", "ot=th:c8;rv:cc000000000001", "ot=th:0,zz=v", "broken"])


def request_of(ids: list[bytes], states: list[str], *, status: Any = 0) -> bytes:
    request = build_traces(len(ids), content_bytes=60)
    spans = request.resource_spans[0].scope_spans[0].spans
    for index, span in enumerate(spans):
        span.trace_id, span.trace_state = ids[index], states[index % len(states)]
        span.status.code = status if index % 3 == 0 else Status.STATUS_CODE_UNSET
    return request.SerializeToString()


def kept(request: bytes, **config: Any) -> set[bytes]:
    sampler = SpanSampler(Config(**config), make_settings())
    batch = sampler.process(Traces.from_bytes(request))
    return {span_id.tobytes() for span_id in batch.span_id}


@settings(deadline=None)
@given(
    case=st.fixed_dictionaries(
        {
            "ids": st.lists(st.binary(min_size=16, max_size=16), min_size=1, max_size=20),
            "states": st.lists(STATES, min_size=1, max_size=3),
        }
    ),
    config=st.fixed_dictionaries({"mode": MODES, "fail_closed": st.booleans()}),
    percentages=st.tuples(st.floats(0, 100, width=32), st.floats(0, 100, width=32)),
    rate=st.floats(1, 100),
)
def test_kept_at_a_percentage_is_kept_at_every_larger_one(
    case: dict[str, Any], config: dict[str, Any], percentages: tuple[float, float], rate: float
) -> None:
    low, high = (p if p > 1e-12 else 0.0 for p in sorted(percentages))
    request = request_of(**case, status=2)
    config["rules"] = [Rule(name="errors", error=True, sampling_percentage=rate)]
    few = kept(request, sampling_percentage=low, **config)
    # At 0 the randomness is not looked at, and what is wrong in it is not seen.
    if low > 0 or config["fail_closed"]:
        assert few <= kept(request, sampling_percentage=high, **config)


@settings(deadline=None)
@given(
    mode=MODES,
    ids=st.lists(st.binary(min_size=16, max_size=16), min_size=1, max_size=20),
    percentage=st.floats(1, 100, width=32),
)
def test_every_replica_keeps_the_same_whatever_the_batches(
    mode: Any, ids: list[bytes], percentage: float
) -> None:
    config = {"mode": mode, "sampling_percentage": percentage}
    together = kept(request_of(ids, [""]), **config)
    request = Traces.from_bytes(request_of(ids, [""]))
    sampler = SpanSampler(Config(**config), make_settings())
    apart: set[bytes] = set()
    for part in request.split(3):
        apart |= {span_id.tobytes() for span_id in sampler.process(part).span_id}
    assert apart == together


def test_a_second_sampler_at_the_same_percentage_changes_nothing() -> None:
    ids = [np.random.default_rng(i).bytes(16) for i in range(300)]
    config = Config(mode="equalizing", sampling_percentage=20.0)
    once = SpanSampler(config, make_settings()).process(Traces.from_bytes(request_of(ids, [""])))
    first = once.encode()
    again = SpanSampler(config, make_settings()).process(Traces.from_bytes(b"".join(first)))
    assert again.encode() == first


def test_both_scopes_leave_the_same_to_chance() -> None:
    ids = [np.random.default_rng(i).bytes(16) for i in range(300)]
    request = request_of(ids, [""])
    config = Config(mode="hash_seed", sampling_percentage=20.0, scope="trace")
    sampler = FACTORY.create(config, make_settings(clock=FakeClock()))
    held: list[Traces] = []

    class Next:
        def consume(self, batch: Traces) -> None:
            held.append(batch)

    sampler.next = Next()
    sampler.consume(Traces.from_bytes(request))
    sampler.shutdown(1.0)
    found = {span_id.tobytes() for batch in held for span_id in batch.span_id}
    assert found == kept(request, mode="hash_seed", sampling_percentage=20.0)
    for batch in held:
        batch.ack()
