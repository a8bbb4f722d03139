"""Which version of the conventions a scope or a resource says that it follows (R1).

No name of the GenAI conventions has ever meant two things, so names alone tell what becomes of
them. A URL tells what to look for where names do not, and must not stay where it is not true any
more: readers that know schemas would rename by it once more. URLs of others, and of what nothing
was done to, stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spanloom.component import AnyBatch

    Bool = NDArray[np.bool_]

BASE = "https://opentelemetry.io/schemas/"


def is_wrong(url: str, target: str) -> bool:
    """Whether a URL names a version of the conventions other than the target."""
    return url != target and url.startswith(BASE)


def claim(batch: AnyBatch, changed: Bool, target: str) -> None:
    """Scopes of changed items that name another version name the target.

    Args:
        batch: is edited.
        changed: (n,) the items with names of the target.
        target: its URL; empty where none is published, and then the scope names none.
    """
    wrong = _wrong(batch.scope_schema_urls, target)
    touched = np.zeros(len(wrong), np.bool_)
    touched[batch.scope_index[changed]] = True
    if (wrong & touched).any():
        batch.set_schema_url(target, where=wrong & touched)


def disclaim_resources(batch: AnyBatch, changed: Bool) -> None:
    """Changed resources (r,) name no version of the conventions any more."""
    wrong = _wrong(batch.resource_schema_urls, "") & changed
    if wrong.any():
        batch.set_schema_url("", where=wrong, level="resource")


def _wrong(urls: Sequence[str], target: str) -> Bool:
    return np.array([is_wrong(url, target) for url in urls], np.bool_)
