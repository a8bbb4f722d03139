"""Decides among overlapping findings of one leaf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from spanloom.processors.redaction.oracle.decide import Decision


@dataclass(frozen=True, slots=True)
class Planned:
    """A decision and the stretch of the leaf it concerns."""

    start: int
    end: int
    decision: Decision


def resolve(planned: Iterable[Planned]) -> list[Planned]:
    """The winners by ascending start: each takes all that the findings around it cover.

    The strongest class wins, then the leftmost, the longest, the rule named first. Findings
    that only flag are left out.
    """
    acting = [plan for plan in planned if plan.decision.action.kind != "flag"]
    return [_winner(cluster) for cluster in _clusters(acting)]


def _clusters(planned: Iterable[Planned]) -> Iterator[list[Planned]]:
    """Those that overlap, directly or by way of others."""
    cluster: list[Planned] = []
    for plan in sorted(planned, key=lambda plan: (plan.start, plan.end)):
        if cluster and plan.start >= max(other.end for other in cluster):
            yield cluster
            cluster = []
        cluster.append(plan)
    if cluster:
        yield cluster


def _winner(cluster: list[Planned]) -> Planned:
    return replace(
        min(cluster, key=_rank),
        start=min(plan.start for plan in cluster),
        end=max(plan.end for plan in cluster),
    )


def _rank(plan: Planned) -> tuple[int, int, int, int]:
    decision = plan.decision
    return decision.class_rank, plan.start, plan.start - plan.end, decision.rule
