"""The native core of Spanloom, as Python sees it.

Shapes: n items kept in the batch (spans, log records, data points), r resources,
s scopes, m metrics, e events. Times are unix nanoseconds. Arrays are read-only.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Self, TypeAlias, final

import numpy as np
from google.protobuf.message import Message
from numpy.typing import NDArray

Signal: TypeAlias = Literal["traces", "logs", "metrics"]
Level: TypeAlias = Literal["item", "resource", "scope", "event", "link"]
Bool: TypeAlias = NDArray[np.bool_]
AttributeValue: TypeAlias = (
    str | bool | int | float | bytes | Sequence["AttributeValue"] | Mapping[str, "AttributeValue"]
)
Values: TypeAlias = AttributeValue | NDArray[Any] | Sequence[AttributeValue | None]

__version__: str

class BatchError(ValueError):
    """A batch was used wrongly: lengths differ, an unknown level, a kept view."""

class DecodeError(BatchError):
    """The bytes are no valid OTLP. Never quotes content."""

class RuleError(ValueError):
    """A document of redaction rules cannot be used: all its problems, one a line."""

class Closed(Exception):
    """The inbox is closed and empty; nothing will ever come again."""

@final
class Column:
    """One attribute (or field) of every owner at a level, as columns of length n."""

    present: Bool
    n_present: int
    """How many owners have a value."""
    kinds: NDArray[np.uint8]
    """0 absent, 1 string, 2 bool, 3 int, 4 double, 5 array, 6 kvlist, 7 bytes, 8 empty."""
    codes: NDArray[np.int32]
    """(n,) index into `values`; -1 where there is no string."""
    values: list[str]
    """The distinct strings, in order of first appearance."""
    def __len__(self) -> int: ...
    def ints(self, default: int = 0) -> NDArray[np.int64]:
        """Ints, and bools as 0/1; `default` elsewhere."""
    def floats(self, default: float = ...) -> NDArray[np.float64]:
        """Doubles and ints; `default` (NaN) elsewhere."""
    def bools(self, default: bool = False) -> Bool: ...
    def strings(self, default: str = "") -> list[str]: ...
    def distinct(self) -> tuple[NDArray[np.int32], list[Any]]:
        """(n,) codes and the distinct Python values they stand for, of any kind, nested too.

        -1 where there is no value. In order of first appearance; a list or map is distinct by
        how it is encoded, and 1 from 1.0 and True.
        """
    def hashes(self) -> NDArray[np.uint64]:
        """(n,) a hash of each string; 0 where there is none, or an empty one.

        SipHash with a key that each process draws: equal strings have equal hashes in this process
        alone, and no sender can choose strings with equal ones.
        """
    def objects(self) -> list[Any]:
        """Python values (str, bool, int, float, bytes, list, dict, None), nested ones too. Slow."""

class Batch:
    """Items of one signal: the bytes that came, an index, and this holder's edits.

    A batch is owned by whoever holds it, and must be settled once: `ack`, `nack`
    or `drop`. One that is garbage-collected unsettled counts as refused, so that
    the sender tries again, or as dropped ("lost") where it was acknowledged. Columns
    and masks have the length of the items kept.
    """

    signal: Signal
    size_bytes: int
    """Size of the encoded batch; an estimate (within the edits) before `encode`."""
    n_resources: int
    n_scopes: int
    resource_index: NDArray[np.int32]
    """(n,) the resource of each item."""
    scope_index: NDArray[np.int32]
    scope_names: list[str]
    scope_versions: list[str]
    scope_resource_index: NDArray[np.int32]
    """(s,) the resource of each scope."""
    resource_schema_urls: list[str]
    """(r,) of the conventions that a resource's attributes follow; empty where none is named."""
    scope_schema_urls: list[str]
    """(s,) the same for a scope and its items."""
    is_edited: bool
    is_awaited: bool
    """Whether somebody may send it again: True until `acknowledge`."""
    open_views: int
    """How many arrays made from this batch's memory are still alive."""

    def __len__(self) -> int: ...
    @classmethod
    def from_bytes(cls, request: bytes) -> Self:
        """A batch from an encoded Export*ServiceRequest (not tied to any sender)."""
    @classmethod
    def from_json(cls, request: bytes) -> Self: ...
    @classmethod
    def from_message(cls, request: Message) -> Self: ...
    @classmethod
    def concat(cls, batches: Sequence[Self]) -> Self:
        """One batch of all items, in order. Takes over (empties) the given ones.

        It is awaited when one of them is: join those that are not (`is_awaited`) apart.
        """
    def split(self, n_items_max: int) -> list[Self]:
        """Batches of at most `n_items_max` items, in order. Empties this one."""
    def part(self, mask: Bool) -> Self:
        """Move the items where mask is True into a batch of their own, settled separately.

        Edits go with them; the sender hears the worst of both. Either may be empty.
        """
    def fork(self) -> Self:
        """The same items with their own edits, settled separately; the sender hears the worst."""
    def adopt(self, other: Batch) -> None:
        """Take over what `other` owes its sender and its ledger; `other` is emptied."""
    def encode(self, max_bytes: int | None = None) -> list[bytes]:
        """Encoded requests, none above `max_bytes` unless one item alone is."""
    def encode_json(self) -> bytes:
        """The batch as one line of OTLP/JSON, without a newline."""
    def to_message(self) -> Any:
        """The Export*ServiceRequest with all edits applied."""

    # -- reading ---------------------------------------------------------
    def attribute(self, key: str, level: Level = "item") -> Column:
        """Level item (n,), resource (r,), scope (s,), event (e,), link (l,)."""
    def keys(self, level: Level = "item") -> list[str]:
        """The distinct attribute keys present, in order of first appearance."""
    def codes(
        self, keys: Sequence[str], level: Level = "item"
    ) -> tuple[NDArray[np.int32], list[tuple[str | None, ...]]]:
        """(n,) codes of the combinations of these keys' strings, and the combinations.

        None stands for what is no string. In order of first appearance, so none is without an item.
        """
    def ints(
        self,
        keys: Sequence[str],
        default: int = 0,
        *,
        bounds: tuple[int, int] | None = None,
        level: Level = "item",
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8] | None]:
        """(k, n) what `Column.ints` says of each key, and (k, n) what `Column.kinds` says.

        The kinds are None where every value is an int, and within `bounds`, both included: then
        there is nothing to look at.
        """
    def key_kinds(self, level: Level = "item") -> dict[str, int]:
        """The same keys, each with the kinds of all its values as bits (`1 << Column.kinds`).

        Costs as much as `keys`, and tells of many keys at once that no value needs a look.
        """

    # -- edits; each is visible to the next read ----------------------------
    def set_attribute(
        self,
        key: str,
        value: Values,
        *,
        codes: NDArray[np.integer[Any]] | None = None,
        where: Bool | None = None,
        level: Level = "item",
    ) -> None:
        """Set or add. One value for all, or one per owner; None entries are left alone.

        With `codes`, `value` is a list of distinct strings and owner i gets
        value[codes[i]]; negative codes are left alone.
        """
    def set_attributes(
        self,
        values: dict[str, Values],
        *,
        codes: NDArray[np.integer[Any]] | None = None,
        where: Bool | None = None,
        level: Level = "item",
    ) -> None:
        """Set several in one pass: each as `set_attribute` does.

        With `codes`, a list (or tuple) holds distinct values of any kind, and owner i gets
        list[codes[i]]; arrays and single values are as without.
        """
    def remove_attribute(
        self, key: str, *, where: Bool | None = None, level: Level = "item"
    ) -> None: ...
    def rename_attribute(
        self,
        old: str,
        new: str,
        *,
        where: Bool | None = None,
        level: Level = "item",
        overwrite: bool = False,
    ) -> None:
        """Where `new` exists already nothing changes, unless `overwrite`."""
    def set_schema_url(
        self,
        value: str,
        *,
        where: Bool | None = None,
        level: Literal["resource", "scope"] = "scope",
    ) -> None:
        """Write the URL of resources (r,) or scopes (s,); an empty one removes it."""
    def keep(self, mask: Bool, reason: str = "filtered") -> None:
        """Drop the items where mask is False, and count them under `reason`."""
    def replace_items(self, items: Sequence[Message | bytes | None]) -> None:
        """Put these messages (None: as it was) in the place of the items."""
    def replace_request(self, request: bytes, reason: str = "filtered") -> None:
        """Put an encoded request in the place of all; items that it lacks count under `reason`."""

    # -- settling ------------------------------------------------------------
    def enter(self, ledger: Ledger) -> None:
        """Count the items as received by a pipeline; later settling counts there.

        A batch that a connector hands on enters a second ledger: the outcome then counts
        in both, while `keep` and `drop` count in the newest alone (for the older ones
        those items are delivered, namely to the connector).
        """
    def acknowledge(self) -> None:
        """Tell the sender now; what happens later only shows in the ledger.

        From then on the batch is not awaited: exporters try longer, and what fails counts as
        dropped.
        """
    def ack(self) -> None:
        """Delivered."""
    def nack(
        self,
        message: str,
        *,
        retryable: bool,
        reason: str = "failed",
        retry_after_s: float | None = None,
        grpc_code: int | None = None,
    ) -> None:
        """Not delivered: the sender shall try again, or dropped under `reason`: when that would
        not help (not retryable), or when the batch is not awaited.
        """
    def drop(self, reason: str) -> None:
        """Dropped on purpose: counted under `reason`, the sender hears success."""
    def reject(self, n_items: int, reason: str = "rejected") -> None:
        """Count `n_items` as refused for good by the destination, not as delivered."""

