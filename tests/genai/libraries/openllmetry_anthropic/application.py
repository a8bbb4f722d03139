"""The Anthropic SDK, traced by OpenLLMetry."""

import conversation
import otlp
from anthropic import Anthropic
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

given = otlp.providers()
AnthropicInstrumentor().instrument(**given)
conversation.messages(Anthropic())
otlp.shutdown(given)
