"""Which price list a provider's name means.

Left the names of the semantic conventions and of libraries, right the ids of the shipped list.
"""

from __future__ import annotations

ALIASES = {
    "aws.bedrock": "aws",
    "amazon_bedrock": "aws",
    "az.ai.inference": "azure",
    "az.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "azure_ai": "azure",
    "azure_openai": "azure",
    "fireworks_ai": "fireworks",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "gemini": "google",
    "github_copilot": "github-copilot",
    "google_genai": "google",
    "mistral_ai": "mistral",
    "mistralai": "mistral",
    "moonshot": "moonshotai",
    "moonshot_ai": "moonshotai",
    "together_ai": "together",
    "together-ai": "together",
    "vertex_ai": "google",
    "vertexai": "google",
    "voyage": "voyageai",
    "x.ai": "x-ai",
    "x_ai": "x-ai",
    "xai": "x-ai",
    "z_ai": "zai",
    "zhipu": "zhipuai",
}

SELF_HOSTED = "self_hosted"
"""What is billed as, when only the configuration says which model it is."""

WITHOUT_LIST = frozenset(
    {
        SELF_HOSTED,
        "custom",
        "custom_openai",
        "huggingface",
        "ibm.watsonx.ai",
        "llama.cpp",
        "llama_cpp",
        "llamacpp",
        "lm_studio",
        "lmstudio",
        "local",
        "mlx",
        "ollama",
        "openai-compatible",
        "openai_compatible",
        "openai_like",
        "sglang",
        "tensorrt_llm",
        "tgi",
        "triton",
        "vllm",
        "watsonx",
        "hosted_vllm",
    }
)
"""Providers that the shipped list does not have; its looser rules would take some for others
(`openai_compatible` for OpenAI), and a dollar figure of a stranger is worse than none."""

GATEWAYS = frozenset({"litellm", "portkey", "bifrost", "helicone"})
"""Their models are called `provider/model`."""

MODEL_PREFIXES = {
    "groq": ("openai/", "meta-llama/", "qwen/", "moonshotai/", "deepseek/", "google/"),
    "google": ("models/", "publishers/google/models/"),
    "fireworks": ("accounts/fireworks/models/",),
}
"""What senders leave out of a model's name, or (google) put before it."""


def canonical(name: str, aliases: dict[str, str]) -> str:
    """The id in the shipped list, or the name itself, in lower case; `aliases` come first."""
    lowered = name.strip().lower()
    lowered = aliases.get(lowered, lowered).lower()
    return ALIASES.get(lowered, lowered)


def spellings(provider: str, model: str) -> list[str]:
    """Names that the list may have the model under, the one given first."""
    prefixes = MODEL_PREFIXES.get(provider, ())
    bare = [model.removeprefix(prefix) for prefix in prefixes if model.startswith(prefix)]
    return [model, *bare, *(prefix + model for prefix in prefixes if not bare)]
