"""The configuration of the `sampler` processor."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from spanloom import component, semconv
from spanloom.config.fields import ByteSize, Duration
from spanloom.processors.sampler.config_rules import Rule
from spanloom.processors.sampler.threshold import HEX_DIGITS, MIN_PROBABILITY

Mode = Literal["hash_seed", "sha256_mod", "proportional", "equalizing"]

_WAIT_S_MAX = 8.0  # senders give up after 10 s, and delivery needs time too


class Minimum(component.Config):
    """Keeps rare models in sight."""

    per_model_per_minute: int = Field(gt=0)
    """The first so many spans of each model in a minute are kept, with weight 1. With
    `scope: trace`: the first so many traces."""

    attribute: str = Field(default=semconv.REQUEST_MODEL, min_length=1)
    """What tells models apart: an attribute of the item that holds text."""

    models_max: int = Field(default=1000, gt=0)
    """Models counted singly in a minute; those beyond share one count."""


class Budget(component.Config):
    """Lowers the percentage when there is much, and raises it again, up to
    `sampling_percentage`.
    """

    spans_per_second: float = Field(gt=0)
    """How many items to keep at most, on average. What rules and the minimum keep comes first
    and is never cut; chance gets the rest."""

    interval: Duration = Field(default=Duration("5s"), gt=0)
    """How often the percentage is set anew, by a factor of 2 at most."""

    min_percentage: float = Field(default=0.01, gt=0, le=100)
    """The percentage never goes below."""


class TraceScope(component.Config):
    """Deciding for whole traces; used with `scope: trace`."""

    decision_wait: Duration = Field(default=Duration("5s"), gt=0)
    """How long after its first item a trace is decided."""

    wait_for_result: bool = False
    """False: senders are answered when their items are held; what is held when the process
    dies is lost. True: they are answered after delivery, so `decision_wait` must lie below 8s,
    under the senders' timeout."""

    traces_max: int = Field(default=50_000, gt=0)
    """Undecided traces at most; beyond, the oldest are decided early, by what is known."""

    bytes_max: ByteSize = Field(default=256 << 20, gt=0)
    """Bytes held at most; beyond, the oldest traces are decided early."""

    decisions_max: int = Field(default=100_000, gt=0)
    """Decisions remembered for late items, the oldest forgotten first. A late item of a
    forgotten trace is decided as a new trace: by its own rules and the same chance."""

    @model_validator(mode="after")
    def _senders_can_wait(self) -> Self:
        if self.wait_for_result and self.decision_wait > _WAIT_S_MAX:
            raise ValueError(
                f"decision_wait must be at most {_WAIT_S_MAX:g}s with wait_for_result: "
                f"senders give up after 10s, got {self.decision_wait}"
            )
        return self


class Config(component.Config):
    """What part of the spans or log records goes on, and how that is told."""

    mode: Mode = "hash_seed"
    """Where chance comes from. `hash_seed`: FNV hash of the trace id, as the Collector's.
    `sha256_mod`: SHA-256 of an id modulo 100, as instrumentation-sdk's. `proportional` and
    `equalizing`: the low 56 bits of the trace id or `rv` of the tracestate; the first reduces
    what comes by the percentage, the second reduces it to the percentage."""

    sampling_percentage: float = Field(ge=0)
    """How much chance keeps; 100 and above all, 0 nothing. Read as a 32-bit float, as the
    Collector does (not with `sha256_mod`)."""

    hash_seed: int = Field(default=0, ge=0, lt=1 << 32)
    """Collectors with equal seeds decide alike; with `hash_seed`."""

    fail_closed: bool = True
    """Whether items are dropped that have no usable trace id, a broken tracestate, or a
    threshold that contradicts their randomness. Otherwise they are kept."""

    sampling_precision: int = Field(default=4, ge=1, le=HEX_DIGITS)
    """Significant hex digits of the threshold, with `proportional` and `equalizing`."""

    attribute_source: Literal["traceID", "record"] = "traceID"
    """Log records, with `hash_seed` and `sha256_mod`: what is hashed, the trace id (and
    `from_attribute` where there is none) or only the attribute `from_attribute`."""

    from_attribute: str = ""
    """Log records: the attribute that is hashed, see `attribute_source`. With `sha256_mod` and
    `sha256_id: attribute` of spans too."""

    sampling_priority: str = ""
    """Log records: an attribute with a percentage that replaces `sampling_percentage` for this
    record. (For spans the attribute `sampling.priority` always counts: 0 drops, more keeps.)"""

    sha256_id: Literal["trace_id", "span_id", "span_id_text", "attribute"] = "trace_id"
    """With `sha256_mod`: what is hashed. The 16 bytes of the trace id, the 8 bytes of the span
    id, its 16 hex digits as text, or `from_attribute`."""

    action: Literal["drop", "tag"] = "drop"
    """`tag` drops nothing; it sets `tag_attribute` and leaves all else as it was."""

    tag_attribute: str = Field(default="spanloom.sampled", min_length=1)
    """With `action: tag`: set to true on what would be kept, to false on the rest."""

    tracestate: Literal["always", "needed", "never"] = "always"
    """When the weight is written (spans: `th` in the tracestate; log records:
    `sampling.threshold`). `always`, as the Collector does; `needed`: only where the weight
    changes, an item that carries none having weight 1; `never`."""

    ratio_attribute: str = ""
    """Also write the ratio (1 divided by the weight, a double) to this attribute; Tempo reads
    `X-SampleRatio`. Empty: do not."""

    reason_attribute: str = ""
    """Also write why an item was kept to this attribute: `chance`, `priority`, `minimum`,
    `error_open` or `rule:<name>`. Empty: do not."""

    rules: list[Rule] = Field(default_factory=list)
    """What is kept before chance is asked. An item that matches several is kept at the highest
    of their percentages."""

    minimum: Minimum | None = None
    """Guarantees some items of every model."""

    budget: Budget | None = None
    """Adapts the percentage to a rate of items."""

    scope: Literal["span", "trace"] = "span"
    """`trace` holds items back for a while and decides for all of a trace at once, so that what
    a rule keeps keeps its siblings too."""

    trace: TraceScope = TraceScope()
    """Bounds of `scope: trace`."""

    @model_validator(mode="after")
    def _percentage_can_be_told(self) -> Self:
        if 0 < self.sampling_percentage / 100 < MIN_PROBABILITY:
            raise ValueError("sampling_percentage is too small: below 2^-56 nothing is kept")
        return self

    @model_validator(mode="after")
    def _budget_has_room(self) -> Self:
        if self.budget is not None and self.sampling_percentage == 0:
            raise ValueError("budget needs a sampling_percentage above 0: it only lowers it")
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [rule.name for rule in self.rules]
        if len(set(names)) < len(names):
            raise ValueError("rules must have different names")
        return self

    @model_validator(mode="after")
    def _attribute_is_named(self) -> Self:
        needs = self.attribute_source == "record" or self.sha256_id == "attribute"
        if needs and not self.from_attribute and self.mode in ("hash_seed", "sha256_mod"):
            raise ValueError("from_attribute must name what is hashed")
        return self
