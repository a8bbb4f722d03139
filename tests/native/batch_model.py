"""Edits as the protobuf library does them, for comparison.

A `Model` holds the request as the protobuf library sees it and does every edit there;
what a batch says and encodes must be the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.native.batch_cases import (
    all_items,
    all_scopes,
    decoded_any,
    encoded_any,
    innermost,
    kind_of,
    points,
    resources,
    scope_items,
    scopes,
)
from tests.native.otlp_wire import REQUESTS


class Model:
    """A request that is edited as the native batch is, by the protobuf library."""

    def __init__(self, signal: str, raw: bytes) -> None:
        self.signal = signal
        self.message: Any = REQUESTS[signal].FromString(raw)
        self.all_items = all_items(self.message)
        self.is_kept = [True] * len(self.all_items)
        self._had_items = [
            (resource, [(scope, len(scope_items(scope))) for scope in scopes(resource)])
            for resource in resources(self.message)
        ]

    def items(self) -> list[Any]:
        return [item for item, kept in zip(self.all_items, self.is_kept, strict=True) if kept]

    def owners(self, level: str) -> list[Any]:
        """Whatever has attributes at a level; envelopes themselves for resource and scope."""
        match level:
            case "resource":
                return list(resources(self.message))
            case "scope":
                return all_scopes(self.message)
            case "event" | "link":
                return [child for span in self.items() for child in getattr(span, level + "s")]
        return self.items()

    def attributes(self, level: str, owner: Any) -> Any:
        return (
            getattr(owner, level).attributes if level in ("resource", "scope") else owner.attributes
        )

    def read(self, key: str, level: str) -> list[Any]:
        """(kind, value) of the first attribute under the key."""
        found = []
        for owner in self.owners(level):
            values = [pair.value for pair in self.attributes(level, owner) if pair.key == key]
            found.append((kind_of(values[0]), decoded_any(values[0])) if values else (0, None))
        return found

    def keys(self, level: str) -> list[str]:
        owners = self.owners(level)
        pairs = [pair for owner in owners for pair in self.attributes(level, owner)]
        return list(dict.fromkeys(pair.key for pair in pairs))

    def set(self, key: str, values: Sequence[Any], mask: Sequence[bool], level: str) -> None:
        for owner, value, masked in zip(self.owners(level), values, mask, strict=True):
            if not masked or value is None:
                continue
            pairs = self.attributes(level, owner)
            same = [i for i, pair in enumerate(pairs) if pair.key == key]
            pair = pairs[same[0]] if same else pairs.add()
            pair.Clear()
            pair.key = key
            pair.value.CopyFrom(encoded_any(value))
            for i in reversed(same[1:]):
                del pairs[i]

    def remove(self, key: str, mask: Sequence[bool], level: str) -> None:
        for owner, masked in zip(self.owners(level), mask, strict=True):
            if not masked:
                continue
            pairs = self.attributes(level, owner)
            for i in reversed(range(len(pairs))):
                if pairs[i].key == key:
                    del pairs[i]

    def rename(
        self, names: tuple[str, str], mask: Sequence[bool], level: str, *, overwrite: bool
    ) -> None:
        old, new = names
        for i, (owner, masked) in enumerate(zip(self.owners(level), mask, strict=True)):
            pairs = self.attributes(level, owner)
            present = {pair.key for pair in pairs}
            if not masked or old not in present or (new in present and not overwrite):
                continue
            if new in present and new != old:
                self.remove(new, [j == i for j in range(len(mask))], level)
            for pair in pairs:
                if pair.key == old:
                    pair.key = new

    def keep(self, mask: Iterable[bool]) -> None:
        positions = [i for i, kept in enumerate(self.is_kept) if kept]
        for position, kept in zip(positions, mask, strict=True):
            self.is_kept[position] = bool(kept)

    def final(self) -> Any:
        """The request without dropped items, and without what they left empty."""
        kept = iter(self.is_kept)
        for resource, had in self._had_items:
            for scope, _ in had:
                self._prune(scope, kept)
            lost = [n_items > 0 and not scope_items(scope) for scope, n_items in had]
            if any(n_items for _, n_items in had) and not any(scope_items(s) for s, _ in had):
                resources(self.message).remove(resource)
                continue
            delete(scopes(resource), lost)
        return self.message

    def _prune(self, scope: Any, kept: Iterator[bool]) -> None:
        if self.signal != "metrics":
            delete(innermost(scope), [not next(kept) for _ in innermost(scope)])
            return
        had = [len(points(metric)) for metric in scope.metrics]
        for metric in scope.metrics:
            delete(points(metric), [not next(kept) for _ in points(metric)])
        delete(
            scope.metrics, [n and not points(m) for n, m in zip(had, scope.metrics, strict=True)]
        )


def delete(repeated: Any, lost: Sequence[Any]) -> None:
    for i in reversed(range(len(lost))):
        if lost[i]:
            del repeated[i]
