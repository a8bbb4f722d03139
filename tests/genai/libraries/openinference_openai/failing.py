"""Calls of the OpenAI SDK that fail, traced by OpenInference."""

import conversation
import otlp
from openai import OpenAI
from openinference.instrumentation.openai import OpenAIInstrumentor

given = otlp.providers()
OpenAIInstrumentor().instrument(tracer_provider=given["tracer_provider"])
conversation.fail(OpenAI())
otlp.shutdown(given)
