"""The OpenAI SDK, traced by Langfuse's, which sends to a server of ours."""

import os

os.environ["LANGFUSE_HOST"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
os.environ["LANGFUSE_BASE_URL"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
os.environ["LANGFUSE_PUBLIC_KEY"] = "pk-unused"
os.environ["LANGFUSE_SECRET_KEY"] = "unused"

import conversation
from langfuse import get_client, observe, propagate_attributes
from langfuse.openai import OpenAI

client = OpenAI()


@observe(name="weather_report")
def report() -> str:
    with propagate_attributes(user_id="user-7", session_id="session-9"):
        conversation.chat(client)
    return "reported"


report()
conversation.embed(client)
conversation.respond(client)
get_client().flush()
get_client().shutdown()
