"""The OpenAI SDK, traced by OpenLIT."""

import os
from pathlib import Path

import conversation
import openlit
from openai import OpenAI
from opentelemetry import metrics, trace

openlit.init(
    otlp_endpoint=os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    application_name="weather",
    pricing_json=str(Path(__file__).with_name("prices.json")),
    disable_batch=True,
)
client = OpenAI()
conversation.chat(client)
conversation.embed(client)
conversation.respond(client)
metrics.get_meter_provider().shutdown()
trace.get_tracer_provider().shutdown()
