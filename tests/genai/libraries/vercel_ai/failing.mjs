// Calls of the Vercel AI SDK that fail, with its own telemetry.

import { createOpenAI } from '@ai-sdk/openai';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { generateText, streamText } from 'ai';

const SYSTEM = 'You answer about the weather, briefly.';
const QUESTION = 'How is the weather in Paris?\nPlease in °C.';
const provider = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();

const openai = createOpenAI({ baseURL: `${process.env.MODEL_URL}/v1` });
const asked = {
  system: SYSTEM,
  prompt: QUESTION,
  maxRetries: 0,
  experimental_telemetry: { isEnabled: true, functionId: 'weather' },
};

for (const model of ['gpt-5-limited', 'gpt-5-broken']) {
  await generateText({ ...asked, model: openai.chat(model) }).catch(() => {});
}
const stream = streamText({ ...asked, model: openai.chat('gpt-5-cut'), onError: () => {} });
try {
  for await (const _ of stream.textStream);
} catch {
  // It breaks off.
}
await provider.shutdown();
