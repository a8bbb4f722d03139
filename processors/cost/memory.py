"""A bounded memory of recent keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from spanloom.batch import KeyMap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

V = TypeVar("V")


def _one(value: object) -> int:  # noqa: ARG001 - each value counts the same
    return 1


class Memory(Generic[V]):
    """Recent keys of 64 bits: each for at least `age_s`, and up to twice as long.

    Two generations: when the younger one is old or full, the older one is forgotten. Forgetting
    for want of room calls `on_overflow`.

    Args:
        entries_max: how many entries.
        age_s: for at least how long.
        on_overflow: called when some are forgotten sooner.
        size_of: how many entries a value counts for.
    """

    def __init__(
        self,
        entries_max: int,
        age_s: float,
        on_overflow: Callable[[], None] = lambda: None,
        size_of: Callable[[V], int] = _one,
    ) -> None:
        self._half = max(1, entries_max // 2)
        self._age_s = age_s
        self._on_overflow = on_overflow
        self._size_of = size_of
        self._young, self._old = KeyMap(), KeyMap()
        self._n_young = self._n_old = 0
        self._since_s = 0.0

    def __len__(self) -> int:
        return self._n_young + self._n_old

    def get(self, key: int) -> V | None:
        """What is remembered of it."""
        found: V | None = self._young.get(key)
        if found is None:
            found = self._old.get(key)
        return found

    def knows_any(self, keys: NDArray[np.uint64]) -> bool:
        """Whether one of them is remembered."""
        return self._young.has_any(keys) or self._old.has_any(keys)

    def add_new(self, keys: NDArray[np.uint64], value: V, now_s: float) -> bool:
        """Remember all with a value of size 1; or none, and False, if one is known or is twice."""
        if self._old.has_any(keys):
            return False
        if self._n_young >= self._half:
            if self._young.has_any(keys):
                return False
            self._make_room(now_s)
        if not self._young.add_new(keys, value):
            return False
        self._n_young += len(keys)
        return True

    def add(self, items: Mapping[int, V], now_s: float) -> None:
        """Remember; what is known already gets the new value."""
        self._make_room(now_s)
        young, size_of = self._young, self._size_of
        for key, value in items.items():
            earlier = young.get(key)
            self._n_young += size_of(value) - (0 if earlier is None else size_of(earlier))
            young.set(key, value)

    def forget_old(self, now_s: float) -> None:
        """Forget what is older than twice the age; `now_s` never goes back."""
        if now_s - self._since_s >= self._age_s:
            self._turn(now_s, is_gap=now_s - self._since_s >= 2 * self._age_s)

    def _make_room(self, now_s: float) -> None:
        if self._n_young >= self._half:
            if self._old:
                self._on_overflow()
            self._turn(now_s)

    def _turn(self, now_s: float, *, is_gap: bool = False) -> None:
        self._old, self._n_old = (KeyMap(), 0) if is_gap else (self._young, self._n_young)
        self._young, self._n_young = KeyMap(), 0
        self._since_s = now_s
