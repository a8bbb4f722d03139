"""The configuration of the `token_count` processor."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from spanloom import component
from spanloom.config.fields import ByteSize

Method = Literal["heuristic", "splintr"]


class Vocabulary(component.Config):
    """The vocabulary of models that bear a name of your own."""

    models: list[str] = Field(min_length=1)
    """Names of models, in lower case; `*` stands for anything. The first match decides."""

    name: str = ""
    """One of splintr's vocabularies, such as `o200k_base`, `llama3`, `qwen3`, `mistral_v3`."""

    file: str = ""
    """A Hugging Face `tokenizer.json`; relative to the folder of the configuration."""

    @model_validator(mode="after")
    def _names_one_vocabulary(self) -> Self:
        if bool(self.name) == bool(self.file):
            raise ValueError("give either name or file")
        return self


class Config(component.Config):
    """How counts are made, and how much work that may be."""

    method: Method = "heuristic"
    """`heuristic`: calibrated weights of characters by family of models. `splintr`: exact, with
    the extra `spanloom[tokens]`; models whose vocabulary is not known get the heuristic."""

    vocabularies: list[Vocabulary] = Field(default_factory=list, max_length=1000)
    """Vocabularies of models that are not known by their names. Only with `method: splintr`."""

    span_bytes_max: ByteSize = Field(default=1 << 20, ge=1024)
    """Text of one span that is counted in full; what is longer is estimated from its beginning."""

    batch_bytes_max: ByteSize = Field(default=8 << 20, ge=1024)
    """Text of one batch that is read; spans beyond it are left as they are, and counted."""

    @model_validator(mode="after")
    def _vocabularies_are_used(self) -> Self:
        if self.vocabularies and self.method == "heuristic":
            raise ValueError("vocabularies need `method: splintr`")
        return self
