"""The configuration of the `cost` processor."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from spanloom import component
from spanloom.config.fields import Block, Duration
from spanloom.processors.cost.price_file import Text
from spanloom.processors.cost.spend.config import SpendConfig


class Deduplication(Block):
    """How the same call seen twice is told: billed once, the other marked `duplicate`."""

    calls_max: int = Field(default=100_000, ge=2, le=10_000_000)
    """How many billed calls are remembered, about 0.1 KB each. With more, the oldest half of
    them is forgotten sooner than `age`, which is counted."""

    age: Duration = Duration("10m")
    """How long a billed call is remembered at least, and up to twice as long."""

    tolerance: Duration = Duration("1s")
    """How far apart two spans with one response id may lie in time and still be one call. With
    a larger gap they are two: some engines give their ids again."""


class Config(component.Config):
    """Which prices, how calls are told apart, and what is written."""

    price_files: list[Text] = Field(default_factory=list)
    """Your own files of prices, or instrumentation-sdk's `model_prices.yaml`. A relative path
    starts at the folder of the configuration file. Later files come before earlier ones, and
    all of them before the shipped list."""

    shipped_prices: bool = True
    """Whether the shipped list prices what no file of yours does."""

    poll_interval: Duration = Duration("5s")
    """How often the files are looked at for changes; 0: never. A file with mistakes changes
    nothing: the last good prices stay."""

    provider_aliases: dict[str, str] = Field(default_factory=dict)
    """Other names of providers, such as those of a gateway."""

    default_model: str = ""
    """The model of calls that do not name one, as vLLM's do not."""

    model_from_resource: list[Text] = Field(default_factory=list)
    """Resource attributes that name the model of calls that do not; the first one present
    counts, before `default_model`."""

    usage_attributes: dict[str, Text] = Field(default_factory=dict)
    """More attributes that count something with a price, by unit, such as
    `{web_searches: my.web_searches}`."""

    context_attributes: dict[str, list[Text]] = Field(
        default={
            "service_tier": ["openai.response.service_tier", "openai.request.service_tier"],
        }
    )
    """Attributes that choose among a model's prices, by the key that price lists know; the
    first one present counts."""

    tokens_max: int = Field(default=100_000_000, ge=1, le=1_000_000_000_000)
    """A larger count is no count: the call is marked `contradiction` and has no cost."""

    sender_cost_attributes: list[Text] = Field(
        default=[
            "gen_ai.usage.cost",
            "llm.cost.total",
            "gen_ai.cost.total_cost",
            "litellm.cost.total",
            "operation.cost",
        ]
    )
    """Where senders write a cost of their own, in USD. It becomes the amount, source `provider`;
    the first one present counts."""

    mismatch_tolerance: float = Field(default=0.01, ge=0.0, le=1.0)
    """How far a sender's cost may lie from ours, as a share of the larger one, before it is
    marked `sender_mismatch`."""

    deduplication: Deduplication = Deduplication()
    """How the same call seen twice is told."""

    unknown_models_max: int = Field(default=1000, ge=1, le=100_000)
    """How many names of models without a price are told apart; the rest is `other`."""

    usd_micro: bool = False
    """Also write `llm.cost_usd_micro`, the amount in millionths, where the currency is USD."""

    price_version: bool = False
    """Also write `llm.price_version`, the version of the price."""

    trace_spend: SpendConfig = SpendConfig.off()
    """What a trace has spent so far, and which calls repeat a failed one, on its spans."""

    @model_validator(mode="after")
    def _has_prices(self) -> Self:
        if not self.shipped_prices and not self.price_files:
            raise ValueError("needs price_files, or shipped_prices")
        return self
