"""Hands one text of a message to the rules and books what they say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NoReturn

from spanloom.batch import Signal
from spanloom.processors.redaction.oracle import own, value
from spanloom.processors.redaction.oracle.document import Document
from spanloom.processors.redaction.oracle.keys import Fate, KeyPlan
from spanloom.processors.redaction.oracle.leaf import Rules
from spanloom.processors.redaction.oracle.place import Place
from spanloom.processors.redaction.oracle.reports import RedactionReport
from spanloom.processors.redaction.oracle.scan import Words
from spanloom.processors.redaction.oracle.settle import Told
from spanloom.processors.redaction.oracle.tally import Tally
from spanloom.processors.redaction.oracle.value import Outcome
from spanloom.processors.redaction.rule import Location, Role

_NOT_IN_ITEM = ("resource", "scope")


class DropItem(Exception):  # noqa: N818 - no error: it ends the walk through the item
    """A rule drops the item that holds the text at hand."""


class DropAttribute(Exception):  # noqa: N818 - no error: it ends the walk through the attribute
    """A rule drops the attribute that holds the text at hand."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a text stands."""

    location: Location
    path: str
    """The keys around it, from the outside in, joined by dots."""
    words: Words = frozenset()
    role: Role = "none"
    message_index: int | None = None
    """Position in the outermost array of the message."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What is known of one key at one location."""

    key: str
    outcome: Outcome
    told: list[Told]
    name: str
    """The key as it leaves, or what is told in its place."""
    words: Words
    fate: Fate
    nested_fate: Fate
    is_own: bool


@dataclass(slots=True)
class Books:
    """The report of a batch, and the tally of what is being walked."""

    rules: Rules
    signal: Signal
    is_audited: bool
    report: RedactionReport = field(default_factory=RedactionReport)
    known: dict[tuple[Location, str], KnownKey] = field(default_factory=dict)
    tally: Tally = field(init=False)
    key_plan: KeyPlan = field(init=False)
    own_of_rules: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.tally = Tally(self.document)
        self.key_plan = KeyPlan(self.document.keys)
        self.own_of_rules = frozenset(rule.attribute or "" for rule in self.document.rules) - {""}

    @property
    def document(self) -> Document:
        return self.rules.document

    def scan(self, kind: str, text: bytes, site: Site, *, is_number: bool = False) -> bytes | None:
        """What is to be written in the place of a text; None if it stays.

        Raises DropItem and DropAttribute.
        """
        if not text:
            return None
        self.report.values[kind] += 1
        self.report.bytes_scanned += len(text)
        outcome, told = self._redact(text, site, is_number=is_number)
        self.book(told, site)
        if outcome.kind == "unscanned":
            return self._unscanned(outcome.reason, site)
        if outcome.kind in ("drop_item", "drop_attribute"):
            self.drop(outcome, site)
        if outcome.kind == "unchanged":
            return None
        self.tally.masked(site.path)
        return outcome.text

    def _redact(
        self, text: bytes, site: Site, *, is_number: bool = False
    ) -> tuple[Outcome, list[Told]]:
        place = Place(self.signal, site.location, site.path.encode(), site.role)
        return value.redact(self.rules, text, place, site.words, is_number=is_number)

    def book(self, told: Iterable[Told], site: Site) -> None:
        for one in told:
            rule = self.document.rules[one.decision.rule]
            action = "dry_run" if one.decision.dry_run else one.action.kind
            self.report.findings[rule.id, action] += 1
            self.tally.add(one, site.path, site.message_index)
            if self.is_audited:
                place = (self.tally.trace_id, rule.id, action, site.path)
                self.report.audit.append((*place, one.decision.tag))

    def _unscanned(self, reason: str, site: Site) -> bytes | None:
        self.report.unscanned[reason] += 1
        if self.document.pass_unscanned:
            return None
        self.tally.masked(site.path)
        return value.UNSCANNED.encode()

    def drop(self, outcome: Outcome, site: Site) -> NoReturn:
        """Raises: what the outcome asks for, as far as there is an item."""
        if outcome.kind == "drop_item" and site.location not in _NOT_IN_ITEM:
            raise DropItem
        self.drop_attribute(site)

    def drop_attribute(self, site: Site) -> NoReturn:
        self.report.dropped["attribute"] += 1
        self.tally.redacted(site.path)
        raise DropAttribute

    def is_clean(self, text: str, location: Location) -> bool:
        """Whether the rules leave a text as it is; nothing is booked."""
        outcome, _ = self._redact(text.encode(), Site(location, text))
        return not text or outcome.kind == "unchanged"

    def key(self, location: Location, key: str) -> KnownKey:
        """What is known of a key, which is scanned when it is met first."""
        known = self.known.get((location, key))
        if known is None:
            known = self.known[location, key] = self._learned(location, key)
        return known

    def _learned(self, location: Location, key: str) -> KnownKey:
        outcome, told = value.UNCHANGED, list[Told]()
        if key:
            outcome, told = self._redact(key.encode(), Site(location, key))
        self.report.values["key"] += 1
        self.report.bytes_scanned += len(key.encode())
        name = self._name(key, outcome)
        leaving = key if name == "[REDACTED:key]" else name
        is_own = own.is_own(leaving, self.own_of_rules)
        fate = self.key_plan.fate(leaving)
        return KnownKey(
            key=key,
            outcome=outcome,
            told=told,
            name=name,
            words=self.rules.scanner.key_words(leaving.encode()),
            fate="scan" if is_own and fate != "drop" else fate,
            nested_fate=self.key_plan.nested_fate(leaving),
            is_own=is_own,
        )

    def _name(self, key: str, outcome: Outcome) -> str:
        match outcome.kind:
            case "replaced":
                return outcome.text.decode()
            case "unscanned" if not self.document.pass_unscanned:
                return value.UNSCANNED
            case "drop_attribute" | "drop_item":
                return "[REDACTED:key]"
        return key

    def booked_key(self, known: KnownKey, site: Site, fate: Fate) -> None:
        """Books what was found in a key; raises where its attribute has to go."""
        if fate != "scan":
            self.report.keys[fate] += 1
        self.book(known.told, site)
        if known.outcome.kind == "unscanned":
            self.report.unscanned[known.outcome.reason] += 1
        if known.outcome.kind in ("drop_item", "drop_attribute"):
            self.drop(known.outcome, site)
        if fate in ("drop", "allow_only"):
            self.drop_attribute(site)

    def under(self, site: Site, known: KnownKey) -> Site:
        """The site of an entry of a map, whose path is one key longer."""
        path = f"{site.path}.{known.name}"
        return replace(site, path=path, words=site.words | known.words)
