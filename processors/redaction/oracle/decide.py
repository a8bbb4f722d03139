"""What becomes of a finding, and the text in its place."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from spanloom.processors.redaction.oracle.allow import AllowList
from spanloom.processors.redaction.oracle.document import (
    CLASSES,
    FLAG,
    Action,
    Document,
    HashFunction,
    Rule,
    Scope,
)
from spanloom.processors.redaction.oracle.place import Place

KEPT_MAX = 8
TAG_DIGITS = 16
Canonical: TypeAlias = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the rule at this position describes."""

    start: int
    end: int
    rule: int
    score: int


@dataclass(frozen=True, slots=True)
class Decision:
    """`action` is flag where the rule only tells."""

    rule: int
    class_rank: int
    action: Action
    dry_run: bool
    score: int
    replacement: str
    tag: str | None
    """By which `hmac` would name the finding; for the audit log."""


class Judge:
    """Decides about findings at their place."""

    def __init__(self, document: Document) -> None:
        self._rules = document.rules
        self._allow = AllowList(document.allow)
        self._allow_of = [AllowList(rule.allow) for rule in document.rules]
        self._key = document.hmac.key() if document.hmac else None

    def decide(self, finding: Finding, matched: bytes, place: Place) -> Decision | None:
        """None if an allow-list covers the finding, or the rule is off at this place."""
        rule = self._rules[finding.rule]
        if self._allow.covers(matched) or self._allow_of[finding.rule].covers(matched):
            return None
        action = action_at(rule, place)
        if action is None:
            return None
        acts = finding.score >= rule.mask_at and not rule.dry_run and rule.signal is None
        action = action if acts else FLAG
        return Decision(
            rule=finding.rule,
            class_rank=CLASSES.index(rule.rule_class),
            action=action,
            dry_run=rule.dry_run,
            score=finding.score,
            replacement=self._replacement(rule, action, matched),
            tag=self._tag(rule, matched),
        )

    def _replacement(self, rule: Rule, action: Action, matched: bytes) -> str:
        match action.kind:
            case "token":
                return f"[{rule.label}]" if rule.replacement is None else rule.replacement
            case "partial":
                kept = "****".join(kept_ends(canonical(rule, matched), action))
                return f"[{rule.label}:{kept}]"
            case "hmac":
                return f"[{rule.label}:{self._tag(rule, matched)}]"
            case "hash":
                return digest(action.function or "md5", self._key, matched)
        return ""

    def _tag(self, rule: Rule, matched: bytes) -> str | None:
        """The first hex digits of HMAC-SHA256 over the rule and the value; None without a key."""
        if self._key is None:
            return None
        named = rule.id.encode() + b"\0" + canonical(rule, matched).encode()
        return hmac.new(self._key, named, "sha256").hexdigest()[:TAG_DIGITS]


def action_at(rule: Rule, place: Place) -> Action | None:
    """The rule's action here, None where it is off. The last scope that fits counts."""
    for scope in reversed(rule.scopes):
        if _fits(scope, place):
            return None if scope.enabled is False else scope.action or rule.action
    return rule.action


def _fits(scope: Scope, place: Place) -> bool:
    return (
        (not scope.signals or place.signal in scope.signals)
        and (not scope.locations or place.location in scope.locations)
        and (not scope.roles or place.role in scope.roles)
        and (not scope.keys or any(glob_fits(glob, place.key) for glob in scope.keys))
    )


def glob_fits(glob: str, key: bytes) -> bool:
    """Whether the whole of `key` fits: `*` stands for any bytes, `?` for one."""
    wild = {b"*": b".*", b"?": b"."}
    pieces = re.findall(rb"[*?]|[^*?]+", glob.encode())
    pattern = b"".join(wild.get(piece) or re.escape(piece) for piece in pieces)
    return re.fullmatch(pattern, key, re.DOTALL) is not None


def kept_ends(text: str, action: Action) -> tuple[str, str]:
    """The first and last characters that may stay: together at most half of the text."""
    half = len(text) // 2
    last = min(action.keep_last, KEPT_MAX, half)
    first = min(action.keep_first, KEPT_MAX, half - last)
    return _harmless(text[:first]), _harmless(text[len(text) - last :])


def _harmless(text: str) -> str:
    """Without what would break out of the brackets around it."""
    return re.sub(r"[\[\]*\x00-\x1f\x7f-\x9f]", "", text)


def digest(function: HashFunction, key: bytes | None, text: bytes) -> str:
    match function:
        case "md5":
            return hashlib.md5(text, usedforsecurity=False).hexdigest()
        case "sha1":
            return hashlib.sha1(text, usedforsecurity=False).hexdigest()
        case "sha3":
            return hashlib.sha3_256(text).hexdigest()
    return hmac.new(key or b"", text, function.removeprefix("hmac-")).hexdigest()


def _only(keep: str, convert: Canonical = str) -> Canonical:
    return lambda text: convert(re.sub(keep, "", text))


_CANONICAL: dict[str | None, Canonical] = {
    "credit_card": _only("[^0-9]"),
    "us_ssn": _only("[^0-9]"),
    "phone": _only("[^0-9]"),
    "email": str.lower,
    "mac_address": _only("[^0-9A-Za-z]", str.lower),
    "iban": _only("[^0-9A-Za-z]", str.upper),
}


def canonical(rule: Rule, matched: bytes) -> str:
    """The one form of a value that is written in many."""
    return _CANONICAL.get(rule.matcher.detector, str)(matched.decode("utf-8", "replace"))
