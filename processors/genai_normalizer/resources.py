"""The attributes of resources under their current names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spanloom.component import AnyBatch
    from spanloom.processors.genai_normalizer.dialect import Dialect, Options


class ResourceNames:
    """What the dialects say of resources.

    Args:
        dialects: those that are looked for.
        options: by dialect.
    """

    def __init__(self, dialects: Sequence[Dialect], options: Mapping[str, Options]) -> None:
        self._names = {
            old: (new, options[dialect.name])
            for dialect in dialects
            for old, new in dialect.resource.items()
        }

    def apply(self, batch: AnyBatch) -> None:
        """Rename, or copy where originals stay."""
        for old in self._names.keys() & set(batch.keys("resource")):
            new, options = self._names[old]
            if options.remove_originals:
                batch.rename_attribute(old, new, level="resource", overwrite=options.overwrite)
            else:
                _copy(batch, old, new, overwrite=options.overwrite)


def _copy(batch: AnyBatch, old: str, new: str, *, overwrite: bool) -> None:
    column = batch.attribute(old, "resource")
    where = column.codes >= 0
    if not overwrite:
        where &= ~batch.attribute(new, "resource").present
    batch.set_attribute(new, column.values, codes=column.codes, where=where, level="resource")
