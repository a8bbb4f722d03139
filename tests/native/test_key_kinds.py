"""The kinds of values under each key, in one walk."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spanloom_native import Traces

from tests.native.batch_cases import BATCHES, request, wire
from tests.native.otlp_wire import SIGNALS, searched

cases = st.tuples(st.sampled_from(SIGNALS), st.integers(0, 2**32))
ABSENT = 1


@searched
@given(cases, st.booleans())
def test_keys_and_kinds_are_those_of_the_columns(case: tuple[str, int], edited: bool) -> None:
    signal, seed = case
    rng = random.Random(seed)
    batch = BATCHES[signal].from_bytes(wire(rng, request(rng, signal)))
    if edited:
        batch.keep(np.array([rng.random() < 0.8 for _ in range(len(batch))], np.bool_))
        batch.set_attribute("a", 1.5)
        batch.rename_attribute("b", "c")
        batch.remove_attribute("gen_ai.request.model")
    for level in ("item", "resource", "scope"):
        kinds = batch.key_kinds(level)
        assert list(kinds) == batch.keys(level)
        for key, bits in kinds.items():
            first = np.bitwise_or.reduce(1 << batch.attribute(key, level).kinds.astype(int))
            # A key that stands twice in an item may have a second value of another kind.
            assert first & ~ABSENT & ~bits == 0
            assert bits & ABSENT == 0


def test_each_kind_has_its_bit() -> None:
    request_of = BATCHES["traces"].from_bytes(b"").to_message()
    scope = request_of.resource_spans.add().scope_spans.add()
    for value in ({"string_value": "x"}, {"int_value": 1}, {"double_value": 1.0}):
        pair = scope.spans.add().attributes.add(key="k")
        for field, content in value.items():
            setattr(pair.value, field, content)
    assert Traces.from_message(request_of).key_kinds() == {"k": 1 << 1 | 1 << 3 | 1 << 4}
