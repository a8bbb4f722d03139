"""Which spans of a batch are calls of a model, and what tells their prices apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from spanloom import semconv

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Bool = NDArray[np.bool_]
    Codes = NDArray[np.signedinteger]

BILLED_OPERATIONS = semconv.INFERENCE_OPERATIONS | {"rerank"}
WITHOUT_OUTPUT = frozenset({"embeddings", "rerank"})
"""Operations that produce no tokens."""


class Names(NamedTuple):
    """What the spans of a group say; None where they do not."""

    operation: str | None
    provider: str | None
    response_model: str | None
    request_model: str | None
    context: tuple[str | None, ...]

    @property
    def is_call(self) -> bool:
        return self.operation in BILLED_OPERATIONS

    @property
    def models(self) -> tuple[str | None, ...]:
        """The one that counts first."""
        return self.response_model, self.request_model


@dataclass(slots=True)
class Groups:
    """The rows by what they have in common.

    Attributes:
        codes: (n,) which group each row is in; not to be changed.
        values: by group.
    """

    codes: Codes
    values: list[Names]


@dataclass(frozen=True, slots=True)
class Operations:
    """What operations mean, by code.

    Attributes:
        are_calls: True for calls of a model; None: all are.
        without_output: True where there can be no output; None: nowhere.
    """

    are_calls: Bool | None
    without_output: Bool | None

    @classmethod
    def of(cls, names: Iterable[str | None]) -> Operations:
        calls = [name in BILLED_OPERATIONS for name in names]
        silent = [name in WITHOUT_OUTPUT for name in names]
        return cls(
            None if all(calls) else np.array(calls, np.bool_),
            np.array(silent, np.bool_) if any(silent) else None,
        )

    def take(self, codes: list[int]) -> Operations:
        """The same for codes that stand for these."""
        return Operations(
            *(
                None if each is None else each[codes]
                for each in (self.are_calls, self.without_output)
            )
        )
