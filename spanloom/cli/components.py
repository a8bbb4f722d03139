"""`spanloom components`: what can be configured."""

from __future__ import annotations

from typing import Any

import click

from spanloom import __version__
from spanloom.cli.render import format_option, rendered
from spanloom.component import Factory, Kind
from spanloom.config.ids import SIGNALS
from spanloom.registry import KINDS, ComponentError, Registry, installed


@click.command("components")
@format_option
def command(output: str) -> None:
    """List the components with module, aliases and stability per signal."""
    click.echo(rendered(listing(installed()), output))


def listing(registry: Registry) -> dict[str, Any]:
    """As the Collector lists them; a component that cannot be loaded says why."""
    result: dict[str, Any] = {"buildinfo": {"command": "spanloom", "version": __version__}}
    for kind in KINDS:
        names = registry.types(kind)
        result[f"{kind}s"] = [_entry(registry, kind, name) for name in names]
    result["providers"] = [{"scheme": scheme} for scheme in ("env", "file", "yaml")]
    return result


def _entry(registry: Registry, kind: Kind, name: str) -> dict[str, Any]:
    try:
        factory = registry.find(kind, name)
    except ComponentError as error:
        return {"name": name, "error": str(error)}
    entry: dict[str, Any] = {
        "name": name,
        "module": factory.config.__module__.removesuffix(".config"),
        "stability": dict.fromkeys(_signals(kind, factory), factory.stability),
    }
    if factory.aliases:
        entry["aliases"] = list(factory.aliases)
    return entry


def _signals(kind: Kind, factory: Factory) -> list[str]:
    if kind == "extension":
        return ["extension"]
    if kind == "connector":
        pairs = ((taken, made) for taken in SIGNALS for made in SIGNALS)
        return [f"{taken}-to-{made}" for taken, made in pairs if (taken, made) in factory.signals]
    return [signal for signal in SIGNALS if signal in factory.signals]
