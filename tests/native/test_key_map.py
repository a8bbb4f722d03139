"""`KeyMap`: objects by keys of 64 bits, many at once."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.batch import KeyMap

keys_of = st.lists(st.integers(0, 12) | st.just(2**64 - 1), max_size=6)


def array(keys: list[int]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array(keys, np.uint64)


@given(st.lists(keys_of, max_size=12))
def test_all_keys_are_added_or_none(calls: list[list[int]]) -> None:
    found, model = KeyMap(), dict[int, int]()
    for value, keys in enumerate(calls):
        assert found.has_any(array(keys)) == (not model.keys().isdisjoint(keys))
        is_new = len(set(keys)) == len(keys) and model.keys().isdisjoint(keys)
        assert found.add_new(array(keys), value) == is_new
        if is_new:
            model |= dict.fromkeys(keys, value)
        assert len(found) == len(model)
        assert [found.get(key) for key in range(13)] == [model.get(key) for key in range(13)]


def test_a_key_gets_a_new_value() -> None:
    found = KeyMap()
    found.set(7, "a")
    found.set(7, "b")
    assert (found.get(7), len(found)) == ("b", 1)


class Kept:
    pass


def test_values_live_as_long_as_a_key() -> None:
    found, value = KeyMap(), Kept()
    alive = weakref.ref(value)
    found.add_new(array([1, 2, 3]), value)
    assert not found.add_new(array([4, 1]), value)
    del value
    found.set(1, None)
    found.set(2, None)
    gc.collect()
    assert alive() is not None
    found.set(3, None)
    gc.collect()
    assert alive() is None


class Asking:
    """Asks the map when it dies."""

    def __init__(self, asked: KeyMap, found: list[int]) -> None:
        self.asked, self.found = asked, found

    def __del__(self) -> None:
        self.found.append(len(self.asked))


def test_a_value_that_is_replaced_may_use_the_map_when_it_dies() -> None:
    asked, found = KeyMap(), list[int]()
    asked.set(1, Asking(asked, found))
    asked.set(1, None)
    gc.collect()
    assert found == [1]


def test_wrong_keys_are_told() -> None:
    with pytest.raises(TypeError):
        KeyMap().has_any(np.array([1.0]))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="contiguous"):
        KeyMap().has_any(np.zeros((4, 2), np.uint64)[:, 0])


def test_of_threads_that_add_the_same_keys_one_does() -> None:
    found = KeyMap()
    chunks = [array(list(range(i, i + 500))) for i in range(0, 20_000, 500)] * 4
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda keys: found.add_new(keys, 1), chunks))
    assert sum(added) == 40
    assert len(found) == 20_000
