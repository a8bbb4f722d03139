"""The configuration of the `health_check` extension."""

from __future__ import annotations

from pydantic import Field, field_validator

from spanloom import component
from spanloom.config.fields import Block, Duration, Endpoint


class ResponseBody(component.Config):
    """Fixed bodies; by default a JSON object with the status and the uptime."""

    healthy: str = ""
    """The body with status 200; empty: the default."""

    unhealthy: str = ""
    """The body with status 503; empty: the default."""


class PipelineCheck(Block):
    """The Collector's pipeline check, which never worked there either."""

    interval: Duration = Duration("5m")
    """Without effect."""

    exporter_failure_threshold: int = Field(default=5, ge=0)
    """Without effect."""


class Config(component.Config):
    """Where and what to answer."""

    endpoint: Endpoint = "localhost:13133"
    """The address to listen on, `host:port`."""

    path: str = Field(default="/", pattern=r"^/[^?#]*$")
    """The path that is answered; others get 404."""

    response_body: ResponseBody = ResponseBody()
    """Fixed bodies in place of the JSON object: `healthy` and `unhealthy`."""

    check_collector_pipeline: PipelineCheck = PipelineCheck.off()
    """Accepted for the Collector's sake, without effect."""

    @field_validator("endpoint")
    @classmethod
    def _tcp_only(cls, value: str) -> str:
        if value.startswith("unix:"):
            raise ValueError("must be host:port; Unix sockets are not supported here")
        return value

    def listen_addresses(self) -> list[str]:
        return [self.endpoint]
