"""The native tables and opentelemetry-proto describe the same messages."""

from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from spanloom_native._native import checks

from tests.native.otlp_wire import REQUESTS, SIGNALS

KINDS = {
    FieldDescriptor.TYPE_BOOL: "Bool",
    FieldDescriptor.TYPE_BYTES: "Bytes",
    FieldDescriptor.TYPE_DOUBLE: "Double",
    FieldDescriptor.TYPE_ENUM: "Enum",
    FieldDescriptor.TYPE_FIXED32: "Fixed32",
    FieldDescriptor.TYPE_FIXED64: "Fixed64",
    FieldDescriptor.TYPE_INT32: "Int32",
    FieldDescriptor.TYPE_INT64: "Int64",
    FieldDescriptor.TYPE_MESSAGE: "Message",
    FieldDescriptor.TYPE_SFIXED64: "Sfixed64",
    FieldDescriptor.TYPE_SINT32: "Sint32",
    FieldDescriptor.TYPE_STRING: "String",
    FieldDescriptor.TYPE_UINT32: "Uint32",
    FieldDescriptor.TYPE_UINT64: "Uint64",
}


def reachable(root: Descriptor) -> list[Descriptor]:
    found = [root]
    for descriptor in found:
        children = [f.message_type for f in descriptor.fields if f.message_type is not None]
        found += [child for child in dict.fromkeys(children) if child not in found]
    return found


def row(field: FieldDescriptor) -> tuple[Any, ...]:
    described = field.message_type or field.enum_type
    oneof = field.containing_oneof
    is_real_oneof = oneof is not None and not oneof.name.startswith("_")
    return (
        field.number,
        field.name,
        field.json_name,
        KINDS[field.type],
        described.full_name if described else "",
        field.is_repeated,
        field.has_presence,
        oneof.name if is_real_oneof else None,
    )


def enums(root: Descriptor) -> list[EnumDescriptor]:
    fields = [field for descriptor in reachable(root) for field in descriptor.fields]
    return [field.enum_type for field in fields if field.enum_type is not None]


@pytest.mark.parametrize("signal", SIGNALS)
def test_the_tables_have_exactly_the_fields_of_the_protocol(signal: str) -> None:
    ours = {name: set(rows) for name, rows in checks.schema_rows(signal)}
    theirs = reachable(REQUESTS[signal].DESCRIPTOR)
    assert ours == {d.full_name: {row(field) for field in d.fields} for d in theirs}


@pytest.mark.parametrize("signal", SIGNALS)
def test_the_tables_have_exactly_the_enum_values_of_the_protocol(signal: str) -> None:
    ours = {name: dict(enumerate(values)) for name, values in checks.enum_names(signal)}
    theirs = enums(REQUESTS[signal].DESCRIPTOR)
    assert ours == {e.full_name: {v.number: v.name for v in e.values} for e in theirs}


@pytest.mark.parametrize("signal", SIGNALS)
def test_no_message_has_two_oneofs(signal: str) -> None:
    for name, rows in checks.schema_rows(signal):
        assert len({row[-1] for row in rows} - {None}) <= 1, name
