"""The OpenAI SDK, traced by OpenTelemetry's contrib instrumentation; messages are log events."""

import conversation
import otlp
from openai import OpenAI
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

given = otlp.providers()
OpenAIInstrumentor().instrument(**given)
client = OpenAI()
conversation.chat(client)
conversation.embed(client)
otlp.shutdown(given)
