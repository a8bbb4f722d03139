"""What the batch tests share: random requests, and edits done twice.

A `Model` holds the request as the protobuf library sees it and does every edit there;
what a batch says and encodes must be the same.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import spanloom_native as native
from google.protobuf.message import Message
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

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
        return AnyValue(kvlist_value={"values": pairs})
    if isinstance(value, list):
        return AnyValue(array_value={"values": [encoded_any(inner) for inner in value]})
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


class Model:
    """A request that is edited as the native batch is, by the protobuf library."""

    def __init__(self, signal: str, raw: bytes) -> None:
        self.signal = signal
        self.message: Any = REQUESTS[signal].FromString(raw)
        self.all_items = all_items(self.message)
        self.is_kept = [True] * len(self.all_items)
        self._had_items = [
            (resource, [(scope, len(scope_items(scope))) for scope in scopes(resource)])
            for resource in resources(self.message)
        ]

    def items(self) -> list[Any]:
        return [item for item, kept in zip(self.all_items, self.is_kept, strict=True) if kept]

    def owners(self, level: str) -> list[Any]:
        """Whatever has attributes at a level; envelopes themselves for resource and scope."""
        match level:
            case "resource":
                return list(resources(self.message))
            case "scope":
                return all_scopes(self.message)
            case "event" | "link":
                return [child for span in self.items() for child in getattr(span, level + "s")]
        return self.items()

    def attributes(self, level: str, owner: Any) -> Any:
        return (
            getattr(owner, level).attributes if level in ("resource", "scope") else owner.attributes
        )

    def read(self, key: str, level: str) -> list[Any]:
        """(kind, value) of the first attribute under the key."""
        found = []
        for owner in self.owners(level):
            values = [pair.value for pair in self.attributes(level, owner) if pair.key == key]
            found.append((kind_of(values[0]), decoded_any(values[0])) if values else (0, None))
        return found

    def keys(self, level: str) -> list[str]:
        owners = self.owners(level)
        pairs = [pair for owner in owners for pair in self.attributes(level, owner)]
        return list(dict.fromkeys(pair.key for pair in pairs))

    def set(self, key: str, values: Sequence[Any], mask: Sequence[bool], level: str) -> None:
        for owner, value, masked in zip(self.owners(level), values, mask, strict=True):
            if not masked or value is None:
                continue
            pairs = self.attributes(level, owner)
            same = [i for i, pair in enumerate(pairs) if pair.key == key]
            pair = pairs[same[0]] if same else pairs.add()
            pair.Clear()
            pair.key = key
            pair.value.CopyFrom(encoded_any(value))
            for i in reversed(same[1:]):
                del pairs[i]

    def remove(self, key: str, mask: Sequence[bool], level: str) -> None:
        for owner, masked in zip(self.owners(level), mask, strict=True):
            if not masked:
                continue
            pairs = self.attributes(level, owner)
            for i in reversed(range(len(pairs))):
                if pairs[i].key == key:
                    del pairs[i]

    def rename(
        self, names: tuple[str, str], mask: Sequence[bool], level: str, *, overwrite: bool
    ) -> None:
        old, new = names
        for i, (owner, masked) in enumerate(zip(self.owners(level), mask, strict=True)):
            pairs = self.attributes(level, owner)
            present = {pair.key for pair in pairs}
            if not masked or old not in present or (new in present and not overwrite):
                continue
            if new in present and new != old:
                self.remove(new, [j == i for j in range(len(mask))], level)
            for pair in pairs:
                if pair.key == old:
                    pair.key = new

    def keep(self, mask: Sequence[bool]) -> None:
        positions = [i for i, kept in enumerate(self.is_kept) if kept]
        for position, kept in zip(positions, mask, strict=True):
            self.is_kept[position] = bool(kept)

    def final(self) -> Message:
        """The request without dropped items, and without what they left empty."""
        kept = iter(self.is_kept)
        for resource, had in self._had_items:
            for scope, _ in had:
                self._prune(scope, kept)
            lost = [n_items > 0 and not scope_items(scope) for scope, n_items in had]
            if any(n_items for _, n_items in had) and not any(scope_items(s) for s, _ in had):
                resources(self.message).remove(resource)
                continue
            delete(scopes(resource), lost)
        return self.message

    def _prune(self, scope: Any, kept: Iterator[bool]) -> None:
        if self.signal != "metrics":
            delete(innermost(scope), [not next(kept) for _ in innermost(scope)])
            return
        had = [len(points(metric)) for metric in scope.metrics]
        for metric in scope.metrics:
            delete(points(metric), [not next(kept) for _ in points(metric)])
        delete(
            scope.metrics, [n and not points(m) for n, m in zip(had, scope.metrics, strict=True)]
        )


def delete(repeated: Any, lost: Sequence[Any]) -> None:
    for i in reversed(range(len(lost))):
        if lost[i]:
            del repeated[i]


def kind_of(value: AnyValue) -> int:
    """As `Column.kinds` numbers them."""
    number = {name: i + 1 for i, name in enumerate(
        ["string_value", "bool_value", "int_value", "double_value",
         "array_value", "kvlist_value", "bytes_value"]
    )}  # fmt: skip
    return number.get(value.WhichOneof("value") or "", 8)
