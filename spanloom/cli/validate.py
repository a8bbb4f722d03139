"""`spanloom validate`: everything that is wrong, without starting anything."""

from __future__ import annotations

import sys

import click

from spanloom.cli.options import Sources, source_options
from spanloom.cli.report import as_json, print_problems
from spanloom.cli.trial import construction_errors
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
@click.option(
    "--file-only", is_flag=True, help="Check the file alone; make no component, run no user code."
)
def command(sources: Sources, output: str, *, file_only: bool) -> None:
    """Check the configuration and make its components, without starting any.

    Exit status 0: valid; 1: it has mistakes.
    """
    errors, warnings = [], []
    try:
        config = load(sources.configs, sources.sets)
        warnings = config.warnings
        errors = [] if file_only else construction_errors(config)
    except ConfigErrors as problems:
        errors, warnings = problems.errors, problems.warnings
    if output == "json":
        click.echo(as_json(errors, warnings))
    else:
        print_problems(errors, warnings)
    sys.exit(1 if errors else 0)
