"""Config of the `otlp` exporter."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from spanloom.config.fields import Block, ByteSize, Duration, HeaderMap, Target
from spanloom.delivery import DeliveryConfig
from spanloom.delivery.tls import TLSClientConfig

_ONLY_HTTP = ("snappy", "zlib", "deflate")
_RESERVED = ("grpc-", ":")


class KeepaliveConfig(Block):
    """HTTP/2 pings on connections, so that dead ones are noticed."""

    time: Duration = Duration("10s")
    """Ping when nothing came for this long."""

    timeout: Duration = Duration("10s")
    """Close the connection when the answer to a ping takes longer."""

    permit_without_stream: bool = False
    """Ping also while no request is in flight."""


class OTLPConfig(DeliveryConfig):
    """OTLP over gRPC to one destination."""

    endpoint: Target
    """`host:port`, `unix:/path`, or a URL: `http://` is plain text, `https://` is TLS."""

    tls: TLSClientConfig = TLSClientConfig()
    """TLS is on unless `insecure: true` or the endpoint begins with `http://` or `unix:`."""

    compression: Literal["gzip", "zstd", "none"] = "gzip"
    """Of requests. zstd goes in plain text without keepalive and wait_for_ready only."""

    headers: HeaderMap = Field(default_factory=dict)
    """Sent as metadata with every request; the values are secret."""

    keepalive: KeepaliveConfig = KeepaliveConfig.off()
    """Off unless written."""

    wait_for_ready: bool = False
    """Wait for a connection, within `timeout`, instead of failing while there is none."""

    balancer_name: Literal["round_robin", "pick_first"] = "round_robin"
    """How requests go round the addresses that the endpoint's name resolves to."""

    user_agent: str = ""
    """Empty: `Spanloom/<version>`."""

    max_send_message_bytes: ByteSize = 0
    """Refuse to send a larger request. 0: no limit; `sending_queue.batch.max_size` splits."""

    max_recv_message_bytes: ByteSize = Field(default=4 << 20, gt=0)
    """Refuse a larger answer."""

    @field_validator("compression", mode="before")
    @classmethod
    def _explain_compression(cls, value: object) -> object:
        if value in _ONLY_HTTP:
            raise ValueError(f"gRPC has no {value} here; use gzip, zstd or none, or otlp_http")
        return "none" if value == "" else value

    @field_validator("headers")
    @classmethod
    def _lower_names(cls, value: HeaderMap) -> HeaderMap:
        for name in value:
            if name.lower().startswith(_RESERVED) or name.lower().endswith("-bin"):
                raise ValueError(f"header {name} is reserved by gRPC")
        return {name.lower(): secret for name, secret in value.items()}

    @model_validator(mode="after")
    def _possible(self) -> OTLPConfig:
        if self.tls.insecure_skip_verify and self.uses_tls:
            text = "tls.insecure_skip_verify is not possible over gRPC here; give tls.ca_file"
            raise ValueError(text + " and tls.server_name_override, or use exporter otlp_http")
        if self.compression == "zstd" and not self.uses_native_client:
            text = "compression zstd needs plain text, no keepalive and no"
            raise ValueError(text + " wait_for_ready; use gzip or none, or exporter otlp_http")
        return self

    @property
    def uses_native_client(self) -> bool:
        """Whether requests leave through the native core; otherwise through grpcio."""
        return not (self.uses_tls or self.keepalive.enabled or self.wait_for_ready)

    @property
    def uses_tls(self) -> bool:
        """Whether the connection is encrypted."""
        if self.endpoint.startswith("https://"):
            return True
        return not (self.tls.insecure or self.endpoint.startswith(("http://", "unix:")))
