"""Who counts a text: the heuristic, or splintr with a model's own vocabulary."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from spanloom.processors.token_count.families import Family, family_of
from spanloom.processors.token_count.heuristic import estimate

if TYPE_CHECKING:
    from spanloom.processors.token_count.config import Config, Vocabulary

CountTexts = Callable[[Sequence[str]], float]
"""Tokens of some texts together."""
Counter = tuple[str, CountTexts]
"""What `spanloom.tokens.method` says, and who counts."""

HEURISTIC: Final = "heuristic"
NOT_INSTALLED: Final = (
    "method splintr needs the extra `tokens`: pip install 'spanloom[tokens]'; "
    "or choose `method: heuristic`"
)
# Claude is missing: its vocabulary is not published.
_VOCABULARIES: Final[dict[Family, str]] = {
    "o200k": "o200k_base",
    "cl100k": "cl100k_base",
    "llama": "llama3",
    "qwen": "qwen3",
    "deepseek": "deepseek_v3",
    "mistral": "mistral_v3",
    "gemma": "gemma3",
    "kimi": "kimi_k2",
    "glm": "glm4",
}


class Counters:
    """Counters by model. A vocabulary is loaded when a model first needs it (20 to 800 ms)."""

    def __init__(self, config: Config, folder: str) -> None:
        """Loads what the config names.

        Raises:
            ValueError: splintr is not installed, or a vocabulary cannot be loaded.
        """
        self._exact = config.method == "splintr"
        if self._exact and importlib.util.find_spec("splintr") is None:
            raise ValueError(NOT_INSTALLED)
        self._own = [(entry.models, _own_counter(entry, folder)) for entry in config.vocabularies]

    def of(self, model: str) -> Counter:
        """Who counts for a model; no vocabulary is known for one without a name."""
        lower = model.lower()
        for patterns, counter in self._own:
            if any(fnmatchcase(lower, pattern) for pattern in patterns):
                return counter
        family = family_of(model)
        vocabulary = _VOCABULARIES.get(family)
        if self._exact and model and vocabulary is not None:
            return _pretrained(vocabulary)
        return HEURISTIC, _heuristic(family)


@lru_cache(maxsize=16)
def _heuristic(family: Family) -> CountTexts:
    # Together, because a call costs more than a short text; a blank between two weighs nothing.
    return lambda texts: estimate(" ".join(texts), family)


@lru_cache(maxsize=32)
def _pretrained(name: str) -> Counter:
    from splintr import Tokenizer

    return f"splintr:{name}", _exact(Tokenizer.from_pretrained(name).encode_ordinary)


def _own_counter(entry: Vocabulary, folder: str) -> Counter:
    """Raises ValueError: splintr knows no such vocabulary, or cannot read the file."""
    if entry.name:
        return _pretrained(entry.name)
    from splintr import from_json

    path = Path(folder, entry.file)
    try:
        encode = from_json(str(path)).encode_ordinary
    except (OSError, ValueError) as error:
        raise ValueError(f"the vocabulary {path} cannot be read: {error}") from None
    return f"splintr:{path.stem}", _exact(encode)


def _exact(encode: Callable[[str], Sequence[int]]) -> CountTexts:
    """`encode` takes special tokens for mere text, as servers do with what users write."""

    def count(texts: Sequence[str]) -> float:
        # Escapes in JSON can make halves of characters, which splintr refuses.
        whole = (text.encode("utf-8", "replace").decode() for text in texts)
        return sum(len(encode(text)) for text in whole)

    return count
