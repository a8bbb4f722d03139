"""What is told of the findings of one leaf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spanloom.processors.redaction.oracle.decide import Decision
from spanloom.processors.redaction.oracle.document import FLAG, Action, Rule
from spanloom.processors.redaction.oracle.mapped import Span
from spanloom.processors.redaction.oracle.resolve import Planned
from spanloom.processors.redaction.oracle.spots import Spot
from spanloom.processors.redaction.rule import Role


@dataclass(frozen=True, slots=True)
class Told:
    """One finding. Holds nothing of the text."""

    decision: Decision
    action: Action
    role: Role
    message_index: int | None
    span: Span | None
    """Where it stands in the value; None for what several parts of a message hold together."""


def told_of(
    planned: Iterable[Planned], winners: Sequence[Planned], rules: Sequence[Rule], spot: Spot
) -> list[Told]:
    """The winners, and what is told although it did not win."""
    told = [(winner, winner.decision.action) for winner in winners]
    told += _besides(planned, winners, rules)
    return [
        Told(plan.decision, action, spot.role, spot.message_index, (plan.start, plan.end))
        for plan, action in told
    ]


def _besides(
    planned: Iterable[Planned], winners: Sequence[Planned], rules: Sequence[Rule]
) -> Iterator[tuple[Planned, Action]]:
    """What several readings show is told once."""
    rule, end = -1, 0
    for plan in sorted(planned, key=lambda plan: (plan.decision.rule, plan.start)):
        is_known = plan.decision.rule == rule and plan.start < end
        rule, end = plan.decision.rule, max(plan.end, end if is_known else 0)
        action = _told_as(plan, winners, rules[rule])
        if action and not is_known:
            yield plan, action


def _told_as(plan: Planned, winners: Sequence[Planned], rule: Rule) -> Action | None:
    """As a flag, as what drops the value, or, as a flag, for its rule's attribute."""
    action = plan.decision.action
    if action == FLAG:
        return action
    covering = (winner for winner in winners if winner.start <= plan.start < winner.end)
    if any(winner.decision.rule == plan.decision.rule for winner in covering):
        return None
    if action.kind in ("drop_attribute", "drop_item"):
        return action
    return None if rule.attribute is None else FLAG
