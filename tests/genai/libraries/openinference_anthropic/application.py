"""The Anthropic SDK, traced by OpenInference."""

import conversation
import otlp
from anthropic import Anthropic
from openinference.instrumentation.anthropic import AnthropicInstrumentor

given = otlp.providers()
AnthropicInstrumentor().instrument(tracer_provider=given["tracer_provider"])
conversation.messages(Anthropic())
otlp.shutdown(given)
