"""What is no finding although it looks like one."""

from __future__ import annotations

import ipaddress

from spanloom.processors.redaction.oracle import document
from spanloom.processors.redaction.oracle.regex import compile_pattern

Network = ipaddress.IPv6Network


class AllowList:
    """Raises ValueError when an entry cannot be read."""

    def __init__(self, allow: document.Allow) -> None:
        self._exact = {text.lower() for text in allow.exact}
        self._suffixes = tuple(text.lower() for text in allow.suffix)
        self._networks = [_network(text) for text in allow.cidr]
        self._patterns = [compile_pattern(text, ignore_case=False) for text in allow.regex]

    def covers(self, matched: bytes) -> bool:
        """Whether one entry covers all of `matched`."""
        text = matched.decode("utf-8", "replace").lower()
        return (
            text in self._exact
            or text.endswith(self._suffixes)
            or self._is_in_network(text)
            or any(pattern.fullmatch(matched) for pattern in self._patterns)
        )

    def _is_in_network(self, text: str) -> bool:
        try:
            address = _as_v6(ipaddress.ip_address("" if "%" in text else text))
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def _network(text: str) -> Network:
    network = ipaddress.ip_network(text, strict=False)
    missing = 128 - network.max_prefixlen
    address = _as_v6(network.network_address)
    return Network((address, network.prefixlen + missing), strict=False)


def _as_v6(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv6Address:
    """IPv4 as IPv6-mapped, so that both are one kind."""
    if isinstance(address, ipaddress.IPv4Address):
        return ipaddress.IPv6Address((0xFFFF << 32) | int(address))
    return address
