"""The OpenAI SDK, traced by OpenTelemetry's GenAI instrumentation."""

import os

os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_AND_EVENT"

import conversation
import otlp
from openai import OpenAI
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

given = otlp.providers()
OpenAIInstrumentor().instrument(**given)
client = OpenAI()
conversation.chat(client)
conversation.embed(client)
conversation.respond(client)
otlp.shutdown(given)
