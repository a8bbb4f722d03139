"""The OpenAI SDK, traced by OpenInference."""

import conversation
import otlp
from openai import OpenAI
from openinference.instrumentation.openai import OpenAIInstrumentor

given = otlp.providers()
OpenAIInstrumentor().instrument(tracer_provider=given["tracer_provider"])
client = OpenAI()
conversation.chat(client)
conversation.embed(client)
conversation.respond(client)
otlp.shutdown(given)
