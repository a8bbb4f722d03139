// The Vercel AI SDK 7 with its OpenTelemetry package: tool calls, streams, embeddings, two providers.

import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { embed, generateText, registerTelemetry, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

const SYSTEM = 'You answer about the weather, briefly.';
const QUESTION = 'How is the weather in Paris?\nPlease in °C.';
const provider = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
registerTelemetry(new OpenTelemetry());

const openai = createOpenAI({ baseURL: `${process.env.MODEL_URL}/v1` });
const anthropic = createAnthropic({ baseURL: `${process.env.MODEL_URL}/v1` });
const telemetry = {
  isEnabled: true,
  functionId: 'weather',
  metadata: { userId: 'user-7', sessionId: 'session-9' },
};
const get_weather = tool({
  description: 'The weather of a city',
  inputSchema: z.object({ city: z.string(), unit: z.string() }),
  execute: async () => ({ temperature: 18, sky: 'clear' }),
});

async function ask(model) {
  const asked = { model, system: SYSTEM, prompt: QUESTION, telemetry };
  await generateText({ ...asked, tools: { get_weather }, stopWhen: stepCountIs(3) });
  const stream = streamText({ ...asked, maxOutputTokens: 32 });
  for await (const _ of stream.textStream);
}

await ask(openai.chat('gpt-5-mini'));
await ask(openai.responses('gpt-5-mini'));
await ask(anthropic('claude-sonnet-4-5'));
await embed({
  model: openai.embedding('text-embedding-3-small'),
  value: QUESTION,
  telemetry,
});
await provider.shutdown();
