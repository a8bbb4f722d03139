"""LiteLLM with its OpenTelemetry callback and the newer conventions, in front of two providers."""

import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_AND_EVENT"
os.environ["LITELLM_OTEL_INTEGRATION_ENABLE_EVENTS"] = "true"
os.environ["LITELLM_OTEL_INTEGRATION_ENABLE_METRICS"] = "true"
os.environ["OTEL_EXPORTER"] = "otlp_http"
os.environ["OTEL_ENDPOINT"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]

import time

import conversation
import litellm
from opentelemetry import trace

litellm.callbacks = ["otel"]
litellm.telemetry = False
litellm.drop_params = True
URLS = {
    f"openai/{conversation.MODEL}": os.environ["OPENAI_BASE_URL"],
    f"anthropic/{conversation.ANTHROPIC_MODEL}": os.environ["ANTHROPIC_BASE_URL"],
}


def ask(model: str, url: str) -> None:
    messages = conversation.opening()
    common = {"model": model, "api_base": url, "api_key": "unused"}
    asked = litellm.completion(**common, messages=messages, tools=conversation.TOOLS)
    message = asked.choices[0].message
    call = message.tool_calls[0]
    told = [
        *messages,
        {"role": "assistant", "content": None, "tool_calls": [call.model_dump()]},
        {"role": "tool", "tool_call_id": call.id, "content": conversation.TOOL_RESULT},
    ]
    litellm.completion(**common, messages=told, tools=conversation.TOOLS, temperature=1)
    options = {"stream": True, "stream_options": {"include_usage": True}, "max_tokens": 32}
    for _ in litellm.completion(**common, messages=messages, **options):
        pass


for model, url in URLS.items():
    ask(model, url)
litellm.embedding(
    model=f"openai/{conversation.EMBEDDING_MODEL}",
    input=[conversation.QUESTION],
    api_base=os.environ["OPENAI_BASE_URL"],
)
# Its callbacks run on threads of their own, which nothing waits for.
time.sleep(3)
trace.get_tracer_provider().shutdown()
