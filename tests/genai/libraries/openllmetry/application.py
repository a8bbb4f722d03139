"""The OpenAI SDK in a workflow, traced by OpenLLMetry through the Traceloop SDK."""

import conversation
from openai import OpenAI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from traceloop.sdk import Instruments, Traceloop
from traceloop.sdk.decorators import workflow

Traceloop.init(
    app_name="weather",
    telemetry_enabled=False,
    exporter=OTLPSpanExporter(),
    metrics_exporter=OTLPMetricExporter(),
    logging_exporter=OTLPLogExporter(),
    instruments={Instruments.OPENAI},
)
Traceloop.set_association_properties({"user_id": "user-7", "session_id": "session-9"})
client = OpenAI()


@workflow(name="weather_report")
def report() -> str:
    conversation.chat(client)
    return "reported"


report()
conversation.embed(client)
conversation.respond(client)
trace.get_tracer_provider().shutdown()
