"""The OpenAI SDK, traced by MLflow, which sends OTLP instead of its own format."""

import os

os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = (
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"
)
os.environ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf"

import conversation
import mlflow
from openai import OpenAI

mlflow.openai.autolog()
client = OpenAI()


@mlflow.trace(name="weather_report")
def report() -> str:
    conversation.chat(client)
    return "reported"


report()
conversation.embed(client)
conversation.respond(client)
mlflow.flush_trace_async_logging()
