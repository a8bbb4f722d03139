"""`spanloom validate`: everything that is wrong, without starting anything."""

from __future__ import annotations

import sys

import click

from spanloom.cli.options import Sources, source_options
from spanloom.cli.report import as_json, print_problems
from spanloom.config import ConfigErrors, load


@click.command("validate")
@source_options
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="text: silent when all is well. json: always one report on stdout.",
)
def command(sources: Sources, output: str) -> None:
    """Check the configuration. Exit status 0: valid; 1: it has mistakes."""
    errors, warnings = [], []
    try:
        warnings = load(sources.configs, sources.sets).warnings
    except ConfigErrors as problems:
        errors, warnings = problems.errors, problems.warnings
    if output == "json":
        click.echo(as_json(errors, warnings))
    else:
        print_problems(errors, warnings)
    sys.exit(1 if errors else 0)
