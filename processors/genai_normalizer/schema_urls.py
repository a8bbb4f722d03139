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
    from spanloom.processors.genai_normalizer.items import Items
    from spanloom.processors.genai_normalizer.profiles import Profile

    Bool = NDArray[np.bool_]

BASE = "https://opentelemetry.io/schemas/"


def is_wrong(url: str, target: str) -> bool:
    """Whether a URL names a version of the conventions other than the target."""
    return url != target and url.startswith(BASE)


def claim(
    items: Items, added: Sequence[Bool | None], profile: Profile, *, overwrites: bool
) -> None:
    """Scopes of changed items that name another version of the conventions name the target.

    Args:
        items: before they get the target's names.
        added: (n,) each, where names were added.
        profile: the target; where none of its URLs is published, the scopes name none.
        overwrites: whether its names replace those that are there.
    """
    changed = [where for where in added if where is not None]
    for key in profile.names.keys() & items.keys:
        stays = items.present(profile.names[key]) & (not overwrites)
        changed.append(items.present(key) & ~stays)
    if not changed:
        return
    batch, target = items.batch, profile.schema_url
    wrong = _wrong(batch.scope_schema_urls, target)
    if not wrong.any():
        return
    touched = np.zeros(len(wrong), np.bool_)
    touched[batch.scope_index[np.logical_or.reduce(changed)]] = True
    if (wrong & touched).any():
        batch.set_schema_url(target, where=wrong & touched)


def disclaim_resources(batch: AnyBatch, changed: Bool) -> None:
    """Changed resources (r,) name no version of the conventions any more."""
    wrong = _wrong(batch.resource_schema_urls, "") & changed
    if wrong.any():
        batch.set_schema_url("", where=wrong, level="resource")


def _wrong(urls: Sequence[str], target: str) -> Bool:
    return np.array([is_wrong(url, target) for url in urls], np.bool_)
