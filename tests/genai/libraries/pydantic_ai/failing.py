"""Runs of agents of pydantic-ai whose calls of the model fail."""

import asyncio
import contextlib

import conversation
import otlp
from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

given = otlp.providers()
Agent.instrument_all(
    InstrumentationSettings(
        tracer_provider=given["tracer_provider"], meter_provider=given["meter_provider"]
    )
)
provider = OpenAIProvider(openai_client=AsyncOpenAI(max_retries=0))


def agent(model: str) -> Agent:
    made = OpenAIChatModel(model, provider=provider)
    return Agent(made, name="weather", instructions=conversation.SYSTEM, retries=0)


async def main() -> None:
    for model in ("gpt-5-limited", "gpt-5-broken"):
        with contextlib.suppress(Exception):
            await agent(model).run(conversation.QUESTION)
    with contextlib.suppress(Exception):
        async with agent(conversation.CUT).run_stream(conversation.QUESTION) as result:
            await result.get_output()


asyncio.run(main())
otlp.shutdown(given)
