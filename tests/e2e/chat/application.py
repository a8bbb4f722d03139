"""A chat application on the OpenAI SDK, traced by an unmodified instrumentation.

usage: application.py INSTRUMENTATION BASE_URL

INSTRUMENTATION is openinference, openllmetry or opentelemetry. Asks the model, runs the tool it
calls, and asks again, once plain and once streamed. Prompt, tool arguments, tool result and
answer hold the secrets of `server.py`. Spans and logs go to OTEL_EXPORTER_OTLP_ENDPOINT.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from server import PROMPT, TOOL_RESULT

MODULES = {
    "openinference": "openinference.instrumentation.openai",
    "openllmetry": "opentelemetry.instrumentation.openai",
    "opentelemetry": "opentelemetry.instrumentation.openai_v2",
}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "charge",
            "description": "Charges a card",
            "parameters": {"type": "object", "properties": {"card": {"type": "string"}}},
        },
    }
]


def instrument(name: str) -> list[Any]:
    """The providers, to be shut down at the end."""
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true"
    traces, logs = TracerProvider(), LoggerProvider()
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    set_logger_provider(logs)
    module = importlib.import_module(MODULES[name])
    module.OpenAIInstrumentor().instrument(tracer_provider=traces, logger_provider=logs)
    return [traces, logs]


def converse(base_url: str) -> None:
    from openai import OpenAI

    client = OpenAI(base_url=base_url, api_key="unused")
    messages: list[Any] = [
        {"role": "system", "content": "You charge cards."},
        {"role": "user", "content": PROMPT},
    ]
    asked = client.chat.completions.create(model="gpt-4.1-mini", messages=messages, tools=TOOLS)
    call = asked.choices[0].message.tool_calls[0]
    messages += [
        asked.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": json.dumps(TOOL_RESULT)},
    ]
    client.chat.completions.create(model="gpt-4.1-mini", messages=messages)
    for _ in client.chat.completions.create(model="gpt-4.1-mini", messages=messages, stream=True):
        pass


def main() -> None:
    providers = instrument(sys.argv[1])
    converse(sys.argv[2])
    for provider in providers:
        provider.shutdown()


if __name__ == "__main__":
    main()