@final
class KeyMap:
    """Python objects by keys of 64 bits, such as `Column.hashes`: a dict that is asked in bulk.

    Any number of threads may use it. As large as its user lets it become, 24 bytes a key or so.
    A reference cycle through it is never collected.
    """

    def __init__(self) -> None: ...
    def __len__(self) -> int: ...
    def get(self, key: int) -> Any:
        """None where the key is not known."""
    def set(self, key: int, value: object) -> None: ...
    def has_any(self, keys: NDArray[np.uint64]) -> bool:
        """Whether one of the keys is known."""
    def add_new(self, keys: NDArray[np.uint64], value: object) -> bool:
        """Add all keys with this one value; or none, and False, if one is known or is twice."""

@final
class Traces(Batch):
    start_time_unix_nano: NDArray[np.uint64]
    end_time_unix_nano: NDArray[np.uint64]
    trace_id: NDArray[np.uint8]
    """(n, 16)"""
    span_id: NDArray[np.uint8]
    """(n, 8)"""
    parent_span_id: NDArray[np.uint8]
    """(n, 8), zeros for a root."""
    kind: NDArray[np.uint8]
    status_code: NDArray[np.uint8]
    flags: NDArray[np.uint32]
    name: Column
    status_message: Column
    trace_state: Column
    event_index: NDArray[np.int32]
    """(e,) the span of each event, dropped ones left out."""
    event_name: Column
    event_time_unix_nano: NDArray[np.uint64]
    link_index: NDArray[np.int32]
    def identities(self) -> NDArray[np.uint64]:
        """(6, n) trace id (two rows), span id, parent's id, start and end; a copy, to keep.

        Ids are words in the order of this machine's bytes, as `trace_id.view(np.uint64)` has them.
        """
    def keep_events(self, mask: Bool) -> None:
        """Drop the events (e,) where mask is False. `dropped_events_count` stays as it came."""
    def set_name(self, value: str | Sequence[str | None], *, where: Bool | None = None) -> None: ...
    def set_status(
        self, code: int, message: str | None = None, *, where: Bool | None = None
    ) -> None:
        """Code 0 unset, 1 ok, 2 error; `message` None removes the message."""
    def set_trace_state(
        self, value: str | Sequence[str | None], *, where: Bool | None = None
    ) -> None: ...
    def spans(self) -> Iterator[Any]:
        """opentelemetry.proto Span objects, copies, with edits applied. Slow."""

