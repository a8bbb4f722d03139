"""A bounded memory of recent keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


def _one(value: object) -> int:  # noqa: ARG001 - each value counts the same
    return 1


class Memory(Generic[K, V]):
    """Recent keys: each for at least `age_s`, and up to twice as long.

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
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._n_young = self._n_old = 0
        self._since_s = 0.0

    def __len__(self) -> int:
        return self._n_young + self._n_old

    def get(self, key: K) -> V | None:
        """What is remembered of it."""
        found = self._young.get(key)
        return self._old.get(key) if found is None else found

    def knows_any(self, keys: AbstractSet[K]) -> bool:
        """Whether one of them is remembered."""
        return not (
            self._young.keys().isdisjoint(keys)
            and (not self._old or self._old.keys().isdisjoint(keys))
        )

    def add_new(self, items: Mapping[K, V], now_s: float) -> None:
        """Remember what is not known yet, each value of size 1."""
        self._make_room(now_s)
        self._young.update(items)
        self._n_young += len(items)

    def add(self, items: Mapping[K, V], now_s: float) -> None:
        """Remember; what is known already gets the new value."""
        self._make_room(now_s)
        young, size_of = self._young, self._size_of
        for key, value in items.items():
            earlier = young.get(key)
            self._n_young += size_of(value) - (0 if earlier is None else size_of(earlier))
            young[key] = value

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
        self._old, self._n_old = ({}, 0) if is_gap else (self._young, self._n_young)
        self._young, self._n_young = {}, 0
        self._since_s = now_s
