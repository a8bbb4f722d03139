"""An agent of pydantic-ai with its own instrumentation: a run, a streamed run, two providers."""

import asyncio

import conversation
import otlp
from pydantic_ai import Agent, Embedder
from pydantic_ai.models.instrumented import InstrumentationSettings

given = otlp.providers()
Agent.instrument_all(
    InstrumentationSettings(
        tracer_provider=given["tracer_provider"], meter_provider=given["meter_provider"]
    )
)


def get_weather(city: str, unit: str) -> str:
    """The weather of a city."""
    return conversation.TOOL_RESULT


async def run(model: str) -> None:
    agent = Agent(model, name="weather", instructions=conversation.SYSTEM, tools=[get_weather])
    await agent.run(conversation.QUESTION)
    plain = Agent(
        model,
        name="reporter",
        system_prompt=conversation.SYSTEM,
        model_settings={"max_tokens": 32},
    )
    async with plain.run_stream(conversation.QUESTION) as result:
        await result.get_output()


async def main() -> None:
    await run(f"openai-chat:{conversation.MODEL}")
    await run(f"anthropic:{conversation.ANTHROPIC_MODEL}")
    embedder = Embedder(f"openai:{conversation.EMBEDDING_MODEL}", instrument=True)
    await embedder.embed_query(conversation.QUESTION)


asyncio.run(main())
otlp.shutdown(given)