@final
class Logs(Batch):
    time_unix_nano: NDArray[np.uint64]
    observed_time_unix_nano: NDArray[np.uint64]
    severity_number: NDArray[np.uint8]
    trace_id: NDArray[np.uint8]
    span_id: NDArray[np.uint8]
    flags: NDArray[np.uint32]
    severity_text: Column
    event_name: Column
    body: Column
    def set_body(self, value: Values, *, where: Bool | None = None) -> None: ...
    def records(self) -> Iterator[Any]:
        """opentelemetry.proto LogRecord objects, copies, with edits applied. Slow."""

@final
class Metrics(Batch):
    """Items are data points."""

    n_metrics: int
    metric_index: NDArray[np.int32]
    """(n,) the metric of each point."""
    metric_scope_index: NDArray[np.int32]
    """(m,)"""
    metric_names: list[str]
    metric_units: list[str]
    metric_kinds: NDArray[np.uint8]
    """(m,) 0 none, 1 gauge, 2 sum, 3 histogram, 4 exponential histogram, 5 summary."""
    start_time_unix_nano: NDArray[np.uint64]
    time_unix_nano: NDArray[np.uint64]
    value: NDArray[np.float64]
    """(n,) of gauges and sums; NaN elsewhere."""
    def set_metric_name(
        self, value: str | Sequence[str | None], *, where: Bool | None = None
    ) -> None:
        """`where` and values have length m."""
    def metrics(self) -> Iterator[Any]:
        """opentelemetry.proto Metric objects, copies, with edits applied. Slow."""

