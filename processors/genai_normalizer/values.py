"""Names of providers and finish reasons: what is in use -> what the conventions list (R4, R5)."""

from __future__ import annotations

from typing import Any

from spanloom.columns import ValueKind
from spanloom.processors.genai_normalizer.convert import Conversion, to_strings, to_text

_PROVIDERS = {
    "az.ai.inference": "azure.ai.inference",
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "azure-openai": "azure.ai.openai",
    "azure.openai": "azure.ai.openai",
    "aws": "aws.bedrock",
    "aws_bedrock": "aws.bedrock",
    "bedrock": "aws.bedrock",
    "amazon-bedrock": "aws.bedrock",
    "google": "gcp.gen_ai",
    "google_genai": "gcp.gen_ai",
    "gemini": "gcp.gemini",
    "google.generative-ai": "gcp.gemini",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "google.vertex": "gcp.vertex_ai",
    "google_vertexai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "llama.cpp": "llama_cpp",
    "llamacpp": "llama_cpp",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "mistral-ai": "mistral_ai",
    "moonshot": "moonshot_ai",
    "moonshotai": "moonshot_ai",
    "xai": "x_ai",
}
# Listed by the conventions, or by nobody and then in common use; they differ by case at most.
_KNOWN = (
    *("anthropic", "aws.bedrock", "azure.ai.inference", "azure.ai.openai", "cohere", "deepseek"),
    *("gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai", "groq", "ibm.watsonx.ai", "mistral_ai"),
    *("moonshot_ai", "openai", "perplexity", "x_ai", "llama_cpp", "vllm", "sglang", "ollama"),
    *("together_ai", "fireworks", "openrouter", "replicate", "huggingface", "litellm"),
)
_PROVIDERS.update({name: name for name in _KNOWN})

_FINISH_REASONS = {
    "tool_calls": "tool_call",
    "tool-calls": "tool_call",
    "function_call": "tool_call",
    "tool_use": "tool_call",
    "toolcall": "tool_call",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "eos": "stop",
    "completed": "stop",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "content-filter": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
}
_FINISH_REASONS.update(
    {name: name for name in ("stop", "length", "content_filter", "tool_call", "error")}
)


def provider_name(value: Any) -> str | None:
    """The listed name of a provider; `openai.chat` is openai; an unknown name stays."""
    text = to_text(value)
    if text is None:
        return None
    lower = text.strip().lower()
    known = _PROVIDERS.get(lower)
    if known is None and "." in lower:
        # Vercel adds the API to the provider: openai.responses, google.vertex.chat.
        known = _PROVIDERS.get(lower.rpartition(".")[0]) or _PROVIDERS.get(lower.partition(".")[0])
    return known or text


def finish_reason(value: Any) -> str | None:
    """The conventions' word for a reason; an unknown one stays."""
    text = to_text(value)
    return None if text is None else _FINISH_REASONS.get(text.lower(), text)


def finish_reasons(value: Any) -> list[str] | None:
    """The same for a list, JSON of one, or one reason alone."""
    texts = to_strings(value)
    return None if texts is None else [finish_reason(text) or text for text in texts]


PROVIDER_NAME = Conversion(provider_name)
FINISH_REASONS_ENUM = Conversion(finish_reasons)
FINISH_REASONS_RAW = Conversion(to_strings, frozenset({ValueKind.ARRAY}))
