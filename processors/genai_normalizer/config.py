"""The configuration of the `genai_normalizer` processor."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from spanloom import component
from spanloom.config.fields import ByteSize, Duration
from spanloom.processors.genai_normalizer.dialects import load_dialects

Key = Annotated[str, Field(min_length=1, max_length=256)]
CUSTOM = "custom"
# The OTLP exporters' default timeout is 10 s.
_WAIT_S_MAX = 8.0


class Source(component.Config):
    """How one dialect is treated; what is left out is as at the top."""

    remove_originals: bool | None = None
    """Remove a dialect's attribute once its current name is there."""

    overwrite: bool | None = None
    """Replace current names that are there already."""

    custom_mappings: dict[Key, Key] = Field(default_factory=dict)
    """Your own names: attribute -> current name. They come before the built-in ones."""

    @model_validator(mode="after")
    def _no_circles(self) -> Self:
        same = [old for old, new in self.custom_mappings.items() if old == new]
        if same:
            raise ValueError(f"custom_mappings: {same[0]!r} is mapped to itself")
        return self


def _or_empty(value: Any) -> Any:
    """`openinference:` with nothing behind it is a source too."""
    if isinstance(value, dict):
        return {name: {} if source is None else source for name, source in value.items()}
    return value


class Config(component.Config):
    """Which dialects are understood, and what becomes of their names."""

    target: Literal["genai-2026-11", "semconv-1.37", "semconv-1.30"] = "genai-2026-11"
    """Whose names are written. A profile never changes once it is released. The processors that
    come after this one read the newest names: write older ones in a second instance at the end."""

    dialects: list[str] = Field(default=["all"])
    """The dialects that are looked for: `all`, names, and `-name` for all but that one."""

    sources: Annotated[dict[str, Source], BeforeValidator(_or_empty)] = Field(
        default_factory=dict, max_length=64
    )
    """Options per dialect, and `custom` for mappings of your own. Where `dialects` is not
    given, only the dialects named here are looked for."""

    overwrite: bool = False
    """Replace current names that are there already; by default they stay."""

    remove_originals: bool = False
    """Remove a dialect's attribute once its current name is there."""

    chunk_events: Literal["keep", "drop"] = "keep"
    """drop: events of spans that tell nothing but when a chunk came, often one per token, go once
    the time to the first chunk is taken. keep: they only go where originals are removed."""

    custom_mappings: dict[Key, Key] = Field(default_factory=dict)
    """Your own names, on top of all dialects: attribute -> current name."""

    finish_reasons: Literal["enum", "raw"] = "enum"
    """enum maps finish reasons to the conventions' words (`tool_calls` -> `tool_call`); raw
    leaves the provider's."""

    messages: bool = True
    """Rebuild messages and tool definitions. Without it none is written."""

    token_counters: bool = True
    """Make counters of histograms of tokens, in targets that have such counters; the histograms
    stay. Off where a back end makes sums of histograms itself."""

    merge_message_events: bool = False
    """Merge the log events of one call (`gen_ai.user.message`, `gen_ai.choice` ...) into one
    `gen_ai.client.inference.operation.details` event, also those that come in several requests."""

    merge_wait: Duration = Field(default=Duration("30s"), ge=0)
    """How long the first event of a call waits for the others; it should be longer than calls
    take. A call that has a question and an answer does not wait. 0: only what comes together is
    merged."""

    merge_wait_for_result: bool = False
    """False: senders are answered when their events are held, or complete what is held; what is
    not delivered when the process dies is lost. True: they are answered after delivery, so
    `merge_wait` must lie below 8s, under the senders' timeout."""

    merge_records_max: int = Field(default=20_000, gt=0)
    """Events held at most; beyond, the oldest calls go on, merged as far as they came."""

    merge_bytes_max: ByteSize = Field(default=64 << 20, gt=0)
    """Bytes held at most; beyond, the oldest calls go on, merged as far as they came."""

    @model_validator(mode="after")
    def _senders_can_wait(self) -> Self:
        if self.merge_wait_for_result and self.merge_wait > _WAIT_S_MAX:
            raise ValueError(
                f"merge_wait must be at most {_WAIT_S_MAX:g}s with merge_wait_for_result: "
                f"senders give up after 10s, got {self.merge_wait}"
            )
        return self

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        known = [dialect.name for dialect in load_dialects()]
        asked = [name.removeprefix("-") for name in self.dialects if name != "all"]
        unknown = [n for n in asked if n not in known]
        unknown += [n for n in self.sources if n not in known and n != CUSTOM]
        if unknown:
            names = ", ".join(sorted(known))
            raise ValueError(f"dialects/sources: {unknown[0]!r} is none of: {names}")
        same = [old for old, new in self.custom_mappings.items() if old == new]
        if same:
            raise ValueError(f"custom_mappings: {same[0]!r} is mapped to itself")
        return self

    def enabled(self) -> set[str]:
        """The names of the dialects that are looked for."""
        known = {dialect.name for dialect in load_dialects()}
        if self.sources and "dialects" not in self.model_fields_set:
            return known & self.sources.keys()
        named = {name for name in self.dialects if not name.startswith("-")}
        named = known if "all" in named or not named else named
        return named - {name[1:] for name in self.dialects if name.startswith("-")}
