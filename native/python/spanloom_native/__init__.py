"""The native core of Spanloom. Its face is described in `__init__.pyi`."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from spanloom_native import _native
from spanloom_native._native import *  # noqa: F403
from spanloom_native._native import __version__ as __version__

Signal = Literal["traces", "logs", "metrics"]
Level = Literal["item", "resource", "scope", "event", "link"]
AttributeValue: TypeAlias = (
    str | bool | int | float | bytes | Sequence["AttributeValue"] | Mapping[str, "AttributeValue"]
)

__all__ = [*_native.__all__, "AttributeValue", "Level", "Signal"]  # noqa: PLE0604 - a list of str
