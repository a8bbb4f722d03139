"""Attributes, and what they hold at any depth."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from google.protobuf.message import Message

from spanloom.processors.redaction.oracle import own
from spanloom.processors.redaction.oracle.booking import Books, DropAttribute, KnownKey, Site
from spanloom.processors.redaction.oracle.keys import Fate, stronger
from spanloom.processors.redaction.oracle.place import role_named
from spanloom.processors.redaction.rule import Location, Role

_WHOLE_MAX = 1e17
"""Below it a whole double is written without an exponent and without a fraction."""

Roles = dict[str, Role]


class Attributes:
    """Redacts key-value pairs in place."""

    def __init__(self, books: Books, unknown: Callable[[Message, Site], None]) -> None:
        self._books = books
        self._unknown = unknown
        self._ids = frozenset(rule.id for rule in books.document.rules)

    def roles(self, pairs: Iterable[Any]) -> Roles:
        """Who speaks in flat attributes, by what comes before `.role`: `gen_ai.prompt.0`."""
        return {
            pair.key.removesuffix(".role"): role_named(pair.value.string_value.encode())
            for pair in pairs
            if pair.key.endswith(".role") and pair.value.HasField("string_value")
        }

    def attribute(self, pair: Any, location: Location, roles: Roles, *, tells: bool) -> bool:
        """False if the attribute has to go. Raises DropItem."""
        known = self._books.key(location, pair.key)
        speaker = pair.key.removesuffix(".content")
        role = roles.get(speaker, "none") if speaker != pair.key else "none"
        site = Site(location, known.name, known.words, role)
        is_own = known.is_own and tells
        held = self._held(pair, location) if is_own else None
        if held is None:
            try:
                self._pair(pair, known, known.fate, site)
            except DropAttribute:
                return False
        if is_own:
            self._books.tally.own.append((pair.key, held))
        return True

    def _held(self, pair: Any, location: Location) -> own.OwnValue | None:
        """What redaction wrote here in an earlier pass, if there is nothing else in it."""
        held = own.read(pair)
        foreign = own.foreign(pair.key, held, self._ids)
        is_clean = all(self._books.is_clean(text, location) for text in foreign)
        return held if is_clean else None

    def _pair(self, pair: Any, known: KnownKey, fate: Fate, site: Site) -> None:
        """Raises DropAttribute and DropItem."""
        self._books.booked_key(known, site, fate)
        if known.name != known.key:
            self._books.tally.masked(site.path)
            pair.key = known.name
        self._unknown(pair, site)
        if not pair.HasField("value"):
            return
        if fate == "ignore":
            self._books.tally.n_ignored += 1
        elif fate == "mask":
            self._mask(pair.value, site)
        else:
            self.value(pair.value, site)

    def _mask(self, value: Any, site: Site) -> None:
        text = self._books.document.keys.mask_text
        if value.WhichOneof("value") != "string_value" or value.string_value != text:
            self._books.tally.masked(site.path)
            value.Clear()
            value.string_value = text

    def value(self, value: Any, site: Site) -> None:
        """Raises DropAttribute and DropItem."""
        self._unknown(value, site)
        match value.WhichOneof("value"):
            case "string_value":
                self._string(value, site)
            case "bytes_value":
                self._bytes(value, site)
            case "int_value":
                self._number(value, str(value.int_value), site)
            case "double_value":
                self._number(value, double_text(value.double_value), site)
            case "array_value":
                self._array(value.array_value, site)
            case "kvlist_value":
                self._map(value.kvlist_value, site)

    def _string(self, value: Any, site: Site) -> None:
        text = value.string_value
        kind = "json" if text.lstrip(" \t\n\f\r")[:1] in ("{", "[") else "string"
        new = self._books.scan(kind, text.encode(), site)
        if new is not None:
            value.string_value = new.decode()

    def _bytes(self, value: Any, site: Site) -> None:
        """Bytes are text if they are valid UTF-8."""
        try:
            value.bytes_value.decode()
        except UnicodeDecodeError:
            return
        new = self._books.scan("bytes", value.bytes_value, site)
        if new is not None:
            value.bytes_value = new

    def _number(self, value: Any, text: str, site: Site) -> None:
        """A number that is replaced becomes a string."""
        wanted = self._books.document.scan_numbers
        if wanted == "none" or (wanted == "named" and not site.words):
            return
        new = self._books.scan("number", text.encode(), site, is_number=True)
        if new is not None:
            value.string_value = new.decode()

    def _array(self, array: Any, site: Site) -> None:
        """An element that has to go leaves an empty value behind: the others keep their places."""
        self._unknown(array, site)
        for index, element in enumerate(array.values):
            is_outermost = site.message_index is None
            try:
                self.value(element, replace(site, message_index=index) if is_outermost else site)
            except DropAttribute:
                element.Clear()

    def _map(self, pairs: Any, site: Site) -> None:
        role = self._role_of(pairs.values) or site.role
        site = replace(site, role=role)
        self._unknown(pairs, site)
        lost = [index for index, pair in enumerate(pairs.values) if not self._entry(pair, site)]
        for index in reversed(lost):
            del pairs.values[index]

    def _role_of(self, pairs: Iterable[Any]) -> Role | None:
        """The role that a map names in a key `role`, or one that ends so."""
        for pair in pairs:
            if pair.key.endswith("role") and pair.value.HasField("string_value"):
                return role_named(pair.value.string_value.encode())
        return None

    def _entry(self, pair: Any, outer: Site) -> bool:
        """False if the entry of a map has to go."""
        known = self._books.key(outer.location, pair.key)
        site = self._books.under(outer, known)
        fate = stronger(known.nested_fate, self._books.key_plan.nested_fate(site.path))
        try:
            self._pair(pair, known, fate, site)
        except DropAttribute:
            return False
        return True


def double_text(number: float) -> str:
    """A card number that came as 4111111111111111.0 shall read like one."""
    if not math.isfinite(number):
        return {"nan": "NaN"}.get(str(number), str(number))
    if number.is_integer() and abs(number) < _WHOLE_MAX:
        return f"{number:.0f}"
    return format(Decimal(repr(number)), "f")