@final
class Finding:
    """Something a rule found in a text."""

    rule: str
    action: str
    """What was done: `flag`, `token`, `partial`, `hmac`, `hash`, `drop_match`, `drop_attribute`,
    `drop_item`."""
    score: int
    """0 to 100, context included."""
    dry_run: bool
    role: str
    """`none`, `system`, `user`, `assistant` or `tool`."""
    message_index: int | None
    start: int | None
    """In characters of the text that was given; None where it stands in two parts of a message."""
    end: int | None

@final
class TextReport:
    """What redaction makes of one text."""

    outcome: Literal["unchanged", "replaced", "drop_attribute", "drop_item", "unscanned"]
    text: str
    """What leaves in its place; empty where it is dropped."""
    reason: str
    """Why it is `unscanned`: `too_large`, `timeout`, `unstable`, `internal`; empty otherwise."""
    findings: list[Finding]

@final
class RedactionReport:
    """What redaction did to one batch. Holds nothing of its content."""

    findings: dict[tuple[str, str], int]
    """By rule id and action (as in `Finding`; `dry_run` for rules that are only tried)."""
    values: dict[str, int]
    """Scanned, by kind: `string`, `json`, `bytes`, `number`, `key`, `unknown`."""
    unscanned: dict[str, int]
    """Replaced (or passed) unscanned, by reason: as in `TextReport`."""
    dropped: dict[str, int]
    """By what went: `attribute`, `item`, `event`, `link`, `unknown_field`."""
    keys: dict[str, int]
    """Attributes by the fate of their key: `drop`, `mask`, `ignore`, `allow_only` (not in it)."""
    bytes_scanned: int
    seconds: float
    audit: list[tuple[str, str, str, str, str | None]]
    """(trace id in hex or "", rule id, action, key path, HMAC in hex); only with `audit=True`."""

