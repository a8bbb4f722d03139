"""The forms of addresses; each function gives back a valid one, or raises pydantic's error."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

_PORT_MAX = 65535


def host_port(value: str) -> str:
    """Where to listen: `host:port`, `[v6]:port` or `unix:/path`."""
    if value.startswith("unix:") and len(value) > len("unix:"):
        return value
    host, colon, port = value.rpartition(":")
    bare_v6 = ":" in host and not (host.startswith("[") and host.endswith("]"))
    if not colon or bare_v6 or "/" in value or any(c.isspace() for c in value):
        raise PydanticCustomError("endpoint", "must be 'host:port', '[v6]:port' or 'unix:/path'")
    if not (port.isascii() and port.isdigit() and int(port[:6]) <= _PORT_MAX):
        raise PydanticCustomError("endpoint", "port must be a number in 0..65535")
    return value


def http_url(value: str) -> str:
    """An http or https URL with a host."""
    try:
        parts = urlsplit(value)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or any(c.isspace() for c in value):
        raise PydanticCustomError("url", "must be an 'http://' or 'https://' URL with a host")
    return value


def target(value: str) -> str:
    """Where to send: a URL, or an address to connect to."""
    return http_url(value) if value.startswith(("http://", "https://")) else host_port(value)
