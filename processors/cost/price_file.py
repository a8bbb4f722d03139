"""Price files of one's own, as they are written.

    name: acme-2026
    prices:
      - model: gpt-4o
        provider: openai
        valid_from: 2026-01-01
        per_million: {input: "2.00", output: "8.00"}

Prices are decimal strings, so that no binary fraction comes between the contract and the bill.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from spanloom import component
from spanloom.processors.cost.prices import SECOND_NS

_DIGITS_MAX = 40
_PERCENT_MAX = 100
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?")


def decimal_of(text: object) -> Decimal:
    """The number. Raises ValueError when it is no plain decimal, or negative."""
    if isinstance(text, Decimal):
        return text
    if not isinstance(text, str):
        raise ValueError('must be a decimal number in quotes, such as "2.50"')  # noqa: TRY004 - pydantic's error
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError('must be a decimal number, such as "2.50"') from None
    if not number.is_finite() or number < 0:
        raise ValueError("must be a number that is not negative")
    if len(number.as_tuple().digits) > _DIGITS_MAX or abs(number.adjusted()) > _DIGITS_MAX:
        raise ValueError(f"must have at most {_DIGITS_MAX} digits")
    return number


def moment_ns(text: object) -> int:
    """Unix nanoseconds of a UTC date, or of a time with its zone. Raises ValueError."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise ValueError("must be a date such as 2026-01-31, or a time with its zone")
    if len(text) > len("2026-01-31"):
        return int(datetime.fromisoformat(text).timestamp()) * SECOND_NS
    day = date.fromisoformat(text)
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND_NS


def _positive(number: Decimal) -> Decimal:
    if number == 0:
        raise ValueError("must be above 0")
    return number


def _percent(number: Decimal) -> Decimal:
    if number > _PERCENT_MAX:
        raise ValueError("must be at most 100")
    return number


Amount = Annotated[Decimal, BeforeValidator(decimal_of), WithJsonSchema({"type": "string"})]
"""A decimal number in quotes, 0 or more."""

Percent = Annotated[Amount, AfterValidator(_percent)]
"""A decimal number in quotes, 0 to 100."""

Moment = Annotated[int, BeforeValidator(moment_ns), WithJsonSchema({"type": "string"})]
"""A UTC date, or a time with its zone."""

Text = Annotated[str, Field(min_length=1, max_length=500)]
"""A name or a glob."""

Amounts = dict[str, Amount]
"""Prices by unit."""


class LongContext(component.Config):
    """Other prices for calls with a long input; they hold for all tokens of such a call."""

    above: int = Field(ge=0)
    """The input tokens, cached ones included, above which they hold."""

    per_million: Amounts = Field(min_length=1)
    """Prices for a million units."""


class PriceEntry(component.Config):
    """What one model costs."""

    model: Text
    """Its name, or a glob; upper and lower case are the same."""

    aliases: list[Text] = Field(default_factory=list)
    """Other names and globs that mean it."""

    provider: Text | None = None
    """Whose model; without it anyone's of that name."""

    valid_from: Moment | None = None
    """The first moment it holds."""

    valid_until: Moment | None = None
    """The first moment it no longer holds."""

    when: dict[str, str] = Field(default_factory=dict)
    """The context it holds in, such as `{service_tier: flex}`; without it in any."""

    per_million: Amounts = Field(default_factory=dict)
    """Prices for a million units: `input`, `output`, `cache_read`, ..."""

    per_unit: Amounts = Field(default_factory=dict)
    """Prices for one unit: `requests`, `web_searches`, `audio_seconds`, ..."""

    long_context: list[LongContext] = Field(default_factory=list)
    """Steps of the price by input tokens."""

    per_gpu_second: Amount | None = None
    """The price of one accelerator for a second, for models you host yourself."""

    gpus: int = Field(default=1, ge=1, le=100_000)
    """How many accelerators the model runs on."""

    concurrency: Annotated[Amount, AfterValidator(_positive)] = Decimal(1)
    """How many requests share them at a time, on average."""

    discount_percent: Percent = Decimal(0)
    """Taken off; without any price, taken off the price that would hold otherwise."""

    contract: str = Field(default="", max_length=200)
    """The contract's name, written on what it prices."""

    @property
    def has_prices(self) -> bool:
        return bool(self.per_million or self.per_unit or self.per_gpu_second is not None)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.has_prices and not self.discount_percent:
            raise ValueError("needs per_million, per_unit, per_gpu_second or discount_percent")
        if self.long_context and not self.per_million:
            raise ValueError("long_context goes with per_million")
        bounds = [at for at in (self.valid_from, self.valid_until) if at is not None]
        if bounds != sorted(set(bounds)):
            raise ValueError("valid_until must be after valid_from")
        steps = [step.above for step in self.long_context]
        if steps != sorted(set(steps)):
            raise ValueError("the steps of long_context must ascend")
        return self


class PriceFile(component.Config):
    """The whole file."""

    name: str = Field(default="", max_length=100)
    """The list's name, in what is written on spans; the file's own name by default."""

    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    """Of all its prices, ISO 4217."""

    contract: str = Field(default="", max_length=200)
    """The contract of entries that name none."""

    prices: list[PriceEntry] = Field(min_length=1)
    """The entries."""


class SdkPrice(component.Config):
    """One model in instrumentation-sdk's `model_prices.yaml`, in USD."""

    model: Text
    """Its name."""

    provider: str = ""
    """Whose model."""

    input_price_per_1m: Annotated[Any, WithJsonSchema({"type": "number"})] = 0
    """For a million input tokens."""

    output_price_per_1m: Annotated[Any, WithJsonSchema({"type": "number"})] = 0
    """For a million output tokens."""

    version: str = "unknown"
    """The version of the price."""

    @model_validator(mode="after")
    def _numbers(self) -> Self:
        for value in (self.input_price_per_1m, self.output_price_per_1m):
            sdk_amount(value)
        return self


class SdkPriceFile(component.Config):
    """The whole file, a list, under a key."""

    prices: list[SdkPrice] = Field(min_length=1)
    """The entries."""


def sdk_amount(value: object) -> Decimal:
    """The number as it is written there: the shortest decimal of the double. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic's error
    return decimal_of(str(value))
