"""The configuration of the `otlp` receiver: the Collector's, and a few keys of our own."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from spanloom import component
from spanloom.config.fields import Block, ByteSize, Duration

MIB = 1 << 20

Compression = Literal["", "gzip", "zstd", "zlib", "deflate", "snappy", "x-snappy-framed"]
COMPRESSIONS: tuple[Compression, ...] = get_args(Compression)


def _absolute(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"


UrlPath = Annotated[str, Field(min_length=1), AfterValidator(_absolute)]
"""A URL path; a slash is put in front where it lacks one."""


def _listen_address(endpoint: str, transport: str) -> str:
    """What to bind for an endpoint.

    Raises:
        ValueError: it does not fit the transport.
    """
    if transport == "unix":
        path = endpoint.removeprefix("unix:").removeprefix("//")
        if not path:
            raise ValueError("endpoint must be the path of a socket when transport is unix")
        return f"unix:{path}"
    host, colon, port = endpoint.rpartition(":")
    is_valid_port = port.isascii() and port.isdigit() and int(port[:6]) <= 65535  # noqa: PLR2004
    is_bare_v6 = ":" in host and not (host.startswith("[") and host.endswith("]"))
    if not colon or is_bare_v6 or "/" in endpoint or not is_valid_port:
        raise ValueError(
            f"endpoint must be 'host:port' or '[v6]:port' with a port in 0..65535, got {endpoint!r}"
        )
    return endpoint


class _Protocol(Block):
    endpoint: str
    """Where to listen: `host:port`, `[v6]:port`, or with transport `unix` the path of a socket.
    Port 0 takes any free one."""

    transport: Literal["tcp", "tcp4", "tcp6", "unix"] = "tcp"
    """`tcp` (also `tcp4`, `tcp6`) or `unix`."""

    include_metadata: Literal[False] = False
    """Only `false`: client metadata does not travel with batches."""

    @property
    def address(self) -> str:
        """What to bind."""
        return _listen_address(self.endpoint, self.transport)

    @model_validator(mode="after")
    def _endpoint_fits_transport(self) -> Self:
        if self.enabled:
            _listen_address(self.endpoint, self.transport)
        return self


class ServerParameters(component.Config):
    """When the server pings and closes connections."""

    time: Duration = Duration("2h")
    """Idle time of an HTTP/2 connection before the server pings the client; `0`: never."""

    timeout: Duration = Duration("20s")
    """How long it waits for the answer before it closes the connection."""

    max_connection_idle: Duration = Duration("0")
    """Accepted for the Collector's sake, without effect."""

    max_connection_age: Duration = Duration("0")
    """Accepted for the Collector's sake, without effect."""

    max_connection_age_grace: Duration = Duration("0")
    """Accepted for the Collector's sake, without effect."""


class EnforcementPolicy(component.Config):
    """How often clients may ping; any number is served here."""

    min_time: Duration = Duration("5m")
    """Accepted for the Collector's sake, without effect."""

    permit_without_stream: bool = False
    """Accepted for the Collector's sake, without effect."""


class Keepalive(component.Config):
    """Pings on HTTP/2 connections."""

    server_parameters: ServerParameters = ServerParameters()
    """When the server pings."""

    enforcement_policy: EnforcementPolicy = EnforcementPolicy()
    """When clients may ping."""


class Grpc(_Protocol):
    """The gRPC endpoint. It speaks HTTP too, with the limits of the `http` block."""

    endpoint: str = "localhost:4317"
    """Where to listen: `host:port`, `[v6]:port`, or with transport `unix` the path of a socket.
    Port 0 takes any free one."""

    max_recv_msg_size_mib: int = Field(default=16, ge=1, le=1024)
    """Largest message in MiB, before and after decompression; a larger one is refused with
    RESOURCE_EXHAUSTED."""

    max_concurrent_streams: int = Field(default=1024, ge=1, le=1_000_000)
    """Calls in progress on one HTTP/2 connection."""

    keepalive: Keepalive = Keepalive()
    """Pings on HTTP/2 connections."""

    read_buffer_size: ByteSize = 512 * 1024
    """Accepted for the Collector's sake, without effect."""

    write_buffer_size: ByteSize = 32 * 1024
    """Accepted for the Collector's sake, without effect."""


