"""Calls of the OpenAI SDK that fail, traced by opentelemetry-instrumentation-openai-v2."""

import conversation
import otlp
from openai import OpenAI
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

given = otlp.providers()
OpenAIInstrumentor().instrument(**given)
conversation.fail(OpenAI())
otlp.shutdown(given)
