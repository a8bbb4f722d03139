"""What the batch tests share: random requests, and ways through them."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import spanloom_native as native
from google.protobuf.message import Message
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    KeyValue,
    KeyValueList,
)

from tests.native.otlp_wire import REQUESTS, length_delimited, varint

BATCHES = {"traces": native.Traces, "logs": native.Logs, "metrics": native.Metrics}
KEYS = ["a", "b", "gen_ai.request.model", "k" * 130]
TEXTS = ["", "x", "größe", "y" * 120, "z" * 200]
DATA = ["gauge", "sum", "histogram", "exponential_histogram", "summary"]
UNKNOWN = [
    length_delimited(99, b"unknown"),
    varint(98 << 3 | 0) + b"\x05",
    varint(97 << 3 | 3) + length_delimited(9, b"in a group") + varint(97 << 3 | 4),
]

SCALARS = {
    str: "string_value",
    bool: "bool_value",
    int: "int_value",
    float: "double_value",
    bytes: "bytes_value",
}


def any_value(rng: random.Random, depth: int = 0) -> Any:
    """A Python value that an attribute can have."""
    choices: list[Callable[[], Any]] = [
        lambda: rng.choice(TEXTS),
        lambda: rng.random() < 0.5,
        lambda: rng.choice([0, -1, 7, 2**63 - 1, -(2**63)]),
        lambda: rng.choice([0.0, 1.5, -2e300]),
        lambda: rng.randbytes(rng.randrange(4)),
    ]
    if depth < 3:
        choices += [
            lambda: [any_value(rng, depth + 1) for _ in range(rng.randrange(3))],
            lambda: {key: any_value(rng, depth + 1) for key in rng.sample(KEYS, rng.randrange(3))},
        ]
    return rng.choice(choices)()


def encoded_any(value: Any) -> AnyValue:
    """The wire's form of a Python value."""
    if value is None:
        return AnyValue()
    if isinstance(value, dict):
        pairs = [KeyValue(key=key, value=encoded_any(inner)) for key, inner in value.items()]
        return AnyValue(kvlist_value=KeyValueList(values=pairs))
    if isinstance(value, list):
        return AnyValue(array_value=ArrayValue(values=[encoded_any(inner) for inner in value]))
    return AnyValue(**{SCALARS[type(value)]: value})


def decoded_any(value: AnyValue) -> Any:
    """The Python form of a value on the wire."""
    match value.WhichOneof("value"):
        case "array_value":
            return [decoded_any(inner) for inner in value.array_value.values]
        case "kvlist_value":
            pairs = reversed(value.kvlist_value.values)
            return {pair.key: decoded_any(pair.value) for pair in pairs}
        case None | "string_value_strindex":
            return None
        case name:
            return getattr(value, name)


def attributes(rng: random.Random) -> list[KeyValue]:
    """A few; keys may come twice, values may be missing."""
    found = []
    for _ in range(rng.choice([0, 1, 2, 3, 6])):
        pair = KeyValue(key=rng.choice(KEYS))
        if rng.random() < 0.95:
            pair.value.CopyFrom(encoded_any(any_value(rng)))
        found.append(pair)
    return found


def request(rng: random.Random, signal: str) -> Message:
    """A request with empty, repeated and full groups."""
    message = REQUESTS[signal]()
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        resource = resources(message).add(schema_url=rng.choice(TEXTS))
        if rng.random() < 0.8:
            resource.resource.SetInParent()
            resource.resource.attributes.extend(attributes(rng))
        for _ in range(rng.choice([0, 1, 1, 2])):
            scope = scopes(resource).add(schema_url=rng.choice(TEXTS))
            if rng.random() < 0.8:
                scope.scope.name = rng.choice(TEXTS)
                scope.scope.attributes.extend(attributes(rng))
            for _ in range(rng.choice([0, 1, 2, 4])):
                ADD[signal](rng, scope)
    return message


def add_span(rng: random.Random, scope: Any) -> None:
    span = scope.spans.add(
        trace_id=rng.randbytes(16),
        span_id=rng.randbytes(8),
        parent_span_id=rng.choice([b"", rng.randbytes(8)]),
        name=rng.choice(TEXTS),
        trace_state=rng.choice(TEXTS),
        kind=rng.randrange(6),
        start_time_unix_nano=rng.randrange(2**64),
        end_time_unix_nano=rng.randrange(2**64),
        flags=rng.randrange(2**32),
        attributes=attributes(rng),
    )
    for _ in range(rng.choice([0, 0, 1, 3])):
        span.events.add(name=rng.choice(TEXTS), time_unix_nano=5, attributes=attributes(rng))
    for _ in range(rng.choice([0, 0, 1, 2])):
        span.links.add(
            trace_id=rng.randbytes(16), span_id=rng.randbytes(8), attributes=attributes(rng)
        )
    if rng.random() < 0.6:
        span.status.code = rng.randrange(3)
        span.status.message = rng.choice(TEXTS)


