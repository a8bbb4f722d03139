"""Every text of every message is redacted, wherever it stands."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from tests.native.batch_cases import BATCHES, UNKNOWN
from tests.native.otlp_wire import (
    ID_BYTES,
    REQUESTS,
    SIGNALS,
    length_delimited,
    messages,
    searched,
    stuttered,
    varint,
)
from tests.native.redactor_rules import CANARY, MASKED, redactor

TEXT_TYPES = {FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES}
VISITS_MAX = 2
"""How often a path goes through the same message: arrays in maps in arrays."""

Path = tuple[FieldDescriptor, ...]


def text_paths(descriptor: Descriptor, before: Path = ()) -> Iterator[Path]:
    """The ways from a message to each text that it can hold."""
    if sum(field.containing_type is descriptor for field in before) >= VISITS_MAX:
        return
    for field in descriptor.fields:
        if field.message_type is not None:
            yield from text_paths(field.message_type, (*before, field))
        elif field.type in TEXT_TYPES and field.name not in ID_BYTES:
            yield (*before, field)


def message_at(path: Path, leaf: Any) -> Message:
    """A request that holds `leaf` at the end of the path, and no more than it needs."""
    request: Message = path[0].containing_type._concrete_class()
    message: Any = request
    for field in path[:-1]:
        message = getattr(message, field.name)
        message = message.add() if field.is_repeated else message
        message.SetInParent()
        if field.message_type.name == "Span":
            message.trace_id, message.span_id = b"t" * 16, b"s" * 8
    last = path[-1]
    if last.is_repeated:
        getattr(message, last.name).append(leaf)
    else:
        setattr(message, last.name, leaf)
    return request


def replaced(message: Any, old: str, new: str) -> None:
    """Put `new` in the place of `old` in every text of a message."""
    for field, value in message.ListFields():
        if field.message_type is not None:
            for child in value if field.is_repeated else [value]:
                replaced(child, old, new)
        elif field.is_repeated and field.type == FieldDescriptor.TYPE_STRING:
            value[:] = [text.replace(old, new) for text in value]
        elif field.type == FieldDescriptor.TYPE_STRING:
            setattr(message, field.name, value.replace(old, new))
        elif field.type == FieldDescriptor.TYPE_BYTES and field.name not in ID_BYTES:
            setattr(message, field.name, replaced_bytes(value, old, new))


def replaced_bytes(value: bytes, old: str, new: str) -> bytes:
    """The same of bytes that are text; others stay."""
    try:
        return value.decode().replace(old, new).encode()
    except UnicodeDecodeError:
        return value


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_canary_in_any_text_of_the_protocol_is_replaced(signal: str) -> None:
    rules = redactor()
    for path in text_paths(REQUESTS[signal].DESCRIPTOR):
        where = ".".join(field.name for field in path)
        is_bytes = path[-1].type == FieldDescriptor.TYPE_BYTES
        text = f"before {CANARY} after"
        request = message_at(path, text.encode() if is_bytes else text)
        batch = BATCHES[signal].from_message(request)
        rules.redact(batch)
        replaced(request, CANARY, MASKED)
        assert batch.to_message() == request, where


@pytest.mark.parametrize("signal", SIGNALS)
@searched
@given(data=st.data())
def test_exactly_the_canaries_of_a_random_request_are_replaced(signal: str, data: Any) -> None:
    request = data.draw(messages(signal))
    replaced(request, "0", CANARY)
    batch = BATCHES[signal].from_message(request)
    redactor(scan_numbers="none").redact(batch)
    replaced(request, CANARY, MASKED)
    assert batch.to_message().SerializeToString() == request.SerializeToString()


@pytest.mark.parametrize("signal", SIGNALS)
@searched
@given(data=st.data())
def test_a_request_without_findings_keeps_its_bytes(signal: str, data: Any) -> None:
    request = data.draw(messages(signal)).SerializeToString() + b"".join(UNKNOWN)
    batch = BATCHES[signal].from_bytes(request)
    redactor("debug").redact(batch)
    assert batch.encode() == [request]
    assert not batch.is_edited


@pytest.mark.parametrize("signal", SIGNALS)
@searched
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_fields_written_several_times_are_merged_and_redacted(
    signal: str, data: Any, seed: int
) -> None:
    request = data.draw(messages(signal))
    replaced(request, "0", CANARY)
    batch = BATCHES[signal].from_bytes(stuttered(random.Random(seed), request))
    expected = batch.to_message()
    redactor(scan_numbers="none").redact(batch)
    replaced(expected, CANARY, MASKED)
    assert batch.to_message().SerializeToString() == expected.SerializeToString()


@pytest.mark.parametrize("signal", SIGNALS)
def test_what_a_parser_would_not_see_does_not_leave_either(signal: str) -> None:
    text = next(text_paths(REQUESTS[signal].DESCRIPTOR))
    request = message_at(text, CANARY).SerializeToString()
    batch = BATCHES[signal].from_bytes(hidden(request))
    redactor().redact(batch)
    assert CANARY.encode() not in batch.encode()[0]


def hidden(request: bytes) -> bytes:
    """A request whose first resource is given twice in its envelope, the first with a canary."""
    envelope = length_delimited(3, CANARY.encode()) + length_delimited(3, b"last one wins")
    return request + length_delimited(1, envelope)


GROUP = varint(97 << 3 | 3), varint(97 << 3 | 4)


@pytest.mark.parametrize(
    "field",
    [
        length_delimited(99, CANARY.encode()),
        length_delimited(99, length_delimited(1, length_delimited(7, CANARY.encode()))),
        GROUP[0] + length_delimited(2, CANARY.encode()) + GROUP[1],
    ],
)
@pytest.mark.parametrize("signal", SIGNALS)
def test_an_unknown_field_with_a_finding_goes_as_a_whole(signal: str, field: bytes) -> None:
    clean = b"".join(UNKNOWN)
    for depth in range(4):
        kept, given = clean, field + clean
        for _ in range(depth):
            kept, given = length_delimited(1, kept), length_delimited(1, given)
        if depth == 3 and signal != "metrics":
            continue
        batch = BATCHES[signal].from_bytes(given)
        report = redactor().redact(batch)
        assert batch.encode() == [kept]
        assert report.dropped == {"unknown_field": 1}


def test_an_id_of_a_foreign_length_is_looked_through() -> None:
    request = REQUESTS["logs"]()
    record = request.resource_logs.add().scope_logs.add().log_records.add()
    record.trace_id, record.span_id = CANARY.encode(), b"s" * 8
    batch = BATCHES["logs"].from_message(request)
    redactor().redact(batch)
    record.ClearField("trace_id")
    assert batch.to_message() == request
