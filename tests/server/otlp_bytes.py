"""Requests written byte by byte, where a library would refuse."""


def field(number: int, payload: bytes) -> bytes:
    """A length-delimited field."""
    length, size = len(payload), b""
    while length >= 0x80:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + payload


def in_span(payload: bytes) -> bytes:
    """A request with one span of these bytes."""
    return field(1, field(2, field(2, payload)))
