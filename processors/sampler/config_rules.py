"""The configuration of keep rules."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from spanloom import component
from spanloom.config.fields import Duration

Flag = Literal["masked", "injection", "pii"]
Severity = Literal["trace", "debug", "info", "warn", "error", "fatal"]
Scalar = str | bool | int | float
_TESTS = ("equals", "one_of", "exists", "above", "below", "regexp")
_CONDITIONS = (
    "error",
    "latency_above",
    "ttft_above",
    "cost_above",
    "tokens_above",
    "flagged",
    "severity_at_least",
    "attributes",
)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


class Match(component.Config):
    """A condition on one attribute; exactly one test."""

    key: str = Field(min_length=1)
    """The attribute."""

    level: Literal["item", "resource", "scope"] = "item"
    """Where the attribute stands: on the span or log record, its resource or its scope."""

    equals: Scalar | None = None
    """It has this value and its type; an int never equals a double."""

    one_of: list[Scalar] | None = Field(default=None, min_length=1)
    """It has one of these values."""

    exists: bool | None = None
    """It is there (`true`) or is not (`false`)."""

    above: float | None = None
    """It is a number greater than this."""

    below: float | None = None
    """It is a number smaller than this; `above` and `below` may stand together."""

    regexp: Annotated[str, AfterValidator(_pattern)] | None = None
    """It is a text in which this regular expression (Python's) is found."""

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        used = [name for name in _TESTS if getattr(self, name) is not None]
        if len(used) != 1 and used != ["above", "below"]:
            raise ValueError(f"needs one of {', '.join(_TESTS)} (above and below go together)")
        return self


class Rule(component.Config):
    """What to keep whatever chance says. All its conditions must hold."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.\-]{1,64}$")
    """How metrics and `reason_attribute` call it; unique."""

    sampling_percentage: float = Field(default=100.0, gt=0, le=100)
    """How much of what matches is kept, if that is more than chance keeps."""

    error: bool = False
    """Spans with status error or an `error.type`; log records with an `error.type` or of
    severity ERROR and above."""

    latency_above: Duration | None = None
    """Spans that took longer. A span without a start or that ends before it does not match."""

    ttft_above: Duration | None = None
    """`gen_ai.response.time_to_first_chunk` is greater."""

    cost_above: float | None = Field(default=None, ge=0)
    """`gen_ai.usage.cost.amount` is greater, in whatever currency it is."""

    tokens_above: int | None = Field(default=None, ge=0)
    """`gen_ai.usage.input_tokens` and `gen_ai.usage.output_tokens` together are more."""

    flagged: list[Flag] = Field(default_factory=list)
    """One of these was found by redaction: `masked` (`redaction.masked.count` above 0),
    `injection` (`security.prompt_injection.score` above 0, as the shipped rules set it, or
    `llm.injection_attempt` is true), `pii` (`llm.pii_detected` is true, as rules of your own
    set it)."""

    severity_at_least: Severity | None = None
    """Log records of this severity and above."""

    attributes: list[Match] = Field(default_factory=list)
    """Conditions on attributes; all must hold."""

    @model_validator(mode="after")
    def _has_a_condition(self) -> Self:
        if not any(_is_set(getattr(self, name)) for name in _CONDITIONS):
            raise ValueError(f"rule {self.name} needs a condition: {', '.join(_CONDITIONS)}")
        return self


def _is_set(value: Any) -> bool:
    return value is not None and value is not False and value != []
