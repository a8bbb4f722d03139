"""Joining, splitting and cutting by size keep every item exactly once, with its envelopes."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanloom_native import BatchError, DecodeError, Logs, Traces

from tests.native.batch_cases import (
    BATCHES,
    all_items,
    placed,
    request,
    wire,
)
from tests.native.batch_model import Model
from tests.native.otlp_wire import (
    REQUESTS,
    SIGNALS,
    length_delimited,
    mutated,
    parses,
    searched,
    stuttered,
)
from tests.native.test_batch_edits import edit

N_MUTATIONS = 40
cases = st.tuples(st.sampled_from(SIGNALS), st.integers(0, 2**32))


def items_of(signal: str, encoded: list[bytes]) -> list[tuple[bytes, ...]]:
    return [item for raw in encoded for item in placed(REQUESTS[signal].FromString(raw))]


def unedited(rng: random.Random, signal: str) -> Any:
    return BATCHES[signal].from_bytes(wire(rng, request(rng, signal)))


def thinned(rng: random.Random, batch: Any) -> Any:
    """The batch with some items dropped and an attribute set."""
    if rng.random() < 0.5:
        batch.keep(np.array([rng.random() < 0.7 for _ in range(len(batch))], dtype=bool))
        batch.set_attribute("new", "value" * rng.randrange(40))
    return batch


@searched
@given(cases)
def test_concat_keeps_all_items_in_order(case: tuple[str, int]) -> None:
    signal, seed = case
    rng = random.Random(seed)
    batches = [thinned(rng, unedited(rng, signal)) for _ in range(rng.randrange(1, 5))]
    expected = [item for batch in batches for item in items_of(signal, batch.encode())]
    joined = BATCHES[signal].concat(batches)
    assert items_of(signal, joined.encode()) == expected
    assert len(joined) == len(expected)
    for batch in batches:
        with pytest.raises(BatchError):
            len(batch)
    joined.ack()


@searched
@given(cases)
def test_split_keeps_all_items_in_order(case: tuple[str, int]) -> None:
    signal, seed = case
    rng = random.Random(seed)
    batch = thinned(rng, unedited(rng, signal))
    expected = items_of(signal, batch.encode())
    n_items_max = rng.randrange(1, 6)
    pieces = batch.split(n_items_max)
    assert [item for piece in pieces for item in items_of(signal, piece.encode())] == expected
    assert all(len(piece) == n_items_max for piece in pieces[:-1])
    assert all(len(piece) == len(all_items(piece.to_message())) for piece in pieces)
    for piece in pieces:
        piece.ack()


@searched
@given(cases)
def test_encode_within_bytes_keeps_all_items_and_the_limit(case: tuple[str, int]) -> None:
    signal, seed = case
    rng = random.Random(seed)
    batch = thinned(rng, unedited(rng, signal))
    whole = batch.encode()
    bytes_max = rng.choice([1, 100, 300, 1000, 5000])
    pieces = batch.encode(bytes_max)
    assert items_of(signal, pieces) == items_of(signal, whole)
    for piece in pieces:
        n_items = len(all_items(REQUESTS[signal].FromString(piece)))
        assert len(piece) <= bytes_max or n_items <= 1
    batch.ack()


def test_encode_within_bytes_fills_the_requests() -> None:
    spans = length_delimited(2, b"\x2a\x0a0123456789") * 100
    batch = Traces.from_bytes(length_delimited(1, length_delimited(2, spans)))
    sizes = [len(piece) for piece in batch.encode(400)]
    assert len(sizes) == 4
    assert max(sizes) <= 400
    batch.ack()


def test_untouched_items_keep_their_bytes() -> None:
    span = b"\x2a\x81\x00x" + length_delimited(99, b"unknown") + b"\x30\x01"
    raw = length_delimited(1, length_delimited(2, length_delimited(2, span) * 3))
    batch = Traces.from_bytes(raw)
    batch.set_attribute("key", 1, where=np.array([False, True, False]))
    encoded = batch.encode()[0]
    assert encoded.count(length_delimited(2, span)) == 2
    assert encoded.count(span) == 3
    batch.ack()


@searched
@given(cases)
def test_broken_requests_never_break_the_engine(case: tuple[str, int]) -> None:
    signal, seed = case
    rng = random.Random(seed)
    message = request(rng, signal)
    raw = wire(rng, message) if rng.random() < 0.5 else stuttered(rng, message)
    for _ in range(N_MUTATIONS):
        broken = mutated(rng, raw)
        try:
            batch = BATCHES[signal].from_bytes(broken)
        except DecodeError:
            continue
        assert parses(signal, broken)
        model = Model(signal, broken)
        assert len(batch) == len(model.all_items)
        edit(rng, batch, model)
        assert len(all_items(batch.to_message())) == len(model.items())
        batch.encode(50)
        batch.ack()


def test_replaced_items_take_the_place_of_the_old_ones() -> None:
    rng = random.Random(4)
    message = request(rng, "logs")
    while len(all_items(message)) < 3:
        message = request(rng, "logs")
    batch = Logs.from_bytes(message.SerializeToString())
    batch.set_attribute("key", 1)
    new = all_items(message)[0]
    new.body.string_value = "new"
    n_items = len(batch)
    batch.replace_items([new, new.SerializeToString(), *[None] * (n_items - 2)])
    records = list(batch.records())
    assert records[:2] == [new, new]
    assert all(record.attributes[-1].key == "key" for record in records[2:] if record != new)
    assert len(records) == n_items
    assert [body == "new" for body in batch.body.strings()][:2] == [True, True]
    with pytest.raises(BatchError):
        batch.replace_items([None])
    with pytest.raises(DecodeError):
        batch.replace_items([b"\x0a", *[None] * (n_items - 1)])
    batch.ack()
