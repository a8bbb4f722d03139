"""The gRPC channel of an exporter, as its config says."""

from __future__ import annotations

from typing import TYPE_CHECKING

# Imported late by `transport.py`, together with this file: grpc takes 0.1 s to import.
import grpc

from spanloom import __version__
from spanloom.exporters.otlp.transport import target_of

if TYPE_CHECKING:
    from spanloom.exporters.otlp.config import KeepaliveConfig, OTLPConfig

# The library waits up to 120 s between connections; a restarted back end is back sooner.
_RECONNECT_MS = (500, 10_000)
Options = list[tuple[str, int | str]]


def open_channel(config: OTLPConfig, config_dir: str) -> grpc.Channel:
    """A channel that connects by itself when it is used. Raises OSError for a missing file."""
    compression = grpc.Compression.Gzip if config.compression == "gzip" else None
    target, options = target_of(config.endpoint), options_of(config)
    if not config.uses_tls:
        return grpc.insecure_channel(target, options=options, compression=compression)
    credentials = grpc.ssl_channel_credentials(
        config.tls.ca(config_dir), config.tls.key(config_dir), config.tls.cert(config_dir)
    )
    return grpc.secure_channel(target, credentials, options=options, compression=compression)


def options_of(config: OTLPConfig) -> Options:
    options: Options = [
        ("grpc.primary_user_agent", config.user_agent or f"Spanloom/{__version__}"),
        # Checked before, on what compression has not made smaller yet.
        ("grpc.max_send_message_length", -1),
        ("grpc.max_receive_message_length", config.max_recv_message_bytes),
        ("grpc.lb_policy_name", config.balancer_name),
        # Delivery has its own retries; two layers would multiply the load on a sick back end.
        ("grpc.enable_retries", 0),
        ("grpc.enable_http_proxy", 0),
        # Otherwise exporters to one address share a connection, whatever their configs say.
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.initial_reconnect_backoff_ms", _RECONNECT_MS[0]),
        ("grpc.max_reconnect_backoff_ms", _RECONNECT_MS[1]),
    ]
    if config.uses_tls and config.tls.server_name_override:
        options.append(("grpc.ssl_target_name_override", config.tls.server_name_override))
    return options + _keepalive(config.keepalive)


def _keepalive(config: KeepaliveConfig) -> Options:
    if not config.enabled:
        return []
    return [
        ("grpc.keepalive_time_ms", int(config.time * 1000)),
        ("grpc.keepalive_timeout_ms", int(config.timeout * 1000)),
        ("grpc.keepalive_permit_without_calls", int(config.permit_without_stream)),
        # The library stops after two pings without data; then a dead connection stays.
        ("grpc.http2.max_pings_without_data", 0),
    ]
