"""`spanloom version`."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version

import click


@click.command("version")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text")
def command(output: str = "text") -> None:
    """Print the version."""
    own = version("spanloom")
    if output == "json":
        native, python = version("spanloom-native"), platform.python_version()
        click.echo(json.dumps({"spanloom": own, "spanloom-native": native, "python": python}))
    else:
        click.echo(f"spanloom version {own}")