def add_record(rng: random.Random, scope: Any) -> None:
    record = scope.log_records.add(
        time_unix_nano=rng.randrange(2**64),
        observed_time_unix_nano=rng.randrange(2**64),
        severity_number=rng.randrange(25),
        severity_text=rng.choice(TEXTS),
        event_name=rng.choice(TEXTS),
        trace_id=rng.choice([b"", rng.randbytes(16)]),
        span_id=rng.choice([b"", rng.randbytes(8)]),
        flags=rng.randrange(2**32),
        attributes=attributes(rng),
    )
    if rng.random() < 0.8:
        record.body.CopyFrom(encoded_any(any_value(rng)))


def add_metric(rng: random.Random, scope: Any) -> None:
    metric = scope.metrics.add(name=rng.choice(TEXTS), unit=rng.choice(TEXTS))
    metric.metadata.extend(attributes(rng))
    kind = rng.choice([*DATA, None])
    if kind is None:
        return
    data = getattr(metric, kind)
    data.SetInParent()
    for _ in range(rng.choice([0, 1, 2, 5])):
        point = data.data_points.add(
            start_time_unix_nano=rng.randrange(2**64),
            time_unix_nano=rng.randrange(2**64),
            attributes=attributes(rng),
        )
        if kind in ("gauge", "sum") and rng.random() < 0.9:
            setattr(point, *rng.choice([("as_int", -3), ("as_double", 2.5)]))
        elif kind == "histogram":
            point.bucket_counts.extend([1, 2, 3])
            point.exemplars.add(as_int=4, filtered_attributes=attributes(rng))


ADD = {"traces": add_span, "logs": add_record, "metrics": add_metric}


def wire(rng: random.Random, message: Message) -> bytes:
    """The message with its fields in any order and unknown ones between them."""
    pieces = []
    for field, value in message.ListFields():
        if field.message_type is not None:
            children = value if field.is_repeated else [value]
            pieces += [length_delimited(field.number, wire(rng, child)) for child in children]
        else:
            pieces.append(type(message)(**{field.name: value}).SerializeToString())
    if rng.random() < 0.3:
        rng.shuffle(pieces)
    if rng.random() < 0.1 and message.DESCRIPTOR.name not in ("AnyValue", "Buckets"):
        pieces.insert(rng.randrange(len(pieces) + 1), rng.choice(UNKNOWN))
    return b"".join(pieces)


def resources(message: Any) -> Any:
    return getattr(message, message.DESCRIPTOR.fields[0].name)


def scopes(resource: Any) -> Any:
    return getattr(resource, resource.DESCRIPTOR.fields_by_number[2].name)


def innermost(scope: Any) -> Any:
    return getattr(scope, scope.DESCRIPTOR.fields_by_number[2].name)


def points(metric: Any) -> Any:
    kind = metric.WhichOneof("data")
    return getattr(metric, kind).data_points if kind else []


def scope_items(scope: Any) -> list[Any]:
    found = innermost(scope)
    if scope.DESCRIPTOR.name == "ScopeMetrics":
        return [point for metric in found for point in points(metric)]
    return list(found)


def all_scopes(message: Any) -> list[Any]:
    return [scope for resource in resources(message) for scope in scopes(resource)]


def all_items(message: Any) -> list[Any]:
    """Spans, records or data points in order."""
    return [item for scope in all_scopes(message) for item in scope_items(scope)]


def canonical(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)


def placed(message: Any) -> Iterator[tuple[bytes, ...]]:
    """Every item with all that is around it, as bytes."""
    for resource in resources(message):
        for scope in scopes(resource):
            outer = canonical(without_children(resource)) + canonical(without_children(scope))
            for child in innermost(scope):
                if scope.DESCRIPTOR.name != "ScopeMetrics":
                    yield outer, canonical(child)
                    continue
                header = type(child)()
                header.CopyFrom(child)
                if points(header):
                    del points(header)[:]
                for point in points(child):
                    yield outer, canonical(header), canonical(point)


def without_children(envelope: Any) -> Any:
    bare = type(envelope)()
    bare.CopyFrom(envelope)
    bare.ClearField(bare.DESCRIPTOR.fields_by_number[2].name)
    return bare


def kind_of(value: AnyValue) -> int:
    """As `Column.kinds` numbers them."""
    number = {name: i + 1 for i, name in enumerate(
        ["string_value", "bool_value", "int_value", "double_value",
         "array_value", "kvlist_value", "bytes_value"]
    )}  # fmt: skip
    return number.get(value.WhichOneof("value") or "", 8)
