"""From a file and a function's name to the function, or a clear reason why not."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class UserCodeError(ValueError):
    """The user's file cannot be used, or its function did something that it must not."""


class _Uncached(SourceFileLoader):
    """Writes no bytecode: the folder may be read-only, and two changes within a second count."""

    def set_data(self, path: str, data: ReadableBuffer, *, _mode: int = 0o666) -> None:
        """Drop what would be written."""


def load_function(path: Path, name: str, options: Mapping[str, Any]) -> Callable[[Any], Any]:
    """A function of one argument: the user's, with the options filled in.

    Raises:
        UserCodeError: the file or the function is not there, the file raises when it is
            imported, or the function does not take one argument and these options.
    """
    if not path.is_file():
        raise UserCodeError(f"{path}: no such file")
    if path.suffix != ".py":
        raise UserCodeError(f"{path}: is no Python file; its name must end in .py")
    module = _import(path)
    function = getattr(module, name, None)
    if not callable(function):
        raise UserCodeError(f"{path}: has no function {name!r}{_hint(module)}")
    try:
        inspect.signature(function).bind(None, **options)
    except TypeError as error:
        message = f"{path}: {name}() cannot be called with one item and its options: {error}"
        raise UserCodeError(message) from None
    return lambda argument: function(argument, **options)


def _import(path: Path) -> ModuleType:
    """Run the file as a module of its own; each time anew, so that a reload sees its changes."""
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    name = f"spanloom_user_{path.stem}_{digest}"
    loader = _Uncached(name, str(path))
    module = importlib.util.module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    module.__file__ = str(path)
    # Dataclasses and pickling look their module up by name.
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise UserCodeError(f"{path}{_line(path, error)}: {_text(error)}") from error
    return module


def _line(path: Path, error: Exception) -> str:
    """`:LINE` of the user's file where the error arose."""
    if isinstance(error, SyntaxError):
        return f":{error.lineno}"
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == str(path):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return f":{line}" if line is not None else ""


def _text(error: Exception) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"cannot be imported: {type(error).__name__}: {text}"


def _hint(module: ModuleType) -> str:
    found = [
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    ]
    return f"; it has {', '.join(found)}" if found else ""