@final
class Redactor:
    """Compiled redaction rules. Immutable; any number of threads may use it at once."""

    digest: str
    """8 hex digits that tell rule documents apart; the HMAC key takes no part."""
    n_rules: int
    n_literals: int
    memory_bytes: int
    def __init__(
        self,
        document: bytes,
        *,
        summary: Literal["silent", "info", "debug"] = "info",
        drop_reason: str = "redaction",
    ) -> None:
        """`document`: the rules as JSON, as `spanloom.processors.redaction` writes them.

        `summary`: what is written on items, resources and scopes with findings. Items that
        a rule drops are counted under `drop_reason`. Raises RuleError.
        """
    def redact(self, batch: Batch, *, audit: bool = False) -> RedactionReport:
        """Edit the batch in place. One without findings keeps its very bytes and its index.

        All or nothing: on an error (BatchError, or RuntimeError for a defect) the batch is as
        it was, and must not be passed on.
        """
    def redact_text(
        self,
        text: str,
        *,
        key: str = "",
        signal: Signal = "logs",
        location: str = "log.body",
        role: str = "none",
    ) -> TextReport:
        """What the rules make of one value at a place (location, role: as rules name them)."""

@final
class Randomness:
    """56 bits made of ids, the same for everyone, for consistent sampling. Immutable."""

    def __init__(
        self, source: Literal["low56", "fnv1a", "sha256", "sha256_hex"], *, seed: int = 0
    ) -> None:
        """What they are made of.

        `low56`: the last 56 bits, as W3C Trace Context level 2 has it. `fnv1a`: 14 bits of the
        FNV-1a of the seed (4 bytes, little-endian) and the bytes, as the Collector's `hash_seed`.
        `sha256`: SHA-256 modulo 100, as instrumentation-sdk's `is_sampled`; `sha256_hex`: of the
        lower-case hex digits. Raises ValueError.
        """
    def of_ids(self, ids: NDArray[np.uint8]) -> tuple[NDArray[np.uint64], Bool | None]:
        """(n,) randomness of ids (n, width), and (n,) which are all zeros, or None for none.

        Zeros stand for no id; they get 2^56 - 1, which passes every threshold. The arrays are
        the caller's own. Releases the GIL.
        """
    def of_bytes(self, data: bytes) -> int:
        """The randomness of any bytes. Releases the GIL."""
    def sample(
        self,
        batch: Traces,
        threshold: int,
        state: str | None,
        *,
        reason: str,
        of_span_ids: bool = False,
    ) -> int | None:
        """Keep the spans whose id has at least `threshold` as its randomness; how many those are.

        The others are dropped under `reason`. `state` is the text of the threshold: the spans
        kept get the tracestate `ot=th:<state>`, or `ot=rv:<randomness>;th:<state>` where the
        source is not `low56`; None leaves them as they are.

        None where chance alone does not decide: a span has a tracestate, `sampling.priority`,
        or no such id. Nothing has been done to the batch then.
        """

@final
class Ledger:
    """What became of a pipeline's items: received = delivered + refused + dropped + in flight."""

    def snapshot(self) -> dict[str, Any]:
        """{"received", "delivered", "refused", "in_flight": int, "dropped": {reason: int}}"""

@final
class ByteBudget:
    """The bytes in flight, from the first one read to the last holder's release."""

    def __init__(self, limit_bytes: int, hard_limit_bytes: int) -> None:
        """No new request is begun at the limit; no byte is read beyond the hard limit."""
    limit_bytes: int
    hard_limit_bytes: int
    used_bytes: int
    peak_bytes: int

@final
class Listener:
    """A bound and listening socket. Lives across reloads: servers only borrow it."""

    def __init__(self, address: str, *, backlog: int = 4096) -> None:
        """`host:port`, `[v6]:port`, or `unix:/path`. Raises OSError naming the address."""
    address: str
    """With the port really bound."""
    def close(self) -> None: ...

@final
class Inbox:
    """What waits at a receiver, for one signal."""

    def pull(
        self, *, max_bytes: int, linger_s: float, timeout_s: float
    ) -> Traces | Logs | Metrics | None:
        """All that waits, merged, at most `max_bytes` (or one request).

        Waits for a first request up to `timeout_s` (then None), and until the
        oldest has waited `linger_s`. Raises Closed once closed and empty.
        """
    n_waiting: int

