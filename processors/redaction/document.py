"""Checked rules as the document that the engine compiles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spanloom.processors.redaction.rule import Allow, Rule, Scope

Document = dict[str, Any]

_CLASSES = {"detector": "validated", "regex": "generic", "phrases": "phrase"}


def rule_document(rule: Rule) -> Document:
    """One rule, with every default written out."""
    flag_at = rule.min_confidence if rule.flag_confidence is None else rule.flag_confidence
    document: Document = {
        "id": rule.id,
        "match": matcher_document(rule),
        "class": rule.rule_class or _CLASSES[matcher_of(rule)],
        "score": rule.score,
        "context": rule.context,
        "negative_context": rule.negative_context,
        "mask_at": rule.min_confidence,
        "flag_at": flag_at,
        "action": (rule.action.document() if rule.action else {"kind": "token"}),
        "label": label_of(rule),
        "replacement": rule.replacement,
        "dry_run": rule.dry_run,
        "allow": allow_document([rule.allow]),
        "scopes": [scope_document(scope) for scope in rule.scopes],
        "signal": None,
        "attribute": rule.attribute or None,
    }
    if rule.family:
        document["signal"] = {"family": rule.family, "weight": rule.weight}
    return document


def matcher_of(rule: Rule) -> str:
    """detector, regex or phrases."""
    return next(name for name in _CLASSES if getattr(rule, name))


def matcher_document(rule: Rule) -> Document:
    if rule.detector:
        return {"detector": rule.detector}
    if rule.phrases:
        return {"phrases": {"phrases": rule.phrases, "whole_words": rule.whole_words}}
    options = ("group", "ignore_case", "boundary", "keywords", "validators", "min_entropy")
    return {"regex": {"pattern": rule.regex, **{name: getattr(rule, name) for name in options}}}


def label_of(rule: Rule) -> str:
    return rule.label or rule.id.upper().replace(".", "_")


def scope_document(scope: Scope) -> Document:
    document: Document = scope.model_dump(include={"signals", "locations", "keys", "roles"})
    action = scope.action.document() if scope.action else None
    return document | {"enabled": scope.enabled, "action": action}


def allow_document(lists: Iterable[Allow]) -> Document:
    """Several allow-lists as one."""
    given = list(lists)
    names = ("exact", "suffix", "cidr", "regex")
    return {name: [entry for allow in given for entry in getattr(allow, name)] for name in names}
