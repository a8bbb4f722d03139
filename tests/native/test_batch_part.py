"""Items that are moved into a batch of their own."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanloom_native import BatchError, Ledger, Logs

from spanloom.testing import build_logs
from tests.native.batch_cases import BATCHES, placed, request, wire
from tests.native.otlp_wire import REQUESTS, SIGNALS, searched
from tests.native.test_batch_settling import books

cases = st.tuples(st.sampled_from(SIGNALS), st.integers(0, 2**32))


@searched
@given(cases)
def test_every_item_is_in_one_of_both_with_its_envelopes_and_edits(case: tuple[str, int]) -> None:
    signal, seed = case
    rng = random.Random(seed)
    batch = BATCHES[signal].from_bytes(wire(rng, request(rng, signal)))
    batch.keep(np.array([rng.random() < 0.8 for _ in range(len(batch))], np.bool_))
    batch.set_attribute("new", "value")
    items = list(placed(batch.to_message()))
    mask = np.array([rng.random() < 0.5 for _ in range(len(batch))], np.bool_)
    part = batch.part(mask)
    assert list(placed(part.to_message())) == [i for i, m in zip(items, mask, strict=True) if m]
    assert list(placed(batch.to_message())) == [
        i for i, m in zip(items, mask, strict=True) if not m
    ]
    assert REQUESTS[signal].FromString(b"".join(part.encode())) == part.to_message()


def test_each_is_settled_by_itself_in_the_ledger() -> None:
    ledger, batch = Ledger(), Logs.from_message(build_logs(5))
    batch.enter(ledger)
    part = batch.part(np.arange(5) < 2)
    part.drop("held too long")
    books(ledger, received=5, in_flight=3, dropped={"held too long": 2})
    batch.ack()
    books(ledger, received=5, delivered=3, dropped={"held too long": 2})


def test_parts_of_several_batches_become_one_with_what_they_owe() -> None:
    ledger = Ledger()
    batches = [Logs.from_message(build_logs(3)) for _ in range(2)]
    parts = []
    for batch in batches:
        batch.enter(ledger)
        parts.append(batch.part(np.arange(3) == 1))
        batch.ack()
    joined = Logs.concat(parts)
    assert len(joined) == 2
    books(ledger, received=6, delivered=4, in_flight=2)
    joined.nack("busy", retryable=True)
    books(ledger, received=6, delivered=4, refused=2)


def test_refuses_a_mask_of_another_length() -> None:
    with pytest.raises(BatchError, match="mask has length 7"):
        Logs.from_message(build_logs(1)).part(np.ones(7, np.bool_))
