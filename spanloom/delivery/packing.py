"""Items into requests: encoded, small ones joined, large ones split."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spanloom.batch import BatchError
from spanloom.delivery.errors import SendError, worse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanloom.delivery.item import Item


@dataclass(slots=True)
class Parcel:
    """One request, and the items that have something in it."""

    parts: list[bytes] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    n_bytes: int = 0

    def add(self, part: bytes, item: Item) -> None:
        self.parts.append(part)
        self.n_bytes += len(part)
        if not self.items or self.items[-1] is not item:
            self.items.append(item)

    def request(self) -> bytes:
        """Encoded requests one after the other are one request: their lists are appended."""
        return self.parts[0] if len(self.parts) == 1 else b"".join(self.parts)


def pack(items: Sequence[Item], bytes_max: int | None) -> list[Parcel]:
    """Requests of at most `bytes_max` (None: one for all), in the order of the items.

    An item that cannot be encoded gets its failure, and the others go on.
    """
    parcels: list[Parcel] = []
    for item in items:
        for part in _encode(item, bytes_max):
            full = not parcels or (
                bytes_max is not None and parcels[-1].n_bytes + len(part) > bytes_max
            )
            if full:
                parcels.append(Parcel())
            parcels[-1].add(part, item)
    return parcels


def _encode(item: Item, bytes_max: int | None) -> list[bytes]:
    try:
        return item.batch.encode(bytes_max)
    except BatchError:
        failure = SendError("the batch cannot be encoded", retryable=False, reason="encode")
        item.failure = worse(item.failure, failure)
        return []
