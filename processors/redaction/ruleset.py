"""One set of rules from all sources: merged by id, selected, and checked as wholes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from spanloom.config.errors import Loc, Problems, nearest_name
from spanloom.config.place import Place
from spanloom.processors.redaction.actions import Action
from spanloom.processors.redaction.rule import Rule
from spanloom.processors.redaction.rule_file import Written

_MATCHERS = ("detector", "regex", "phrases")
_OPTIONS = {
    "regex": ("group", "ignore_case", "boundary", "keywords", "validators", "min_entropy"),
    "phrases": ("whole_words",),
}
_FIELDS = Rule.model_fields
# What is not given has these values.
_NOTHING = Rule(id="_")


@dataclass(frozen=True, slots=True)
class Merged:
    """A rule and the sources that gave its fields, the first one first."""

    rule: Rule
    sources: tuple[Written, ...]

    def where(self, field: str) -> tuple[Place | None, Loc]:
        """The place and path of a field in the last source that gives it."""
        key = _FIELDS[field].alias or field
        given = [s for s in self.sources if field in s.rule.model_fields_set]
        source = given[-1] if given else self.sources[-1]
        steps: Loc = (key,) if given else ()
        return source.place(key if given else "id"), (*source.loc, *steps)


def merge(written: Iterable[Written]) -> list[Merged]:
    """By id: each later one changes the fields it gives, a rule keeps its first position."""
    merged: dict[str, Merged] = {}
    for each in written:
        known = merged.get(each.rule.id)
        if known is None:
            merged[each.rule.id] = Merged(each.rule, (each,))
        else:
            rule = _overridden(known.rule, each.rule)
            merged[each.rule.id] = Merged(rule, (*known.sources, each))
    return list(merged.values())


def _overridden(base: Rule, over: Rule) -> Rule:
    given = {name: getattr(over, name) for name in over.model_fields_set}
    if any(given.get(name) for name in _MATCHERS):
        # Another way to find: what belongs to the old way goes with it.
        names = (*_MATCHERS, *(option for options in _OPTIONS.values() for option in options))
        given = {name: getattr(_NOTHING, name) for name in names} | given
    return base.model_copy(update=given)


def select(
    merged: Sequence[Merged], enable: Sequence[str], disable: Sequence[str], problems: Problems
) -> list[Merged]:
    """The rules that are on: tier 1 and what `enable` names, without what `disable` names."""
    ids = [each.rule.id for each in merged]
    for name, globs in (("enable", enable), ("disable", disable)):
        for i, glob in enumerate(globs):
            if not any(fnmatchcase(rule_id, glob) for rule_id in ids):
                nearest = nearest_name(glob, ids)
                problems.error(None, (name, i), f"{glob!r} names no rule", nearest=nearest)
    return [
        each
        for each in merged
        if (each.rule.tier == 1 or _named(each.rule.id, enable))
        and not _named(each.rule.id, disable)
    ]


def _named(rule_id: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(rule_id, glob) for glob in globs)


def check(merged: Merged, ids: Sequence[str], problems: Problems) -> None:
    """Reports what no single field can tell; `ids` are those of all rules."""
    for field, rule in _broken(merged.rule):
        place, loc = merged.where(field)
        others = [other for other in ids if other != merged.rule.id]
        nearest = nearest_name(merged.rule.id, others) if field == "id" else None
        problems.error(place, loc, f"{merged.rule.id}: {rule}", nearest=nearest)


def _broken(rule: Rule) -> Iterator[tuple[str, str]]:
    matchers = [name for name in _MATCHERS if getattr(rule, name)]
    if not matchers:
        yield "id", "no rule with this id is known, so it needs detector, regex or phrases"
    elif len(matchers) > 1:
        yield matchers[-1], f"{matchers[0]} and {matchers[-1]} exclude each other"
    yield from _misplaced_options(rule, matchers)
    if any(len(phrase.strip()) < 2 for phrase in rule.phrases):  # noqa: PLR2004 - one byte is everywhere
        yield "phrases", "a phrase must have at least 2 characters"
    if any(not word.strip() for word in rule.keywords):
        yield "keywords", "a keyword must not be blank"
    if rule.flag_confidence is not None and rule.flag_confidence > rule.min_confidence:
        yield "flag_confidence", "must not be above min_confidence"
    yield from _misplaced_words(rule)


def _misplaced_options(rule: Rule, matchers: list[str]) -> Iterator[tuple[str, str]]:
    for matcher, options in _OPTIONS.items():
        for option in options:
            given = getattr(rule, option) != getattr(_NOTHING, option)
            if given and matchers and matcher not in matchers:
                yield option, f"{option} goes with {matcher}"


def _misplaced_words(rule: Rule) -> Iterator[tuple[str, str]]:
    if bool(rule.family) != (rule.weight is not None):
        yield "family" if rule.family else "weight", "family and weight go together"
    if rule.family and rule.action not in (None, Action("flag")):
        yield "action", "a signal of prompt injection only tells: its action is flag"
    if rule.replacement is not None and (rule.action or Action("token")).kind != "token":
        yield "replacement", "replacement goes with the action token"
    for scope in rule.scopes:
        if scope.enabled is None and scope.action is None:
            yield "scopes", "a scope needs enabled or action"
        if rule.family and scope.action not in (None, Action("flag")):
            yield "scopes", "a signal of prompt injection only tells: its action is flag"


def with_actions(merged: Merged, problems: Problems, *, has_key: bool) -> Merged:
    """The rule with every action one that can be taken; what is missing is reported."""
    rule = merged.rule
    action = rule.action or Action("flag" if rule.family else "token")
    scopes = [
        scope.model_copy(update={"action": _possible(merged, scope.action, problems, has_key)})
        for scope in rule.scopes
    ]
    changed = {"action": _possible(merged, action, problems, has_key), "scopes": scopes}
    return replace(merged, rule=rule.model_copy(update=changed))


def _possible(
    merged: Merged,
    action: Action | None,
    problems: Problems,
    has_key: bool,  # noqa: FBT001
) -> Action | None:
    if action is None or has_key or not action.needs_key:
        return action
    fallback = merged.rule.without_key
    if fallback is None or fallback.needs_key:
        place, loc = merged.where("action")
        rule = f"{merged.rule.id}: the action needs hmac.key, hmac.key_file or hmac.key_env"
        problems.error(place, loc, f"{rule}, or without_key says what to do without one")
    return fallback
