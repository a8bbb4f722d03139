"""What a model read or wrote, out of the captured attributes: texts, images, messages.

Takes the messages of the GenAI conventions, and those of the chat APIs of OpenAI and Anthropic,
as JSON or as structured values, and plain text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from spanloom.processors.token_count.images import Size, size_of_base64, size_of_uri


class UncountableError(Exception):
    """What was captured does not tell how much was read; `reason` is a label of metrics."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Content:
    """What is to be counted.

    Attributes:
        has_names: names of participants count; they do where a model reads them.
        texts: what counts by its length.
        images: size (None: unknown) and detail of each.
        n_messages: how many messages the texts stand in.
        n_names: how many of those bear the name of a participant.
    """

    has_names: bool = True
    texts: list[str] = field(default_factory=list)
    images: list[tuple[Size | None, str]] = field(default_factory=list)
    n_messages: int = 0
    n_names: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to count."""
        return not self.images and not any(self.texts)


# Where a part of a message holds text, in the order of preference.
_TEXT_KEYS: Final = ("content", "text", "thinking", "refusal", "response", "result", "output")
# What counts of a call of a tool; its id does not.
_CALL_KEYS: Final = ("name", "arguments", "input", "server_tool_call")
_IMAGE_TYPES: Final = frozenset({"image", "image_url", "input_image"})
_MEDIA_TYPES: Final = frozenset(
    {"audio", "input_audio", "video", "file", "input_file", "document", "redacted_thinking"}
)
_KINDS_OF_MEDIA: Final = frozenset({"blob", "file", "uri"})
# Plain text may begin with a bracket too, as `[INST]`.
_LIKE_JSON: Final = re.compile(r"\s*(\[\s*[\[{\"\]]|\{\s*[\"}])")


def parse(value: Any) -> Any:
    """The value, with JSON decoded.

    Raises:
        UncountableError: `malformed`: it begins like JSON and is none, as where it was cut.
    """
    if not isinstance(value, str) or not _LIKE_JSON.match(value):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise UncountableError("malformed") from None


def add_messages(content: Content, value: Any) -> None:
    """Add messages, a list of them, one alone, or plain text.

    Raises:
        UncountableError: `media`: there is something in them besides text and images.
    """
    for message in value if isinstance(value, list) else [value]:
        content.n_messages += 1
        if isinstance(message, dict):
            _add_message(content, message)
        else:
            _add_part(content, message)


def add_parts(content: Content, value: Any) -> None:
    """Add system instructions: parts, one part, or plain text. Raises UncountableError."""
    content.n_messages += 1
    for part in value if isinstance(value, list) else [value]:
        _add_part(content, part)


def add_json(content: Content, value: Any) -> None:
    """Add definitions of tools, as the JSON that describes them."""
    content.texts.append(_as_text(value))


def _add_message(content: Content, message: dict[str, Any]) -> None:
    if "parts" not in message and "role" not in message and "content" not in message:
        _add_part(content, message)
        return
    if content.has_names and message.get("name"):
        content.n_names += 1
        content.texts.append(_as_text(message["name"]))
    for key in ("parts", "content", "refusal"):
        body = message.get(key)
        for part in body if isinstance(body, list) else [body]:
            _add_part(content, part)
    for call in _list(message.get("tool_calls")):
        _add_call(content, call)


def _add_part(content: Content, part: Any) -> None:
    if part is None:
        return
    if isinstance(part, list):
        for inner in part:
            _add_part(content, inner)
    elif isinstance(part, dict):
        _add_typed(content, part)
    else:
        content.texts.append(_as_text(part))


def _add_typed(content: Content, part: dict[str, Any]) -> None:
    # As text: what comes from outside may be no string, and then no key of a set.
    kind = str(part.get("type"))
    modality = str(part.get("modality", kind))
    if modality in _IMAGE_TYPES:
        content.images.append(_image(part))
    elif modality in _MEDIA_TYPES or kind in _KINDS_OF_MEDIA:
        raise UncountableError("media")
    else:
        _add_call(content, part)
        held = [part[key] for key in _TEXT_KEYS if part.get(key) is not None]
        _add_result(content, held[0] if held else None)


def _add_result(content: Content, value: Any) -> None:
    """What a part holds: text, parts again, or what a tool gave back, which counts as JSON."""
    is_parts = isinstance(value, list) and all(isinstance(p, dict) and "type" in p for p in value)
    if value is None or isinstance(value, str) or is_parts:
        _add_part(content, value)
    else:
        content.texts.append(_as_text(value))


def _add_call(content: Content, call: Any) -> None:
    body = call.get("function", call) if isinstance(call, dict) else {}
    if isinstance(body, dict):
        content.texts += [_as_text(body[key]) for key in _CALL_KEYS if body.get(key) is not None]


def _image(part: dict[str, Any]) -> tuple[Size | None, str]:
    """Size and detail; the picture itself may be a data URI, base64, or only be named."""
    source = part.get("image_url", part.get("source", part))
    if isinstance(source, str):
        source = {"url": source}
    if not isinstance(source, dict):
        return None, "auto"
    uri = source.get("url", source.get("uri", ""))
    raw = source.get("data", source.get("content", ""))
    size = size_of_uri(uri) if isinstance(uri, str) else None
    if size is None and isinstance(raw, str):
        size = size_of_base64(raw)
    return size, str(part.get("detail", source.get("detail", "auto")))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _as_text(value: Any) -> str:
    """Text as it is, everything else as compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
