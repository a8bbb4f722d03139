"""One part of a message: what libraries write -> the parts of the conventions' schema.

Parts: text, reasoning, tool_call, tool_call_response, blob, file, uri, and `generic` ones that
keep what they are. Source: the JSON schemas of gen_ai.input.messages and gen_ai.output.messages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spanloom.processors.genai_normalizer.convert import parse_json

_TEXT = ("text", "input_text", "output_text", "refusal")
_REASONING = ("reasoning", "thinking", "redacted_thinking")
_CALLS = ("tool_call", "tool-call", "tool_use", "function_call", "function", "tool_calls")
_RESPONSES = (
    *("tool_call_response", "tool-result", "tool_result", "function_call_output"),
    "tool_call_output",
)
_MEDIA = {
    **dict.fromkeys(("image_url", "input_image", "image", "image-url"), "image"),
    **dict.fromkeys(("input_audio", "audio", "audio_url", "audio-url"), "audio"),
    **dict.fromkeys(("video", "video_url", "video-url"), "video"),
    **dict.fromkeys(("document", "file", "input_file", "document-url", "binary"), "document"),
}


def text_part(text: str) -> dict[str, Any]:
    return {"type": "text", "content": text}


def parts_of(content: Any) -> list[dict[str, Any]]:
    """The parts of a message's content: a text, a part, a list of both, or JSON of such a list."""
    if isinstance(content, str):
        return _parts_of_text(content)
    if isinstance(content, dict):
        return [part_of(content)]
    if isinstance(content, list):
        parts = [part_of(entry) for entry in content if entry not in (None, "")]
        # OpenInference repeats the type of a part whose content stands elsewhere.
        return [part for part in parts if len(part) > 1]
    return [] if content is None else [text_part(str(content))]


def _parts_of_text(text: str) -> list[dict[str, Any]]:
    if text.startswith("[{"):
        parsed = parse_json(text)
        if _is_part_list(parsed):
            return [part_of(entry) for entry in parsed]
    return [text_part(text)] if text else []


def _is_part_list(value: Any) -> bool:
    """Whether every entry says its type; a user's own JSON rarely does."""
    return isinstance(value, list) and all(
        isinstance(entry, dict) and entry.get("type") in _READERS for entry in value
    )


def part_of(entry: Any) -> dict[str, Any]:
    """One part; what is not understood is kept whole as a part of its own type."""
    if not isinstance(entry, dict):
        return text_part(entry if isinstance(entry, str) else str(entry))
    for wrapper in ("message_content", "tool_call"):  # OpenInference
        if isinstance(entry.get(wrapper), dict):
            return part_of(
                {"type": "tool_call", **entry[wrapper]}
                if wrapper == "tool_call"
                else entry[wrapper]
            )
    kind = entry.get("type", entry.get("part_kind", entry.get("kind")))
    reader = _READERS.get(kind) if isinstance(kind, str) else _guess(entry)
    part = reader(entry) if reader else None
    return part or {**entry, "type": kind if isinstance(kind, str) else "generic"}


def _guess(entry: dict[str, Any]) -> Callable[[dict[str, Any]], dict[str, Any] | None] | None:
    """The reader of a part that does not say its type (Gemini, Bedrock)."""
    for key, kind in _SIGNS.items():
        if key in entry:
            return _READERS[kind]
    return None


def _text(entry: dict[str, Any]) -> dict[str, Any] | None:
    for key in ("text", "content", "refusal"):
        if isinstance(entry.get(key), str):
            return text_part(entry[key])
    return None


def _reasoning(entry: dict[str, Any]) -> dict[str, Any] | None:
    for key in ("content", "text", "thinking", "reasoning", "data"):
        if isinstance(entry.get(key), str):
            return {"type": "reasoning", "content": entry[key]}
    summary = entry.get("summary")
    if isinstance(summary, list):
        texts = [s.get("text", "") if isinstance(s, dict) else s for s in summary]
        return {"type": "reasoning", "content": "\n".join(map(str, texts))}
    return None


