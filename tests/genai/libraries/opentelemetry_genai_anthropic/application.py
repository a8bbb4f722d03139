"""The Anthropic SDK, traced by OpenTelemetry's GenAI instrumentation."""

import os

os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_AND_EVENT"

import conversation
import otlp
from anthropic import Anthropic
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor

given = otlp.providers()
AnthropicInstrumentor().instrument(**given)
conversation.messages(Anthropic())
otlp.shutdown(given)
