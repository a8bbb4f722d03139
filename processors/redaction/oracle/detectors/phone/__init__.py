"""`phone`: telephone numbers, by the numbering plans of all countries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from spanloom.processors.redaction.oracle.detectors.anchors import Detector, Match, Site, digits
from spanloom.processors.redaction.oracle.detectors.phone import (
    border,
    extension,
    international,
    label,
    national,
)
from spanloom.processors.redaction.oracle.detectors.phone.cluster import Candidate, Cluster

_THOROUGH_GROUPS_MAX = 12
_EXTENSION_BONUS = 10
_DIGITS_MIN = 7
_CROWDED_MAX = 35
_SURE = 60
_DOUBTFUL = 40


class _Scored(NamedTuple):
    score: int
    candidate: Candidate
    end: int
    """Where the extension after it ends, if there is one."""

    def rank(self) -> tuple[bool, bool, int, int]:
        """Among those that need no context, and among those that do, the longest is right."""
        n_digits = len(self.candidate.digits)
        return self.score >= _SURE, self.score >= _DOUBTFUL, n_digits, self.score


def detect(site: Site) -> Iterator[Match]:
    cluster = Cluster(site.text, site.start, site.end)
    best = [_best_from(cluster, first) for first in range(len(cluster.groups))]
    ranked = sorted((found for found in best if found), key=_Scored.rank, reverse=True)
    taken: set[int] = set()
    for found in ranked:
        groups = set(range(found.candidate.first, found.candidate.last + 1))
        if not groups & taken:
            taken |= groups
            yield Match(found.candidate.start, found.end, found.score)
    yield Match(site.start, site.end, 0)


def _best_from(cluster: Cluster, first: int) -> _Scored | None:
    """The likeliest number that begins at a group; of equal ones the last."""
    found = []
    for lead in cluster.leads(first):
        left = border.left(cluster.text, lead.start)
        beside = left if lead.bracket is None else "free"
        if left != "blocked":
            for candidate in cluster.candidates(first, lead):
                scored = _scored(cluster, candidate, beside)
                found += [scored] if scored else []
    return max(reversed(found), key=_Scored.rank, default=None)


def _scored(cluster: Cluster, candidate: Candidate, left: border.Border) -> _Scored | None:
    extended = extension.after(cluster.text, candidate.end)
    right: border.Border = "free"
    if not extended:
        right = border.right(cluster.text, candidate.end, has_plus=candidate.plus)
    listed = "listed" in (left, right)
    crowded = "crowded" in (left, right) or (listed and not candidate.is_field)
    candidate = replace(candidate, crowded=crowded, listed=listed)
    is_pairs = set(candidate.sizes) == {2}
    is_hex = is_pairs and border.is_in_hex_dump(cluster.text, candidate.start, candidate.end)
    if right == "blocked" or is_hex or len(candidate.digits) < _DIGITS_MIN:
        return None
    is_thorough = len(cluster.groups) <= _THOROUGH_GROUPS_MAX
    shape = max(international.score(candidate), national.score(candidate, is_thorough=is_thorough))
    if candidate.crowded and not candidate.plus:
        shape = min(shape, _CROWDED_MAX)
    # Of digits that stand beside others the label is before all of them.
    labelled = cluster.groups[0][0] if left == "crowded" else candidate.start
    if not shape or (not candidate.plus and label.is_other(cluster.text, labelled)):
        return None
    end, is_named = extended or (candidate.end, False)
    score = min(shape + _EXTENSION_BONUS * is_named, 100)
    return _Scored(score, candidate, end)


PHONE = Detector("phone", (digits(_DIGITS_MIN),), detect)
