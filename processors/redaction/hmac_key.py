"""The key of keyed hashes: from the configuration, a file or the environment; never shown."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spanloom.config.errors import Problems
from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.config_blocks import Hmac
from spanloom.processors.redaction.document import Document

_BYTES_MIN = 32
# The Collector's limit for the longer hash.
_SHA512_BYTES_MIN = 64


@dataclass(frozen=True, slots=True)
class Key:
    """The key and its public name."""

    id: str
    value: bytes = field(repr=False)

    def document(self) -> Document:
        return {"key_base64": base64.b64encode(self.value).decode(), "key_id": self.id}


def read_key(
    config: Config, config_dir: str, env: Mapping[str, str], problems: Problems
) -> Key | None:
    """The key; None where none is configured, or it cannot be used (then reported)."""
    if config.hmac_key is not None:
        value: bytes | None = config.hmac_key.reveal().encode()
        name, key_id = "hmac_key", "default"
    elif config.hmac is not None:
        name, value = _read(config.hmac, config_dir, env, problems)
        key_id = config.hmac.key_id
    else:
        return None
    if value is None:
        return None
    least = _SHA512_BYTES_MIN if config.hash_function == "hmac-sha512" else _BYTES_MIN
    if len(value) < least:
        problems.error(None, (name,), f"the key must have at least {least} bytes")
        return None
    return Key(key_id, value)


def _read(
    hmac: Hmac, config_dir: str, env: Mapping[str, str], problems: Problems
) -> tuple[str, bytes | None]:
    """The name of the setting, and the key without a line break at its end."""
    if hmac.key is not None:
        return "hmac.key", hmac.key.reveal().encode()
    if hmac.key_env:
        if hmac.key_env not in env:
            rule = f"the environment variable {hmac.key_env!r} is not set"
            problems.error(None, ("hmac.key_env",), rule)
            return "hmac.key_env", None
        return "hmac.key_env", env[hmac.key_env].encode()
    try:
        value = Path(config_dir, hmac.key_file).read_bytes()
    except OSError as error:
        problems.error(None, ("hmac.key_file",), f"cannot be read: {error.strerror}")
        return "hmac.key_file", None
    return "hmac.key_file", value.rstrip(b"\r\n")