@final
class RawRequest:
    """A request to a route registered from Python."""

    path: str
    peer: str
    headers: list[tuple[str, str]]
    body: bytes
    def reply(
        self, body: bytes, *, status: int | None = None, content_type: str = "application/json"
    ) -> None:
        """`status` is an HTTP status, or a gRPC code where the route is gRPC; None is success.

        A failed gRPC call carries no message: there `body` is the text of its status.
        Raises RuntimeError when it is answered already. One that is garbage-collected
        unanswered tells its client to try again.
        """

@final
class RawInbox:
    def pull(self, *, max_requests: int, linger_s: float, timeout_s: float) -> list[RawRequest]: ...

@final
class Server:
    """HTTP/1.1, HTTP/2 and gRPC on every listener."""

    def __init__(
        self,
        listeners: Sequence[Listener],
        budget: ByteBudget,
        *,
        signals: Sequence[Signal] = ("traces", "metrics", "logs"),
        threads: int = 1,
        grpc_message_bytes_max: int = 16 << 20,
        http_body_bytes_max: int = 16 << 20,
        traces_path: str = "/v1/traces",
        metrics_path: str = "/v1/metrics",
        logs_path: str = "/v1/logs",
        http_compressions: Sequence[str] | None = None,
        cors_allowed_origins: Sequence[str] = (),
        cors_allowed_headers: Sequence[str] = (),
        cors_max_age_s: int = 0,
        read_timeout_s: float = 30.0,
        keepalive_time_s: float = 7200.0,
        keepalive_timeout_s: float = 20.0,
        max_concurrent_streams: int = 1024,
        max_connections: int = 20_000,
        retry_after_s: float = 1.0,
    ) -> None: ...
    def inbox(self, signal: Signal) -> Inbox: ...
    def route_http(self, method: str, path: str) -> RawInbox: ...
    def route_grpc(self, path: str) -> RawInbox:
        """`/package.Service/Method`, unary."""
    def start(self) -> None: ...
    def drain(self, timeout_s: float) -> bool:
        """Accept nothing new, finish what is in flight, close; False if time ran out."""
    def close_inboxes(self) -> None:
        """Let `pull` raise Closed once what waits is taken."""
    def stats(self) -> list[tuple[str, dict[str, str], float]]:
        """Counters and gauges: (name, labels, value); counters that are zero may be absent.

        `accepted_`, `refused_` (by a pipeline) and `failed_` (by this server, with `reason`)
        `requests` and `items`, by `signal` (`none` for other paths) and `transport`;
        `connections_{open,accepted,refused,failed}`, `accept_errors`, `in_flight_bytes`,
        `in_flight_bytes_peak`, and `waiting_requests` by `signal`.
        """

@final
class GrpcClient:
    """Unary gRPC calls in plain text; the calling thread drives its own connection."""

    def __init__(
        self,
        address: str,
        *,
        authority: str,
        user_agent: str,
        metadata: Sequence[tuple[str, str]] = (),
        encoding: str | None = None,
        reply_bytes_max: int = 4 << 20,
    ) -> None:
        """To `host:port` or `unix:/path`; connects at the first call.

        `encoding` names the compression that the messages given to `call` already have.
        """
    def call(self, path: str, message: bytes, timeout_s: float) -> tuple[int, bytes, bytes | None]:
        """(gRPC status, reply, status details). Every failure is a status; never raises for one."""
    def close(self) -> None:
        """Cut what is in flight; later calls end as cancelled."""

def compress(
    data: bytes, encoding: Literal["gzip", "zstd", "deflate", "snappy"], level: int | None = None
) -> bytes: ...
def set_sampling_state(
    batch: Traces,
    randomness: NDArray[np.uint64],
    thresholds: Sequence[str],
    codes: NDArray[np.int64],
    *,
    where: Bool | None = None,
) -> None:
    """Set the tracestate of span i to `ot=rv:<randomness[i]>;th:<thresholds[codes[i]]>`.

    (n,) randomness below 2^56, and (n,) codes.
    """
