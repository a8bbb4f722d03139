"""The native core of Spanloom. Its face is described in `__init__.pyi`."""

from spanloom_native import _native
from spanloom_native._native import *  # noqa: F403
from spanloom_native._native import __version__ as __version__

__all__ = _native.__all__
