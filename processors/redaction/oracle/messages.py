"""Redaction of a request as the protobuf library reads it."""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from spanloom.batch import Signal
from spanloom.processors.redaction.oracle import places
from spanloom.processors.redaction.oracle.attributes import Attributes
from spanloom.processors.redaction.oracle.booking import Books, DropAttribute, DropItem, Site
from spanloom.processors.redaction.oracle.leaf import Rules
from spanloom.processors.redaction.oracle.reports import RedactionReport
from spanloom.processors.redaction.oracle.tally import Tally
from spanloom.processors.redaction.oracle.telling import tell
from spanloom.processors.redaction.rule import Location

_LEN = 2
_START_GROUP = 3


class Walk:
    """Goes through one request by its descriptors, so that no text field is forgotten."""

    def __init__(
        self, rules: Rules, signal: Signal, summary: str, digest: str, *, is_audited: bool
    ) -> None:
        self._books = Books(rules, signal, is_audited)
        self._attributes = Attributes(self._books, self._unknown)
        self._summary = summary
        self._digest = digest
        self._n_kept = 0
        self._n_dropped = 0

    @property
    def report(self) -> RedactionReport:
        return self._books.report

    def batch(self, batch: Any, drop_reason: str) -> None:
        """Edits the batch in place; one in which nothing changes keeps its very bytes."""
        message = batch.to_message()
        before = message.SerializeToString(deterministic=True)
        self._message(message, "resource")
        after = message.SerializeToString(deterministic=True)
        if after != before:
            batch.replace_request(after, drop_reason)

    def _message(self, message: Any, outer: Location) -> None:
        location = places.of_message(message.DESCRIPTOR, outer)
        for field, content in list(message.ListFields()):
            if field.message_type is None:
                self._scalar(message, field, content, location)
            elif field.message_type.name == "KeyValue":
                self._pairs(message, content, location)
            elif field.message_type.name == "AnyValue":
                self._lone_value(message, field, content, location)
            elif field.is_repeated:
                self._children(content, location)
            else:
                self._child(content, location)
        self._unknown(message, Site(location, ""))

    def _scalar(self, message: Any, field: FieldDescriptor, content: Any, outer: Location) -> None:
        if field.type != FieldDescriptor.TYPE_STRING:
            return
        location, key = places.of_field(message.DESCRIPTOR, field, outer)
        texts = content if field.is_repeated else [content]
        written = [text for one in texts for text in self._written(one, Site(location, key))]
        if field.is_repeated:
            content[:] = written
        else:
            setattr(message, field.name, "".join(written))

    def _written(self, text: str, site: Site) -> list[str]:
        """The text as it leaves; nothing where it has to go."""
        try:
            new = self._books.scan(kind_of(text), text.encode(), site)
        except DropAttribute:
            return []
        return [text if new is None else new.decode()]

    def _lone_value(self, message: Any, field: Any, content: Any, outer: Location) -> None:
        location, key = places.of_field(message.DESCRIPTOR, field, outer)
        try:
            self._attributes.value(content, Site(location, key))
        except DropAttribute:
            message.ClearField(field.name)

    def _pairs(self, message: Any, pairs: Any, location: Location) -> None:
        tells = self._tells_on(message)
        roles = self._attributes.roles(pairs)
        for index in reversed(
            [
                index
                for index, pair in enumerate(pairs)
                if not self._attributes.attribute(pair, location, roles, tells=tells)
            ]
        ):
            del pairs[index]

    def _children(self, children: Any, location: Location) -> None:
        lost = [index for index, child in enumerate(children) if not self._child(child, location)]
        for index in reversed(lost):
            del children[index]

    def _child(self, child: Any, outer: Location) -> bool:
        """False if it has to go."""
        name, around = child.DESCRIPTOR.name, self._books.tally
        before = self._n_kept, self._n_dropped
        if name in places.OWNERS:
            self._books.tally = Tally(self._books.document)
        if name in places.ITEMS:
            self._books.tally.trace_id = getattr(child, "trace_id", b"").hex()
        try:
            self._message(child, outer)
        except DropItem:
            if name not in places.DROPPED_AS:
                raise
            self._count_dropped(child, before)
            return False
        else:
            return self._end(child, before)
        finally:
            self._books.tally = around

    def _end(self, child: Any, before: tuple[int, int]) -> bool:
        """Tells on it; false for an envelope of which nothing is left."""
        name = child.DESCRIPTOR.name
        lost_all = self._n_kept == before[0] and self._n_dropped > before[1]
        if name in places.ENVELOPES and lost_all:
            return False
        self._n_kept += int(name in places.ITEMS)
        if self._tells_on(child):
            tell(child.attributes, self._books.tally, self._summary, self._digest)
        return True

    def _count_dropped(self, child: Message, before: tuple[int, int]) -> None:
        n_items = n_items_in(child)
        self.report.dropped[places.DROPPED_AS[child.DESCRIPTOR.name]] += max(n_items, 1)
        self._n_kept, self._n_dropped = before[0], before[1] + n_items

    def _tells_on(self, message: Any) -> bool:
        """Not on metrics: an attribute more is another time series."""
        return self._books.signal != "metrics" and message.DESCRIPTOR.name in places.OWNERS

    def _unknown(self, message: Message, site: Site) -> None:
        """Fields that the protocol does not know; they go together if something is found."""
        found = False
        fields: Any = UnknownFieldSet(message)
        for field in fields:
            if field.wire_type == _LEN:
                try:
                    found |= self._books.scan("unknown", field.data, site) is not None
                except (DropAttribute, DropItem):
                    found = True
            found |= field.wire_type == _START_GROUP
        if found:
            self.report.dropped["unknown_field"] += 1
            message.DiscardUnknownFields()


def kind_of(text: str) -> str:
    """Whether it will be read as JSON."""
    return "json" if text.lstrip(" \t\n\f\r")[:1] in ("{", "[") else "string"


def n_items_in(message: Any) -> int:
    if message.DESCRIPTOR.name in places.ITEMS:
        return 1
    if message.DESCRIPTOR.name not in places.ENVELOPES:
        return 0
    children: list[Any] = []
    for field, content in message.ListFields():
        if field.message_type is not None:
            children += content if field.is_repeated else [content]
    return sum(n_items_in(child) for child in children)
