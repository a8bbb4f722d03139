"""Calls of the OpenAI SDK that fail, traced by OpenLLMetry through the Traceloop SDK."""

import conversation
from openai import OpenAI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from traceloop.sdk import Instruments, Traceloop

Traceloop.init(
    app_name="weather",
    telemetry_enabled=False,
    exporter=OTLPSpanExporter(),
    metrics_exporter=OTLPMetricExporter(),
    logging_exporter=OTLPLogExporter(),
    instruments={Instruments.OPENAI},
)
conversation.fail(OpenAI())
trace.get_tracer_provider().shutdown()
