"""Config of the `otlp_http` exporter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from spanloom.component import Config
from spanloom.config.fields import Duration, HeaderMap, Url
from spanloom.delivery import DeliveryConfig
from spanloom.delivery.tls import TLSClientConfig

if TYPE_CHECKING:
    from spanloom.component import Signal

# These say how the body is written, which the exporter decides.
_RESERVED = frozenset({"content-type", "content-encoding", "content-length", "transfer-encoding"})


class CompressionParams(Config):
    """Settings of the compression."""

    level: int | None = Field(default=None, ge=-7, le=22)
    """gzip: 0..9, zstd: -7..22. Unset: the encoding's usual level."""


class OTLPHTTPConfig(DeliveryConfig):
    """OTLP over HTTP/1.1 to one destination."""

    endpoint: Url | None = None
    """Base URL; `/v1/traces`, `/v1/metrics`, `/v1/logs` are appended."""

    traces_endpoint: Url | None = None
    """Whole URL for traces, in place of the base."""

    metrics_endpoint: Url | None = None
    """Whole URL for metrics, in place of the base."""

    logs_endpoint: Url | None = None
    """Whole URL for logs, in place of the base."""

    timeout: Duration = Duration("30s")
    """For one attempt, from connecting to the end of the answer. 0: no limit of its own."""

    encoding: Literal["proto", "json"] = "proto"
    """How requests are written."""

    compression: Literal["gzip", "zstd", "deflate", "snappy", "none"] = "gzip"
    """Of requests."""

    compression_params: CompressionParams = CompressionParams()
    """Settings of the compression."""

    headers: HeaderMap = Field(default_factory=dict)
    """Sent with every request; the values are secret."""

    tls: TLSClientConfig = TLSClientConfig()
    """Used where the URL is `https://`."""

    proxy_url: Url | None = None
    """Send through this proxy. Unset: none, whatever the environment says."""

    user_agent: str = ""
    """Empty: `Spanloom/<version>`."""

    @field_validator("compression", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return "none" if value == "" else value

    @field_validator("headers")
    @classmethod
    def _not_reserved(cls, value: HeaderMap) -> HeaderMap:
        for name in value:
            if name.lower() in _RESERVED:
                raise ValueError(f"header {name} is set by the exporter")
        return value

    @model_validator(mode="after")
    def _somewhere(self) -> OTLPHTTPConfig:
        own = (self.traces_endpoint, self.metrics_endpoint, self.logs_endpoint)
        if self.endpoint is None and not any(own):
            raise ValueError("at least one endpoint must be specified")
        level = self.compression_params.level
        if self.compression == "gzip" and level is not None and not 0 <= level <= 9:  # noqa: PLR2004
            raise ValueError("compression_params.level must lie in 0..9 for gzip")
        return self

    def url(self, signal: Signal) -> str | None:
        """Where requests of a signal go; None where the config has no place for them."""
        own: str | None = getattr(self, f"{signal}_endpoint")
        if own is None and self.endpoint is not None:
            return f"{self.endpoint.rstrip('/')}/v1/{signal}"
        return own
