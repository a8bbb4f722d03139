"""What is billed: the units of the shipped list, and how one contains another.

A unit has dimensions (`family`, `direction`, `token_type` ...). One whose dimensions are a subset
of another's contains it: `input_tokens` counts what `cache_read_tokens` counts too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

Dimensions = frozenset[tuple[str, str]]

REQUESTS = "requests"
"""Always one per call; never reported."""

SHORT_NAMES = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "cache_write_5m": "cache_write_5m_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "reasoning": "output_reasoning_tokens",
}


class Units:
    """The units by name, in the order of the list."""

    def __init__(self, dimensions: Mapping[str, Mapping[str, str]]) -> None:
        self.dimensions: dict[str, Dimensions] = {
            name: frozenset(each.items()) for name, each in dimensions.items()
        }
        self._by_dimensions = {each: name for name, each in self.dimensions.items()}

    def __contains__(self, name: object) -> bool:
        return name in self.dimensions

    def contains(self, outer: str, inner: str) -> bool:
        """Whether what is `inner` is `outer` too; a unit does not contain itself."""
        return self.dimensions[outer] < self.dimensions[inner]

    def specific_first(self, names: Iterable[str]) -> list[str]:
        """Each unit after all units that it contains."""
        return sorted(names, key=lambda name: (-len(self.dimensions[name]), name))

    def join(self, one: str, other: str) -> str | None:
        """The unit of what is both; None where they exclude each other, or it has no name."""
        if one == other or self.contains(one, other) or self.contains(other, one):
            return None
        left, right = dict(self.dimensions[one]), dict(self.dimensions[other])
        if any(right.get(key, value) != value for key, value in left.items()):
            return None
        return self._by_dimensions.get(frozenset((left | right).items()))

    def gap(self, priced: Collection[str]) -> tuple[str, str] | None:
        """A unit with a price, and one that then needs a price too; None when nothing lacks.

        Without it the price of what both describe, or of the rest, would be a guess.
        """
        for name in sorted(priced):
            for outer in self.dimensions:
                if outer not in priced and self.contains(outer, name):
                    return name, outer
        for one, other in combinations(sorted(priced), 2):
            both = self.join(one, other)
            if both is not None and both not in priced:
                return one, both
        return None
