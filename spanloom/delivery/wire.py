"""Reading small protobuf replies of a back end, without trusting them.

The messages of google.rpc are in no package that we install, and a reply has three
fields at most, so they are read field by field. Lengths are checked before anything
is copied; every malformed reply raises ValueError.
"""

from __future__ import annotations

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_VARINT_BITS_MAX = 63
_FIELDS_MAX = 4096
_TWO_63 = 1 << 63
_TWO_64 = 1 << 64


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of each field: an unsigned int, or the bytes of a length.

    Raises:
        ValueError: the bytes are no protobuf message, or have more than 4096 fields.
    """
    offset = 0
    for _ in range(_FIELDS_MAX):
        if offset == len(message):
            return
        tag, offset = _varint(message, offset)
        value, offset = _value(message, offset, tag & 7)
        yield tag >> 3, value
    raise ValueError("a reply has too many fields")


def signed(value: int | bytes) -> int:
    """A varint field as int64; 0 where the field is of another type."""
    if isinstance(value, bytes):
        return 0
    value %= _TWO_64
    return value - _TWO_64 if value >= _TWO_63 else value


def _value(message: bytes, offset: int, wire_type: int) -> tuple[int | bytes, int]:
    if wire_type == _VARINT:
        return _varint(message, offset)
    if wire_type == _BYTES:
        length, offset = _varint(message, offset)
    elif wire_type in (_FIXED64, _FIXED32):
        length = 8 if wire_type == _FIXED64 else 4
    else:
        raise ValueError("a reply has a field of an unknown type")
    if length > len(message) - offset:
        raise ValueError("a field reaches beyond the end of the reply")
    return message[offset : offset + length], offset + length


def _varint(message: bytes, offset: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, _VARINT_BITS_MAX + 1, 7):
        if offset >= len(message):
            raise ValueError("a reply ends inside a number")
        byte = message[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the continuation bit of a varint
            return value, offset
    raise ValueError("a reply has a number of more than ten bytes")