def tool_call(entry: dict[str, Any]) -> dict[str, Any] | None:
    """A call in any spelling; arguments are parsed if they are JSON."""
    inner = entry.get("function", entry.get("functionCall", entry.get("toolUse")))
    call = {**entry, **inner} if isinstance(inner, dict) else entry
    name = _first(call, "name", "toolName", "tool_name", "function.name")
    if name is None:
        return None
    arguments = _first(call, "arguments", "args", "input", "parameters", "function.arguments")
    parsed = parse_json(arguments) if isinstance(arguments, str) else arguments
    part = {"type": "tool_call", "name": name}
    identity = _first(call, "id", "toolCallId", "tool_call_id", "call_id", "toolUseId")
    if entry.get("type") == "function_call" and entry.get("call_id"):
        identity = entry["call_id"]  # the item of the Responses API has an id of its own
    if identity is not None:
        part["id"] = identity
    if arguments is not None:
        part["arguments"] = arguments if parsed is None else parsed
    return part


def tool_response(entry: dict[str, Any]) -> dict[str, Any] | None:
    """A tool's answer in any spelling, under `response`."""
    inner = entry.get("functionResponse", entry.get("toolResult"))
    answer = {**entry, **inner} if isinstance(inner, dict) else entry
    response = _first(answer, "response", "result", "output", "content")
    if isinstance(response, dict) and set(response) == {"type", "value"}:  # Vercel
        response = response["value"]
    part = {"type": "tool_call_response", "response": _joined(response)}
    identity = _first(
        answer, "id", "toolCallId", "tool_call_id", "tool_use_id", "call_id", "toolUseId"
    )
    return part if identity is None else {**part, "id": identity}


def _joined(response: Any) -> Any:
    """A list of nothing but texts as one text."""
    if isinstance(response, list) and response:
        parts = parts_of(response)
        if all(part["type"] == "text" for part in parts):
            return "\n".join(part["content"] for part in parts)
    return response


def _media(entry: dict[str, Any]) -> dict[str, Any] | None:
    modality = _MEDIA[entry["type"]]
    source = _first(
        entry, "image_url", "image", "source", "url", "input_audio", "audio", "file", "data"
    )
    mime = _first(entry, "media_type", "mediaType", "mimeType", "mime_type", "contentType")
    if isinstance(source, dict):
        mime = mime or _first(source, "media_type", "mime_type", "format")
        file_id = _first(source, "file_id")
        source = _first(source, "url", "data", "image", "file_data", "base64") or (
            _first(source["image"], "url") if isinstance(source.get("image"), dict) else None
        )
    else:
        file_id = _first(entry, "file_id")
    if isinstance(source, dict):
        source = _first(source, "url", "data")
    if isinstance(file_id, str):
        return {"type": "file", "modality": modality, "file_id": file_id}
    return _located(source, modality, mime) if isinstance(source, str) else None


def _located(source: str, modality: str, mime: Any) -> dict[str, Any]:
    """A uri, or the blob that a data URL or bare base64 holds."""
    if source.startswith("data:") and ";base64," in source:
        head, _, content = source.partition(";base64,")
        mime = head.removeprefix("data:") or mime
    elif "://" in source:
        return {"type": "uri", "modality": modality, "uri": source}
    else:
        content = source
    part = {"type": "blob", "modality": modality, "content": content}
    return {**part, "mime_type": mime} if isinstance(mime, str) else part


def _canonical(entry: dict[str, Any]) -> dict[str, Any]:
    return entry


def _first(fields: dict[str, Any], *names: str) -> Any:
    """The first of the fields that is there."""
    return next((fields[name] for name in names if fields.get(name) is not None), None)


_READERS: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
    **dict.fromkeys(_TEXT, _text),
    **dict.fromkeys(_REASONING, _reasoning),
    **dict.fromkeys(_CALLS, tool_call),
    **dict.fromkeys(_RESPONSES, tool_response),
    **dict.fromkeys(_MEDIA, _media),
    **dict.fromkeys(("blob", "uri", "compaction"), _canonical),
}
_SIGNS = {
    "text": "text",
    "functionCall": "tool_call",
    "toolUse": "tool_call",
    "functionResponse": "tool_call_response",
    "toolResult": "tool_call_response",
}
