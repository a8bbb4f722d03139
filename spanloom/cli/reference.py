"""`spanloom reference`: every setting of every component, as Markdown."""

from __future__ import annotations

import click

from spanloom.config.errors import nearest_name
from spanloom.config.reference import page
from spanloom.registry import KINDS, installed


@click.command("reference")
@click.argument("component_type", required=False)
@click.option("--kind", type=click.Choice(KINDS), help="Only receivers, processors, ...")
def command(component_type: str | None, kind: str | None) -> None:
    """Print the reference of one component type, or of all, as Markdown."""
    registry = installed()
    names = [
        (each, name)
        for each in KINDS
        for name in registry.types(each)
        if kind in {None, each} and component_type in {None, name}
    ]
    if component_type and not names:
        valid = [name for each in KINDS for name in registry.types(each)]
        nearest = nearest_name(component_type, valid)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise click.UsageError(f"no component of type {component_type!r}{hint}")
    pages = [page(each, name, registry.find(each, name)) for each, name in names]
    click.echo("\n\n".join(pages))
