"""An application with an unmodified OpenTelemetry SDK.

usage: application.py grpc|http N_ITEMS

Sends that many spans, log records and data points to OTEL_EXPORTER_OTLP_ENDPOINT. Each
carries the attributes `test.sender` ("python-grpc" or "python-http") and `test.index`.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def _exporter(protocol: str, module: str, name: str) -> Any:
    path = f"opentelemetry.exporter.otlp.proto.{protocol}.{module}"
    return getattr(importlib.import_module(path), name)()


def _attributes(protocol: str, index: int) -> dict[str, str | int]:
    return {"test.sender": f"python-{protocol}", "test.index": index}


def send_traces(protocol: str, n_items: int) -> None:
    provider = TracerProvider()
    exporter = _exporter(protocol, "trace_exporter", "OTLPSpanExporter")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("application")
    for index in range(n_items):
        tracer.start_span("chat gpt-4.1-mini", attributes=_attributes(protocol, index)).end()
    provider.shutdown()


def send_logs(protocol: str, n_items: int) -> None:
    provider = LoggerProvider()
    exporter = _exporter(protocol, "_log_exporter", "OTLPLogExporter")
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = provider.get_logger("application")
    for index in range(n_items):
        logger.emit(body="answered", attributes=_attributes(protocol, index))
    provider.shutdown()


def send_metrics(protocol: str, n_items: int) -> None:
    exporter = _exporter(protocol, "metric_exporter", "OTLPMetricExporter")
    # One collection, at shutdown: a cumulative sum is otherwise sent again and again.
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=1e9)
    provider = MeterProvider([reader])
    counter = provider.get_meter("application").create_counter("answers")
    for index in range(n_items):
        counter.add(1, _attributes(protocol, index))
    provider.shutdown()


if __name__ == "__main__":
    for send in (send_traces, send_logs, send_metrics):
        send(sys.argv[1], int(sys.argv[2]))
