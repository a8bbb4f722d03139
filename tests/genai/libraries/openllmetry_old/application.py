"""The OpenAI SDK, traced by OpenLLMetry of the first half of 2025."""

import conversation
import otlp
from openai import OpenAI
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

given = otlp.providers()
OpenAIInstrumentor().instrument(**given)
client = OpenAI()
conversation.chat(client)
conversation.embed(client)
otlp.shutdown(given)