class Cors(component.Config):
    """Which web pages may send."""

    allowed_origins: list[str] = Field(default_factory=list)
    """Origins, exact or with `*` for any text; empty: none."""

    allowed_headers: list[str] = Field(default_factory=list)
    """Request headers beyond Accept, Content-Type, Origin and X-Requested-With; `*`: all."""

    max_age: int = Field(default=0, ge=0)
    """Seconds for which a browser may remember the answer; 0: its own default."""


class Http(_Protocol):
    """The HTTP endpoint. It speaks gRPC too, with the limits of the `grpc` block."""

    endpoint: str = "localhost:4318"
    """Where to listen: `host:port`, `[v6]:port`, or with transport `unix` the path of a socket.
    Port 0 takes any free one."""

    cors: Cors = Cors()
    """Cross-origin requests; off without `allowed_origins`."""

    max_request_body_size: ByteSize = Field(default=16 * MIB, ge=1)
    """Largest body, before and after decompression; a larger one is refused with 413."""

    traces_url_path: UrlPath = "/v1/traces"
    """Path for traces."""

    metrics_url_path: UrlPath = "/v1/metrics"
    """Path for metrics."""

    logs_url_path: UrlPath = "/v1/logs"
    """Path for logs."""

    compression_algorithms: list[Compression] = Field(default_factory=lambda: list(COMPRESSIONS))
    """Content encodings accepted; empty: none but identity."""

    @model_validator(mode="after")
    def _paths_differ(self) -> Self:
        paths = {self.traces_url_path, self.metrics_url_path, self.logs_url_path}
        if self.enabled and len(paths) < 3:  # noqa: PLR2004 - signals
            raise ValueError("traces_url_path, metrics_url_path and logs_url_path must differ")
        return self


class Protocols(component.Config):
    """What to listen for; a protocol that is not named is off."""

    grpc: Grpc = Grpc.off()
    """OTLP/gRPC; absent: off, empty: on with its defaults."""

    http: Http = Http.off()
    """OTLP/HTTP; absent: off, empty: on with its defaults."""


class Admission(component.Config):
    """How much may be in flight, from the first byte read until it is delivered."""

    request_limit_mib: int = Field(default=64, ge=1)
    """MiB in flight at which no new request is begun: it is refused, and the client asked to try
    again."""

    hard_limit_mib: int = Field(default=80, ge=1)
    """MiB in flight beyond which nothing is read: requests half read are refused likewise."""

    @model_validator(mode="after")
    def _hard_above_soft(self) -> Self:
        if self.hard_limit_mib < self.request_limit_mib:
            raise ValueError(
                f"hard_limit_mib must be at least request_limit_mib ({self.request_limit_mib}), "
                f"got {self.hard_limit_mib}"
            )
        return self


class Config(component.Config):
    """Where OTLP comes in, and how much of it."""

    protocols: Protocols
    """The endpoints; at least one of `grpc` and `http`."""

    linger: Duration = Duration("5ms")
    """How long a request waits for others to be processed together with it, counted from its
    arrival; a busy worker does not wait. `0`: not at all."""

    admission: Admission = Admission()
    """The bytes that may be in flight."""

    workers: int = Field(default=0, ge=0, le=64)
    """Threads per signal that run the pipelines; 0: as many as cores are granted, at most 8."""

    read_timeout: Duration = Field(default=Duration("30s"), gt=0)
    """A request body must not pause for longer, and must arrive at 16 KiB/s on average after
    that time; otherwise 408."""

    max_connections: int = Field(default=20_000, ge=1)
    """Connections open at a time; one more is closed at once."""

    @model_validator(mode="after")
    def _some_protocol(self) -> Self:
        if not (self.protocols.grpc.enabled or self.protocols.http.enabled):
            raise ValueError("must specify at least one protocol when using the OTLP receiver")
        return self

    def listen_addresses(self) -> list[str]:
        on = [block for block in (self.protocols.grpc, self.protocols.http) if block.enabled]
        # One socket serves both when they name the same address.
        return list(dict.fromkeys(block.address for block in on))
