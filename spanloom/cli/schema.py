"""`spanloom schema`: the JSON schema of a configuration file."""

from __future__ import annotations

import json

import click

from spanloom.config.schema import file_schema
from spanloom.registry import installed


@click.command("schema")
def command() -> None:
    """Print the JSON schema of the whole file, for editors.

    Save it and begin the configuration with
    `# yaml-language-server: $schema=spanloom.schema.json`.
    """
    click.echo(json.dumps(file_schema(installed()), indent=2, ensure_ascii=False))
