"""The OpenAI SDK, traced by Logfire, which sends to an OTLP endpoint instead of its own."""

import conversation
import logfire
from openai import OpenAI

logfire.configure(send_to_logfire=False, console=False)
logfire.instrument_openai()
client = OpenAI()
conversation.chat(client)
conversation.embed(client)
conversation.respond(client)
logfire.shutdown()
