"""Which family of tokenizers a model belongs to, by its name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Family = Literal[
    "o200k", "cl100k", "claude", "llama", "qwen", "deepseek", "mistral", "gemma", "kimi", "glm"
]
DEFAULT: Family = "o200k"
"""For models of no known family: the vocabulary whose counts lie in the middle of the others."""

# In order: `gpt-4o` before `gpt-4`; names that stand inside others come late.
_RULES: tuple[tuple[str, Family], ...] = (
    (r"gpt-4o|gpt-4\.[1-9]|gpt-[5-9]|gpt-oss|chatgpt|codex|(^|[^a-z])o[1-9]($|[-_@:])", "o200k"),
    (r"gpt-?4|gpt-?3|gpt-?35|text-embedding-(3|ada)|davinci|babbage", "cl100k"),
    (r"claude|anthropic", "claude"),
    (r"qwen|qwq|qvq", "qwen"),
    (r"[sx]tral($|[^a-z])", "mistral"),
    (r"gemma|gemini", "gemma"),
    (r"kimi|moonshot", "kimi"),
    (r"glm", "glm"),
    (r"llama|hermes|nemotron", "llama"),
    (r"deepseek", "deepseek"),  # last: its distilled models keep the other's vocabulary
    (r"phi-?[34]", "cl100k"),
)
_COMPILED = tuple((re.compile(pattern), family) for pattern, family in _RULES)
# Names longer than that are not names of models.
_NAME_CHARACTERS_MAX = 200


def family_of(model: str) -> Family:
    """The family, by the first rule that matches the model's own name (without its maker's)."""
    return _family_of(model[:_NAME_CHARACTERS_MAX])


@lru_cache(maxsize=1000)
def _family_of(model: str) -> Family:
    name = model.lower().rsplit("/", 1)[-1]
    for pattern, family in _COMPILED:
        if pattern.search(name):
            return family
    return DEFAULT
