"""What the wire tests share: the oracle, and ways to build and to break requests."""

import os
import random
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS: dict[str, type[Message]] = {
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "logs": ExportLogsServiceRequest,
}
SIGNALS = sorted(REQUESTS)
ITEMS = {
    "Span",
    "LogRecord",
    "NumberDataPoint",
    "HistogramDataPoint",
    "ExponentialHistogramDataPoint",
    "SummaryDataPoint",
}
ID_BYTES = {"trace_id": 16, "span_id": 8, "parent_span_id": 8}
NESTING_MAX = 8

SCALE = int(os.environ.get("SPANLOOM_FUZZ_SCALE", "1"))
"""How many times longer than usual the random tests run."""
searched = settings(max_examples=25 * SCALE, deadline=None)

_SCALARS: dict[int, st.SearchStrategy[Any]] = {
    1: st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, 1e300, float("nan"), float("inf")]),
    3: st.integers(-(2**63), 2**63 - 1),
    4: st.integers(0, 2**64 - 1),
    5: st.integers(-(2**31), 2**31 - 1),
    6: st.integers(0, 2**64 - 1),
    7: st.integers(0, 2**32 - 1),
    8: st.booleans(),
    9: st.text(max_size=12),
    12: st.binary(max_size=12),
    13: st.integers(0, 2**32 - 1),
    14: st.integers(-(2**31), 2**31 - 1) | st.integers(0, 5),
    16: st.integers(-(2**63), 2**63 - 1),
    17: st.integers(-(2**31), 2**31 - 1),
}


def messages(signal: str) -> st.SearchStrategy[Message]:
    """Requests with every field of the schema set now and then, and valid ids."""
    return st.composite(lambda draw: _drawn(draw, REQUESTS[signal].DESCRIPTOR, 0))()


def _drawn(draw: st.DrawFn, descriptor: Descriptor, depth: int) -> Message:
    message: Message = descriptor._concrete_class()
    chosen = draw(st.sets(st.sampled_from([field.name for field in descriptor.fields])))
    for field in descriptor.fields:
        is_needed = depth < 3 or (descriptor.name == "Span" and field.name in ID_BYTES)
        if field.name in chosen or (is_needed and not field.has_presence):
            _fill(draw, message, field, depth)
    return message


def _fill(draw: st.DrawFn, message: Message, field: FieldDescriptor, depth: int) -> None:
    if field.message_type is None:
        _fill_scalar(draw, message, field)
    elif depth >= NESTING_MAX:
        return
    elif field.is_repeated:
        for _ in range(draw(st.integers(1, 2))):
            getattr(message, field.name).append(_drawn(draw, field.message_type, depth + 1))
    else:
        getattr(message, field.name).CopyFrom(_drawn(draw, field.message_type, depth + 1))
        getattr(message, field.name).SetInParent()


def _fill_scalar(draw: st.DrawFn, message: Message, field: FieldDescriptor) -> None:
    value = _SCALARS[field.type]
    if field.name in ID_BYTES:
        size = ID_BYTES[field.name]
        value = st.binary(min_size=size, max_size=size).filter(any)
    if field.is_repeated:
        getattr(message, field.name).extend(draw(st.lists(value, max_size=3)))
    else:
        setattr(message, field.name, draw(value))


def parses(signal: str, request: bytes) -> bool:
    """Whether the protobuf library takes these bytes."""
    try:
        REQUESTS[signal].FromString(request)
    except Exception:  # noqa: BLE001 - DecodeError or a UnicodeDecodeError, by implementation
        return False
    return True


def items(message: Message) -> list[Message]:
    """All spans, log records or data points below a message."""
    if message.DESCRIPTOR.name in ITEMS:
        return [message]
    found = []
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.name != "KeyValue":
            for child in value if field.is_repeated else [value]:
                found += items(child)
    return found


def mutated(rng: random.Random, request: bytes) -> bytes:
    """The request with a few bytes flipped, cut, doubled, moved or added."""
    data = bytearray(request)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice([1, 1, 2, 4, 8, 32]))
        match rng.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1 if at < len(data):
                data[at] = rng.choice([0, 1, 2, 10, 18, 0x7F, 0x80, 0xFF])
            case 2:
                del data[at:end]
            case 3:
                data[at:at] = data[at:end]
            case 4:
                data[at:at] = rng.randbytes(rng.randint(1, 8))
            case _:
                source = rng.randrange(len(data) + 1)
                data[at:at] = data[source : source + rng.randint(1, 40)]
    return bytes(data)


def stuttered(rng: random.Random, message: Message) -> bytes:
    """The message on the wire with some fields, singular ones too, written several times."""
    pieces = []
    for field, value in message.ListFields():
        if field.message_type is not None:
            children = value if field.is_repeated else [value]
            pieces += [length_delimited(field.number, stuttered(rng, c)) for c in children]
        else:
            alone = type(message)(**{field.name: value})
            pieces.append(alone.SerializeToString())
    if pieces and rng.random() < 0.5:
        pieces += rng.choices(pieces, k=rng.randint(1, 3))
    return b"".join(pieces)


def length_delimited(number: int, payload: bytes) -> bytes:
    """One field with a length."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def varint(value: int) -> bytes:
    """The value in base 128, least significant first."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
