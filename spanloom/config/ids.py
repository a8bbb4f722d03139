"""Ids of components (`type[/name]`) and of pipelines (`signal[/name]`)."""

from __future__ import annotations

import re
import unicodedata
from typing import get_args

from spanloom.batch import Signal

_TYPE = re.compile(r"[a-zA-Z][0-9a-zA-Z_]{0,62}")
_NAME_LENGTH_MAX = 1024
SIGNALS: tuple[Signal, ...] = get_args(Signal)


def split_id(text: str) -> tuple[str, str]:
    """Type and name (empty without one) of a component id, trimmed.

    Raises ValueError with the rule that it breaks.
    """
    kind, slash, name = (part.strip() for part in text.partition("/"))
    if not _TYPE.fullmatch(kind):
        raise ValueError(f"id {text!r} must be type[/name], its type matching ^{_TYPE.pattern}$")
    if slash and not _is_name(name):
        raise ValueError(
            f"id {text!r} must have a name of 1 to {_NAME_LENGTH_MAX} characters after '/', "
            "without spaces, control characters or symbols"
        )
    return kind, name


def split_pipeline_id(text: str) -> tuple[Signal, str]:
    """Signal and name of a pipeline id. Raises ValueError with the rule that it breaks."""
    kind, name = split_id(text)
    for signal in SIGNALS:
        if kind == signal:
            return signal, name
    raise ValueError(f"unknown signal {kind!r}; a pipeline id is traces, metrics or logs[/name]")


def joined(kind: str, name: str) -> str:
    """The id as written everywhere: `type` or `type/name`."""
    return f"{kind}/{name}" if name else kind


def _is_name(name: str) -> bool:
    """No white space, control characters or symbols; letters of every script are fine."""
    return 0 < len(name) <= _NAME_LENGTH_MAX and not any(
        unicodedata.category(c)[0] in "SZC" for c in name
    )
