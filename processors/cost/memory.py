"""A bounded memory of recent keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Recent keys: each for at least `age_s`, and up to twice as long.

    Two generations: when the younger one is old or full, the older one is forgotten. Forgetting
    for want of room calls `on_overflow`.
    """

    def __init__(
        self,
        entries_max: int,
        age_s: float,
        on_overflow: Callable[[], None] = lambda: None,
    ) -> None:
        self._half = max(1, entries_max // 2)
        self._age_s = age_s
        self._on_overflow = on_overflow
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._since_s = 0.0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

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

    def add(self, items: Mapping[K, V], now_s: float) -> None:
        """Remember; what is known already gets the new value."""
        if len(self._young) >= self._half:
            if self._old:
                self._on_overflow()
            self._turn(now_s)
        self._young.update(items)

    def forget_old(self, now_s: float) -> None:
        """Forget what is older than twice the age; `now_s` never goes back."""
        if now_s - self._since_s >= self._age_s:
            self._turn(now_s, is_gap=now_s - self._since_s >= 2 * self._age_s)

    def _turn(self, now_s: float, *, is_gap: bool = False) -> None:
        self._old, self._young = ({} if is_gap else self._young), {}
        self._since_s = now_s
