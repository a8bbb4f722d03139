"""A batch edited is the message edited: every read and every byte agrees with protobuf."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.native.batch_cases import (
    BATCHES,
    KEYS,
    TEXTS,
    any_value,
    canonical,
    decoded_any,
    encoded_any,
    kind_of,
    request,
    wire,
)
from tests.native.batch_model import Model
from tests.native.otlp_wire import REQUESTS, SIGNALS, searched, stuttered

LEVELS = {
    "traces": ["item", "item", "resource", "scope", "event", "link"],
    "logs": ["item", "resource", "scope"],
    "metrics": ["item", "resource", "scope"],
}
cases = st.tuples(st.sampled_from(SIGNALS), st.integers(0, 2**32))


def edit(rng: random.Random, batch: Any, model: Model) -> None:
    """The same random edit on both."""
    level = rng.choice(LEVELS[model.signal])
    n = len(model.owners(level))
    where = np.array([rng.random() < 0.6 for _ in range(n)], dtype=bool)
    given_where = None if rng.random() < 0.3 else where
    mask = [True] * n if given_where is None else where.tolist()
    kwargs = {"where": given_where, "level": level}
    key = rng.choice([*KEYS, "new"])
    match rng.randrange(8):
        case 0 | 1 | 2:
            value, codes, values = values_for(rng, n)
            batch.set_attribute(key, value, codes=codes, **kwargs)
            model.set(key, values, mask, level)
        case 3:
            batch.remove_attribute(key, **kwargs)
            model.remove(key, mask, level)
        case 4 | 5:
            names, overwrite = (key, rng.choice([*KEYS, "newer"])), rng.random() < 0.5
            batch.rename_attribute(*names, overwrite=overwrite, **kwargs)
            model.rename(names, mask, level, overwrite=overwrite)
        case 6:
            kept = np.array([rng.random() < 0.8 for _ in model.items()], dtype=bool)
            batch.keep(kept)
            model.keep(kept)
        case _:
            edit_field(rng, batch, model)


def values_for(rng: random.Random, n: int) -> tuple[Any, Any, list[Any]]:
    """What `set_attribute` gets as value and codes, and what each owner shall have."""
    match rng.randrange(5):
        case 0:
            value = any_value(rng)
            while isinstance(value, list):
                value = any_value(rng)
            return value, None, [value] * n
        case 1:
            values = [rng.choice([None, any_value(rng)]) for _ in range(n)]
            return values, None, values
        case 2:
            array = np.array([rng.randrange(100) for _ in range(n)])
            array = array.astype(rng.choice(["int64", "int32", "uint8", "bool", "float64"]))
            return array, None, array.tolist()
        case 3:
            array = np.arange(2 * n, dtype=np.float64)[::2]
            return array, None, array.tolist()
    distinct = [any_value(rng) for _ in range(3)]
    codes = [rng.randrange(-1, 3) for _ in range(n)]
    values = [distinct[code] if code >= 0 else None for code in codes]
    return distinct, np.array(codes, dtype=np.int32), values


def edit_field(rng: random.Random, batch: Any, model: Model) -> None:
    owners: list[Any] = model.items()
    if model.signal == "metrics":
        owners = [m for scope in model.owners("scope") for m in scope.metrics]
    where = np.array([rng.random() < 0.5 for _ in owners], dtype=bool)
    masked = [owner for owner, is_on in zip(owners, where, strict=True) if is_on]
    if model.signal == "logs":
        edit_body(rng, batch, masked, where)
    elif model.signal == "traces" and rng.random() < 0.3:
        edit_status(rng, batch, masked, where)
    else:
        edit_text(rng, batch, owners, where)


def edit_body(rng: random.Random, batch: Any, masked: list[Any], where: Any) -> None:
    value = any_value(rng)
    if isinstance(value, list):
        value = {"a list": value}
    batch.set_body(value, where=where)
    for record in masked:
        record.body.CopyFrom(encoded_any(value))


def edit_status(rng: random.Random, batch: Any, masked: list[Any], where: Any) -> None:
    message = rng.choice([None, *TEXTS])
    batch.set_status(2, message, where=where)
    for span in masked:
        span.ClearField("status")
        span.status.code = 2
        span.status.message = message or ""


def edit_text(rng: random.Random, batch: Any, owners: list[Any], where: Any) -> None:
    texts = [rng.choice([None, *TEXTS]) for _ in owners]
    field = "name" if batch.signal == "metrics" else rng.choice(["name", "trace_state"])
    setter = batch.set_metric_name if batch.signal == "metrics" else getattr(batch, f"set_{field}")
    setter(texts, where=where)
    for owner, text, is_on in zip(owners, texts, where, strict=True):
        if is_on and text is not None:
            setattr(owner, field, text)


def assert_reads_agree(rng: random.Random, batch: Any, model: Model) -> None:
    level = rng.choice(LEVELS[model.signal])
    key = rng.choice([*KEYS, "new"])
    column, expected = batch.attribute(key, level), model.read(key, level)
    assert column.kinds.tolist() == [kind for kind, _ in expected]
    assert column.objects() == [value for _, value in expected]
    assert column.present.tolist() == [kind != 0 for kind, _ in expected]
    is_text = [kind == 1 for kind, _ in expected]
    assert (column.codes >= 0).tolist() == is_text
    texts = [value if text else "-" for text, (_, value) in zip(is_text, expected, strict=True)]
    assert column.strings("-") == texts
    assert batch.keys(level) == model.keys(level)
    assert len(batch) == len(model.items())
    assert_fields_agree(batch, model)


def assert_fields_agree(batch: Any, model: Model) -> None:
    items = model.items()
    if model.signal == "traces":
        assert batch.name.strings() == [span.name for span in items]
        assert batch.trace_state.strings() == [span.trace_state for span in items]
        assert batch.status_code.tolist() == [span.status.code for span in items]
        assert batch.status_message.strings() == [span.status.message for span in items]
        events = [(i, event) for i, span in enumerate(items) for event in span.events]
        assert batch.event_index.tolist() == [i for i, _ in events]
        assert batch.event_name.strings() == [event.name for _, event in events]
        assert batch.event_time_unix_nano.tolist() == [e.time_unix_nano for _, e in events]
        links = [i for i, span in enumerate(items) for _ in span.links]
        assert batch.link_index.tolist() == links
    elif model.signal == "logs":
        assert batch.body.objects() == [decoded_any(record.body) for record in items]
        kinds = [kind_of(r.body) if r.HasField("body") else 0 for r in items]
        assert batch.body.kinds.tolist() == kinds
    else:
        metrics = [m for scope in model.owners("scope") for m in scope.metrics]
        assert batch.metric_names == [metric.name for metric in metrics]


@searched
@given(cases)
def test_edits_and_reads_agree_with_protobuf(case: tuple[str, int]) -> None:
    signal, seed = case
    rng = random.Random(seed)
    message = request(rng, signal)
    raw = wire(rng, message) if rng.random() < 0.8 else stuttered(rng, message)
    batch, model = BATCHES[signal].from_bytes(raw), Model(signal, raw)
    for _ in range(rng.randrange(1, 8)):
        assert_reads_agree(rng, batch, model)
        edit(rng, batch, model)
    assert_reads_agree(rng, batch, model)
    encoded = REQUESTS[signal].FromString(batch.encode()[0])
    assert canonical(encoded) == canonical(model.final())
    batch.ack()


@searched
@given(cases)
def test_a_fork_does_not_see_edits_of_another(case: tuple[str, int]) -> None:
    signal, seed = case
    raw = wire(random.Random(seed), request(random.Random(seed), signal))
    batch, model, fork_model = (
        BATCHES[signal].from_bytes(raw),
        Model(signal, raw),
        Model(signal, raw),
    )
    edit(random.Random(seed), batch, model)
    fork = batch.fork()
    edit(random.Random(seed), BATCHES[signal].from_bytes(raw), fork_model)
    edit(random.Random(seed + 1), batch, model)
    edit(random.Random(seed + 2), fork, fork_model)
    for holder, expected in ((batch, model), (fork, fork_model)):
        assert canonical(holder.to_message()) == canonical(expected.final())
        holder.ack()


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_batch_nobody_edits_encodes_to_the_bytes_that_came(signal: str) -> None:
    rng = random.Random(3)
    for _ in range(20):
        raw = wire(rng, request(rng, signal))
        batch = BATCHES[signal].from_bytes(raw)
        batch.keys()
        batch.keep(np.ones(len(batch), dtype=bool))
        assert batch.encode() == [raw]
        assert batch.size_bytes == len(raw)
        assert not batch.is_edited
        batch.ack()
