"""`--config` and `--set`, before or after the subcommand."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Sources:
    """What the configuration is made of: `--config` and `--set`, in order."""

    configs: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()


def source_options(function: Function) -> Function:
    """Adds both options and passes them as `sources`, those before the subcommand first."""

    @click.option(
        "--config",
        "configs",
        multiple=True,
        metavar="URI",
        help="A file, or file:, env: or yaml: with a path, a variable or text. "
        "May be repeated; later ones are merged over earlier ones.",
    )
    @click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="KEY=VALUE",
        help="One value over all files, as in processors.batch.timeout=2s. May be repeated.",
    )
    @functools.wraps(function)
    def wrapped(*args: Any, configs: tuple[str, ...], sets: tuple[str, ...], **more: Any) -> Any:
        context = click.get_current_context()
        before = context.parent.obj if context.parent and context.parent.obj else Sources()
        configs = (*before.configs, *configs)
        sets = (*before.sets, *sets)
        return function(*args, sources=Sources(configs, sets), **more)

    return wrapped  # type: ignore[return-value]
