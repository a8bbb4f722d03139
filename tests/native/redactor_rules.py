"""What the redactor's tests share: rules that find words which occur nowhere else."""

import json
from typing import Any, Literal

from google.protobuf.message import Message
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanloom_native import Logs, RedactionReport, Redactor, Traces

from tests.native.batch_cases import encoded_any
from tests.native.otlp_wire import REQUESTS

CANARY = "zzcanaryzz"
MASKED = "[CANARY]"
MARKED = "zzmarkzz"
DROPS_ATTRIBUTE = "zzattributezz"
DROPS_ITEM = "zzitemzz"
FLAGGED = "zzflagzz"
TRIED = "zzdryzz"
SIGNAL = "zzignorezz"
OTHER_SIGNAL = "zzpretendzz"


def rule(name: str, phrase: str, kind: str = "token", **more: Any) -> dict[str, Any]:
    """A rule that finds one phrase; its label is its name in capitals."""
    return {
        "id": name,
        "match": {"phrases": {"phrases": [phrase], "whole_words": False}},
        "class": "phrase",
        "action": {"kind": kind},
        "label": name.upper(),
        **more,
    }


RULES = [
    rule("canary", CANARY),
    rule("marked", MARKED, attribute="llm.pii_detected"),
    rule("attribute", DROPS_ATTRIBUTE, "drop_attribute"),
    rule("item", DROPS_ITEM, "drop_item"),
    rule("flag", FLAGGED, "flag"),
    rule("tried", TRIED, dry_run=True),
    rule("signal", SIGNAL, "flag", signal={"family": "override", "weight": 0.6}),
    rule("pretence", OTHER_SIGNAL, "flag", signal={"family": "role_play", "weight": 0.5}),
]


def redactor(summary: Literal["silent", "info", "debug"] = "silent", **document: Any) -> Redactor:
    return Redactor(json.dumps({"rules": RULES, **document}).encode(), summary=summary)


def traces(*spans: Span) -> Traces:
    request = REQUESTS["traces"]()
    scope = request.resource_spans.add().scope_spans.add()
    for span in spans:
        span.trace_id, span.span_id = b"t" * 16, b"s" * 8
        scope.spans.append(span)
    return Traces.from_message(request)


def logs(*records: LogRecord) -> Logs:
    request = REQUESTS["logs"]()
    request.resource_logs.add().scope_logs.add().log_records.extend(records)
    return Logs.from_message(request)


def with_attributes(message: Message, **attributes: Any) -> Any:
    """The message with these attributes; `__` in a name stands for a dot."""
    for key, value in attributes.items():
        message.attributes.add(key=key.replace("__", "."), value=encoded_any(value))
    return message


def attributes(owner: Any) -> dict[str, Any]:
    """The attributes of a message as Python values; a key that is there twice fails."""
    found = {pair.key: plain(pair.value) for pair in owner.attributes}
    assert len(found) == len(owner.attributes), [pair.key for pair in owner.attributes]
    return found


def plain(value: Any) -> Any:
    case = value.WhichOneof("value")
    if case == "array_value":
        return [plain(element) for element in value.array_value.values]
    if case == "kvlist_value":
        return {pair.key: plain(pair.value) for pair in value.kvlist_value.values}
    return None if case is None else getattr(value, case)


def redacted_span(span: Span, redactor: Redactor) -> Span:
    """The only span after redaction."""
    batch = traces(span)
    redactor.redact(batch)
    return next(batch.spans())


def told(span: Span, summary: Literal["silent", "info", "debug"] = "info", **document: Any) -> Any:
    """What redaction adds to the attributes of a span."""
    before = {pair.key for pair in span.attributes}
    after = attributes(redacted_span(span, redactor(summary, **document)))
    return {key: value for key, value in after.items() if key not in before}


def report_on(span: Span, **document: Any) -> RedactionReport:
    return redactor(**document).redact(traces(span))
