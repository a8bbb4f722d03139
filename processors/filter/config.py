"""The configuration of the `filter` processor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from spanloom import component
from spanloom.processors.filter.evaluate import compile_condition
from spanloom.processors.filter.fields import ContextName


def _readable(context: ContextName) -> Callable[[str], str]:
    """Checks a condition when the configuration is loaded."""

    def check(text: str) -> str:
        compile_condition(text, context)
        return text

    return check


class TraceConditions(component.Config):
    """Conditions on spans."""

    span: list[Annotated[str, AfterValidator(_readable("span"))]] = Field(default_factory=list)
    """A span for which one of them holds is dropped."""

    spanevent: list[str] = Field(default_factory=list)
    """Accepted only when empty: single events cannot be dropped."""

    @field_validator("spanevent")
    @classmethod
    def _no_events(cls, value: list[str]) -> list[str]:
        if value:
            raise ValueError("dropping single span events is not supported; leave it empty")
        return value


class LogConditions(component.Config):
    """Conditions on log records."""

    log_record: list[Annotated[str, AfterValidator(_readable("log_record"))]] = Field(
        default_factory=list
    )
    """A log record for which one of them holds is dropped."""


class MetricConditions(component.Config):
    """Conditions on metrics and their data points."""

    metric: list[Annotated[str, AfterValidator(_readable("metric"))]] = Field(default_factory=list)
    """A metric for which one of them holds is dropped with all its data points."""

    datapoint: list[Annotated[str, AfterValidator(_readable("datapoint"))]] = Field(
        default_factory=list
    )
    """A data point for which one of them holds is dropped."""


class Config(component.Config):
    """What to drop, per signal. Conditions of a list are tried in order; one is enough."""

    error_mode: Literal["ignore", "silent", "propagate"] = "propagate"
    """When a condition fails on a batch: ignore (log it, and go on with the next condition),
    silent (the same without the log line) or propagate (refuse the batch, retryably)."""

    traces: TraceConditions = TraceConditions()
    """Conditions on spans, under `span`."""

    logs: LogConditions = LogConditions()
    """Conditions on log records, under `log_record`."""

    metrics: MetricConditions = MetricConditions()
    """Conditions on metrics, under `metric`, and on data points, under `datapoint`."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        conditions = (
            self.traces.span,
            self.logs.log_record,
            self.metrics.metric,
            self.metrics.datapoint,
        )
        if not any(conditions):
            raise ValueError("needs a condition, such as traces: {span: ['status == \"ok\"']}")
        return self
