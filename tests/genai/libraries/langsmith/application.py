"""The OpenAI SDK, traced by LangSmith's through its OpenTelemetry exporter."""

import os

os.environ["LANGSMITH_TRACING"] = "true"
os.environ["LANGSMITH_OTEL_ENABLED"] = "true"
os.environ["LANGSMITH_OTEL_ONLY"] = "true"
os.environ["LANGSMITH_API_KEY"] = "unused"
os.environ["LANGSMITH_ENDPOINT"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]

import conversation
from langsmith import traceable
from langsmith.run_trees import get_cached_client
from langsmith.wrappers import wrap_openai
from openai import OpenAI
from opentelemetry import trace

client = wrap_openai(OpenAI())


@traceable(run_type="chain", name="weather_report")
def report() -> str:
    conversation.chat(client)
    return "reported"


report()
conversation.respond(client)
get_cached_client().flush()
trace.get_tracer_provider().shutdown()
