"""The attributes of resources under their current names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanloom.processors.genai_normalizer.schema_urls import disclaim_resources

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
            column = batch.attribute(old, "resource")
            values, codes = column.values, column.codes
            where = codes >= 0
            if not options.overwrite:
                where &= ~batch.attribute(new, "resource").present
            disclaim_resources(batch, where)
            if options.remove_originals:
                batch.rename_attribute(old, new, level="resource", overwrite=options.overwrite)
            else:
                batch.set_attribute(new, values, codes=codes, where=where, level="resource")
