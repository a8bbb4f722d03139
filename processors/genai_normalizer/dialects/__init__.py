"""The dialects: every module of this package holds one `DIALECT`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from spanloom.processors.genai_normalizer.dialect import Dialect


@cache
def load_dialects() -> tuple[Dialect, ...]:
    """All dialects, by name. A module without a `DIALECT` is an error of this package."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
    ]
    return tuple(sorted((module.DIALECT for module in modules), key=lambda d: d.name))
