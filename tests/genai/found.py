"""What a capture says of each call once it is normalised, in the words of facts.json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spanloom.batch import Logs, Metrics, Traces
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.values import finish_reason
from spanloom.semconv import (
    CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS,
    FINISH_REASONS,
    INFERENCE_OPERATIONS,
    INPUT_MESSAGES,
    INPUT_TOKENS,
    OPERATION,
    OUTPUT_MESSAGES,
    OUTPUT_TOKENS,
    PROVIDER,
    REASONING_TOKENS,
    REQUEST_MODEL,
    RESPONSE_ID,
    RESPONSE_MODEL,
    SYSTEM_INSTRUCTIONS,
)
from spanloom.testing import make_settings

CAPTURES = Path(__file__).parent / "captures"
KINDS: dict[str, Any] = {"traces": Traces, "logs": Logs, "metrics": Metrics}
Json = dict[str, Any]

TOKENS = {
    "input_tokens": INPUT_TOKENS,
    "output_tokens": OUTPUT_TOKENS,
    "cache_read_tokens": CACHE_READ_TOKENS,
    "cache_write_tokens": CACHE_WRITE_TOKENS,
    "reasoning_tokens": REASONING_TOKENS,
}
_PLAIN = {
    "operation": OPERATION,
    "provider": PROVIDER,
    "request_model": REQUEST_MODEL,
    "response_model": RESPONSE_MODEL,
    "response_id": RESPONSE_ID,
    **TOKENS,
}


def normalized(name: str, signal: str) -> Any:
    """The capture's batch after the normaliser; log events of one call are merged."""
    batch = KINDS[signal].from_json((CAPTURES / name / f"{signal}.json").read_bytes())
    return processor().process(batch)


def processor() -> GenaiNormalizer:
    return GenaiNormalizer(Config(merge_message_events=True), make_settings())


def plain(value: Json) -> Any:
    """The Python value of an OTLP/JSON AnyValue."""
    kind: str
    inner: Any
    kind, inner = next(iter(value.items()), ("", None))
    if kind == "arrayValue":
        return [plain(entry) for entry in inner.get("values", [])]
    if kind == "kvlistValue":
        return attributes(inner.get("values", []))
    return int(inner) if kind == "intValue" else inner


def attributes(entries: list[Json]) -> Json:
    return {entry["key"]: plain(entry["value"]) for entry in entries}


def spans(batch: Any) -> list[Json]:
    """Spans by start; each with its attributes as a plain dict."""
    request = json.loads(batch.encode_json())
    found = [
        {**span, "attributes": attributes(span.get("attributes", []))}
        for group in request["resourceSpans"]
        for scope in group["scopeSpans"]
        for span in scope["spans"]
    ]
    return sorted(found, key=lambda span: int(span["startTimeUnixNano"]))


def records(batch: Any) -> list[Json]:
    """Log records in order; attributes and body are plain."""
    request = json.loads(batch.encode_json())
    return [
        {
            **record,
            "attributes": attributes(record.get("attributes", [])),
            "body": plain(record.get("body", {})),
        }
        for group in request["resourceLogs"]
        for scope in group["scopeLogs"]
        for record in scope["logRecords"]
    ]


def leaves(found: list[Json]) -> list[Json]:
    """The spans that are one call of a model."""
    return [span for span in found if span["attributes"].get(OPERATION) in INFERENCE_OPERATIONS]


def expected(call: Json) -> Json:
    """The facts of a call, flat; those that the server did not send are left out."""
    facts: Json = {key: call[key] for key in ("operation", "provider", "request_model")}
    facts["streaming"] = call["streaming"]
    if call["response_model"] != call["request_model"]:
        facts["response_model"] = call["response_model"]
    if call.get("usage_sent", True):
        facts |= call["usage"]
    if "response_id" in call:
        facts["response_id"] = call["response_id"]
    if "finish_reasons" in call:
        facts["finish_reasons"] = [finish_reason(reason) for reason in call["finish_reasons"]]
    for side in ("input", "output"):
        facts |= contents(side, call.get(f"{side}_messages", []))
    return facts


def told(attributes: Json) -> Json:
    """The facts that one span or log record tells."""
    facts: Json = {fact: attributes[key] for fact, key in _PLAIN.items() if key in attributes}
    facts["streaming"] = attributes.get("gen_ai.request.stream", False)
    if FINISH_REASONS in attributes:
        facts["finish_reasons"] = attributes[FINISH_REASONS]
    system = _parsed(attributes.get(SYSTEM_INSTRUCTIONS, []))
    messages = _parsed(attributes.get(INPUT_MESSAGES, []))
    if system and not any(message["role"] == "system" for message in messages):
        messages = [{"role": "system", "parts": system}, *messages]
    facts |= contents("input", messages)
    return facts | contents("output", _parsed(attributes.get(OUTPUT_MESSAGES, [])))


def contents(side: str, messages: list[Json]) -> Json:
    """Texts as (role, text), tool calls as (id, name, arguments), results as (id, response)."""
    facts: Json = {}
    for role, part in _parts(messages):
        match part["type"]:
            case "text":
                facts.setdefault(f"{side}_texts", []).append((role, part["content"]))
            case "tool_call":
                call = (part.get("id"), part["name"], _parsed(part.get("arguments")))
                facts.setdefault(f"{side}_tool_calls", []).append(call)
            case "tool_call_response":
                result = (part.get("id"), _parsed(part["response"]))
                facts.setdefault(f"{side}_tool_results", []).append(result)
    return facts


def _parts(messages: list[Json]) -> Iterator[tuple[str, Json]]:
    for message in messages:
        for part in message["parts"]:
            yield message["role"], part


def _parsed(value: Any) -> Any:
    """JSON text parsed; other text, and what is no text, as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
