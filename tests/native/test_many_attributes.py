"""Several attributes read, or set, in one call are those that single calls read and set."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from spanloom.batch import Batch, BatchError, Traces
from spanloom.columns import ValueKind
from spanloom.testing.builders import build_traces, key_values

KEYS = ("a", "b", "c", "never")
VALUES: tuple[Any, ...] = ("x", "y", "", "long enough", 1, -1, 2**62, True, 2.5, ["x"], None)


def mixed(seed: int, n_spans: int = 40) -> Traces:
    """Spans with some of the keys, in any order, some twice; edited, and some dropped."""
    rng = random.Random(seed)
    request = build_traces(n_spans)
    for span in request.resource_spans[0].scope_spans[0].spans:
        del span.attributes[:]
        if rng.random() < 0.3:
            span.attributes.extend(key_values({"a": "x", "b": 1, "c": "y"}))
        for _ in range(rng.randrange(4)):
            span.attributes.extend(key_values({rng.choice(KEYS[:3]): rng.choice(VALUES)}))
    batch = Traces.from_message(request)
    if rng.random() < 0.7:
        some = np.array([rng.random() < 0.5 for _ in range(n_spans)])
        batch.rename_attribute("a", "b", where=some, overwrite=True)
        batch.set_attribute("c", "set", where=~some)
        batch.remove_attribute("b", where=some & (np.arange(n_spans) % 3 == 0))
        batch.keep(np.array([rng.random() < 0.8 for _ in range(n_spans)]))
    return batch


@pytest.mark.parametrize("seed", range(60))
def test_reading_several_keys_agrees_with_reading_each(seed: int) -> None:
    batch = mixed(seed)
    keys = random.Random(seed).choices(KEYS, k=3)
    columns = [batch.attribute(key) for key in keys]
    ints, kinds = batch.ints(keys, -7)
    assert ints.tolist() == [column.ints(-7).tolist() for column in columns]
    expected_kinds = [column.kinds.tolist() for column in columns]
    if kinds is None:
        assert {kind for row in expected_kinds for kind in row} <= {ValueKind.INT}
    else:
        assert kinds.tolist() == expected_kinds
    codes, combinations = batch.codes(keys)
    strings = [[None if c < 0 else column.values[c] for c in column.codes] for column in columns]
    expected = list(zip(*strings, strict=True))
    assert [combinations[code] for code in codes.tolist()] == expected
    assert combinations == list(dict.fromkeys(expected))


@pytest.mark.parametrize("seed", range(40))
def test_of_a_key_that_comes_twice_the_first_value_is_read(seed: int) -> None:
    rng = random.Random(seed)
    request = build_traces(12)
    spans = request.resource_spans[0].scope_spans[0].spans
    # Often alike, as spans are, and a key more than once in some of them only.
    shapes = [[rng.choice("abcd") for _ in range(rng.randrange(5))] for _ in range(2)]
    rows: list[dict[str, int]] = []
    for span in spans:
        del span.attributes[:]
        rows.append({})
        for value, key in enumerate(rng.choice(shapes)):
            span.attributes.extend(key_values({key: value}))
            rows[-1].setdefault(key, value)
    batch = Traces.from_message(request)
    expected = [[row.get(key, -1) for row in rows] for key in "abcd"]
    assert batch.ints(list("abcd"), -1)[0].tolist() == expected
    assert [batch.attribute(key).ints(-1).tolist() for key in "abcd"] == expected


def test_many_combinations_are_told_apart() -> None:
    batch = Traces.from_message(build_traces(300))
    batch.set_attribute("a", [f"name-{i % 100}" for i in range(300)])
    batch.set_attribute("b", [f"name-{i % 3}" for i in range(300)])
    codes, combinations = batch.codes(["a", "b"])
    assert len(set(combinations)) == len(combinations) == 300
    assert codes.tolist() == list(range(300))


@pytest.mark.parametrize(
    ("values", "bounds", "are_all"),
    [
        ([1, 2, 3], None, True),
        ([1, 2, 3], (1, 3), True),
        ([1, 2, 3], (2, 3), False),
        ([1, 2, 3], (1, 2), False),
        ([1, True, 3], None, False),
        ([1, 2.0, 3], None, False),
        ([1, None, 3], None, False),
        ([-(2**63), 0, 2**63 - 1], None, True),
    ],
)
def test_kinds_are_told_where_not_all_are_ints_within_bounds(
    values: list[Any], bounds: tuple[int, int] | None, are_all: bool
) -> None:
    batch = Traces.from_message(build_traces(3))
    batch.set_attributes({"a": 2, "b": values})
    _, kinds = batch.ints(["a", "b"], bounds=bounds)
    assert (kinds is None) == are_all


def test_no_keys_and_no_items() -> None:
    batch = Traces.from_message(build_traces(3))
    assert batch.ints([])[0].shape == (0, 3)
    assert batch.codes([])[1] == [()]
    empty = Traces.from_message(build_traces(0))
    assert empty.ints(["a", "b"])[0].shape == (2, 0)
    assert empty.codes(["a"])[1] == []
    assert empty.identities().shape == (6, 0)


def test_levels_are_those_of_single_attributes() -> None:
    batch = Traces.from_message(build_traces(3, n_resources=2))
    assert batch.codes(["service.name"], "resource")[1] == [("inference-0",), ("inference-1",)]
    with pytest.raises(BatchError, match="level must be"):
        batch.ints(["a"], level="span")  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(40))
def test_setting_several_attributes_agrees_with_setting_each(seed: int) -> None:
    rng = random.Random(seed)
    several, single = mixed(seed), mixed(seed)
    n = len(several)
    where = rng.choice([None, np.array([rng.random() < 0.5 for _ in range(n)], np.bool_)])
    codes = np.array([rng.randrange(-1, 3) for _ in range(n)], rng.choice([np.int32, np.int64]))
    coded, numbers = ["x", None, 5], np.arange(n) / 7
    several.set_attributes(
        {"new": numbers, "a": "one", "b": coded, "newer": coded, "flag": np.arange(n) > 3},
        codes=codes,
        where=where,
    )
    single.set_attribute("new", numbers, where=where)
    single.set_attribute("a", "one", where=where)
    single.set_attribute("b", coded, codes=codes, where=where)
    single.set_attribute("newer", coded, codes=codes, where=where)
    single.set_attribute("flag", np.arange(n) > 3, where=where)
    assert contents(several) == contents(single)
    assert several.encode() == Traces.from_bytes(several.encode()[0]).encode()


def contents(batch: Batch) -> list[dict[str, Any]]:
    keys = sorted(batch.keys())
    columns = [batch.attribute(key).objects() for key in keys]
    return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]


def test_without_codes_a_list_has_a_value_for_each_item() -> None:
    batch = Traces.from_message(build_traces(3))
    batch.set_attributes({"k": ["a", None, 3], "l": 1})
    assert batch.attribute("k").objects() == ["a", None, 3]
    assert batch.attribute("l").objects() == [1, 1, 1]


@pytest.mark.parametrize(
    ("values", "codes", "message"),
    [
        ({"k": ["a"]}, np.array([0, 1, 0]), "code 1 is beyond the 1 values"),
        ({"k": ["a"]}, np.zeros(2, np.int32), "codes has length 2"),
        ({"k": ["a"]}, None, "value has length 1, the batch has 3"),
        ({"k": None}, None, "None changes nothing"),
        ({1: "a"}, None, "keys of a mapping"),
    ],
)
def test_wrong_values_are_told(values: Any, codes: Any, message: str) -> None:
    batch = Traces.from_message(build_traces(3))
    with pytest.raises(BatchError, match=message):
        batch.set_attributes(values, codes=codes)


def test_hashes_are_equal_for_equal_strings_of_any_batch() -> None:
    batch, other = (Traces.from_message(build_traces(5)) for _ in range(2))
    batch.set_attribute("k", ["a", "b", "a", "", 1])
    other.set_attribute("k", "b", where=np.arange(5) == 4)
    hashes = batch.attribute("k").hashes()
    assert hashes.dtype == np.uint64
    assert hashes[0] == hashes[2] != hashes[1]
    assert hashes[3:].tolist() == [0, 0]
    assert other.attribute("k").hashes().tolist() == [0, 0, 0, 0, hashes[1]]


@pytest.mark.parametrize("drops", [False, True])
def test_identities_are_ids_and_times_and_may_be_kept(drops: bool) -> None:
    batch = Traces.from_message(build_traces(9))
    if drops:
        batch.keep(np.arange(9) % 2 == 0)
    found = batch.identities()
    trace = np.ascontiguousarray(batch.trace_id).view(np.uint64)
    ids = [
        np.ascontiguousarray(each).view(np.uint64).ravel()
        for each in (batch.span_id, batch.parent_span_id)
    ]
    times = [batch.start_time_unix_nano, batch.end_time_unix_nano]
    expected = np.stack([trace[:, 0], trace[:, 1], *ids, *times])
    assert found.tolist() == expected.tolist()
    del trace, ids, times
    assert batch.open_views == 0
