"""What a dialect is: names that some library gives to the facts of a GenAI call.

A dialect is one file in `dialects/` with one object named `DIALECT`. It only declares; the
engine applies it to whole columns, keeps what is there already (unless `overwrite`), counts
what cannot be converted, and writes `gen_ai.normalized.from` where something was added.

    DIALECT = Dialect(
        name="acme",
        scopes=("acme.tracing*",),
        keys=("acme.span_type",),
        rules=(
            Rename("acme.model", REQUEST_MODEL),
            Rename("acme.prompt_tokens", INPUT_TOKENS, TOKENS),
            Rename("acme.ttft_ms", TIME_TO_FIRST_CHUNK, MILLISECONDS),
            Rename("acme.span_type", OPERATION, one_of({"llm": "chat", "tool": "execute_tool"})),
            Rename("acme.input", INPUT_MESSAGES, INPUT),
            Explode("acme.params", json_fields({"top_p": ("gen_ai.request.top_p", NUMBER)})),
            Indexed("acme.message.", INPUT_MESSAGES, chat_messages),
        ),
        wrappers=(Match("acme.span_type", ("chain", "agent")),),
        exclusive=(CACHE_READ_TOKENS,),
    )
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spanloom.processors.genai_normalizer.convert import AS_IS, Conversion

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items


@dataclass(frozen=True, slots=True)
class Match:
    """Items whose string `key` is one of `values`, in any case of letters; () is any value."""

    key: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """The value of `old` stands under `new`, converted.

    Attributes:
        old: the dialect's key.
        new: the current name (see `spanloom.semconv`). Several rules may have the same: the
            first one that has a value wins.
        convert: one of `convert.py`, `values.py`, `messages.py`, or your own `Conversion`.
        scoped: only on items that were detected to be of this dialect; for keys such as
            `session.id` that mean something else elsewhere. Others need no detection.
        when: only where this holds too.
    """

    old: str
    new: str
    convert: Conversion = AS_IS
    scoped: bool = False
    when: Match | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """A current name whose value the dialect writes in a form of its own; always `scoped`.

    Attributes:
        convert: value -> the right one, or None where nothing is wrong with it. It is asked for
            every value of the dialect's items, so it should look before it parses.
    """

    key: str
    convert: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Explode:
    """One value holds several facts: a JSON object, a URL.

    Attributes:
        read: value (str, list, dict, number) -> {current name: value}; it may leave out what
            is missing, and return None for what it cannot read. `json_fields` makes one.
    """

    old: str
    read: Callable[[Any], Mapping[str, Any] | None]
    scoped: bool = False
    when: Match | None = None
    holds_more: bool = False


@dataclass(frozen=True, slots=True)
class Indexed:
    """A list spread over keys: `prefix0.role`, `prefix0.tool_calls.1.name`, `prefix1.role` ...

    Attributes:
        prefix: with its dot; a number follows.
        build: a list of one entry, nested dicts and lists -> what goes under `new` (as JSON) for
            it, or None. It is asked for each entry by itself. `messages.chat_messages` reads most.
    """

    prefix: str
    new: str
    build: Callable[[list[Any]], list[Any] | None]
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class Gather:
    """Several attributes make one value: a message of its text and its tool calls.

    Attributes:
        build: {old key: value} of those that the item has -> the value, or None.
    """

    olds: tuple[str, ...]
    new: str
    build: Callable[[dict[str, Any]], Any]
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """`old` is a point in time (ISO 8601 text, or unix seconds, ms, us or ns): `new` becomes
    the seconds from the start of the span to it.
    """

    old: str
    new: str
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class FromEvent:
    """The value of attribute `key` of the span's first event of that name; spans only."""

    event: str
    key: str
    new: str
    convert: Conversion = AS_IS


Rule = Rename | Repair | Explode | Indexed | Gather | Moment | FromEvent


@dataclass(frozen=True, slots=True)
class MetricRule:
    """A metric of the dialect under its current name.

    Attributes:
        unit: of the result; None keeps it.
        scale: values, sums and bounds are multiplied by it (0.001 for ms -> s).
    """

    old: str
    new: str
    unit: str | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Dialect:
    """All that is known of one dialect.

    Attributes:
        name: as in `dialects:` of the configuration and in `gen_ai.normalized.from`.
        scopes: globs of instrumentation scope names that mark its items.
        keys: attribute keys that mark its items; `acme.*` is any key with that beginning.
        schema_urls: globs of the scope's schema URL that mark its items, looked at in batches
            with a key of `gen_ai.*` only.
        rules: in order of preference. Rules that are not `scoped` work wherever their key is.
        defaults: current name -> value, set on its items that lack it (not on wrappers).
        wrappers: items that enclose calls of models; their usage goes to
            `gen_ai.aggregated_usage.*`. Those with an operation such as `invoke_agent` are
            wrappers anyway.
        exclusive: which usage names (CACHE_READ_TOKENS, CACHE_WRITE_TOKENS, REASONING_TOKENS)
            the dialect does *not* include in its input or output tokens; they are added to
            the counts that this dialect brought.
        first_chunk_events: names of events whose first one tells the time to the first chunk.
        chunk_events: names of events that tell nothing but when chunks came; dropped, where that
            is asked for, from spans with the time to the first chunk.
        drops: keys (or `prefix*`) without a current name, removed with `remove_originals`.
        duplicates: key -> the current name that says the same; `remove_originals` removes the
            key where that name is.
        metrics: metrics with other names or units.
        resource: old -> new key of resource attributes; values stay as they are.
        event_name_key: the attribute that holds the event's name of a log record.
        refine: for what declarations cannot say; called last with the dialect's items.
        order: dialects of lower order are asked first.
    """

    name: str
    scopes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    schema_urls: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    wrappers: tuple[Match, ...] = ()
    exclusive: tuple[str, ...] = ()
    first_chunk_events: tuple[str, ...] = ()
    chunk_events: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    duplicates: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[MetricRule, ...] = ()
    resource: Mapping[str, str] = field(default_factory=dict)
    event_name_key: str = ""
    refine: Callable[[Items], None] | None = None
    order: int = 100


@dataclass(frozen=True, slots=True)
class Options:
    """What a dialect's rules may do."""

    overwrite: bool = False
    remove_originals: bool = False
    drop_chunk_events: bool = False


def is_scoped(rule: Rule) -> bool:
    """Whether the rule is for the dialect's own items only."""
    return isinstance(rule, Repair | FromEvent) or rule.scoped


def keys_of(rule: Rule) -> tuple[str, ...]:
    """The attribute keys that give the rule something to do."""
    match rule:
        case Gather():
            return rule.olds
        case Repair():
            return (rule.key,)
        case FromEvent() | Indexed():
            return ()
        case _:
            return (rule.old,)
