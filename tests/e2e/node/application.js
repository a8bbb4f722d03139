// usage: node application.js N_ITEMS
// Sends that many spans, log records and data points as OTLP/JSON to
// OTEL_EXPORTER_OTLP_ENDPOINT, with the attributes `test.sender` and `test.index`.

import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const nItems = Number(process.argv[2]);
const attributes = (index) => ({ 'test.sender': 'node-json', 'test.index': index });
const indexes = [...Array(nItems).keys()];

async function sendTraces() {
  const processor = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer('application');
  for (const index of indexes) {
    tracer.startSpan('chat gpt-4.1-mini', { attributes: attributes(index) }).end();
  }
  await provider.shutdown();
}

async function sendLogs() {
  const processor = new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() });
  const provider = new LoggerProvider({ processors: [processor] });
  const logger = provider.getLogger('application');
  for (const index of indexes) {
    logger.emit({ body: 'answered', attributes: attributes(index) });
  }
  await provider.shutdown();
}

async function sendMetrics() {
  const exporter = new OTLPMetricExporter();
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e9 });
  const provider = new MeterProvider({ readers: [reader] });
  const counter = provider.getMeter('application').createCounter('answers');
  for (const index of indexes) counter.add(1, attributes(index));
  await provider.shutdown();
}

await sendTraces();
await sendLogs();
await sendMetrics();
