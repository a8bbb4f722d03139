"""`spanloom print-config`: the configuration after merging and expansion."""

from __future__ import annotations

import os
import sys

import click

from spanloom.cli.options import Sources, source_options
from spanloom.cli.render import format_option, rendered
from spanloom.cli.report import print_problems
from spanloom.config import ConfigErrors
from spanloom.config.check import check
from spanloom.config.effective import redacted_tree
from spanloom.config.errors import Problems
from spanloom.config.load import config_dir, read_tree
from spanloom.registry import installed


@click.command("print-config")
@source_options
@format_option
@click.option(
    "--mode",
    type=click.Choice(["redacted", "unredacted"]),
    default="redacted",
    show_default=True,
    help="unredacted prints secrets.",
)
@click.option(
    "--validate", type=bool, default=True, show_default=True, help="Check it before printing."
)
def command(sources: Sources, output: str, mode: str, *, validate: bool) -> None:
    """Print the effective configuration, secrets redacted unless asked otherwise."""
    problems = Problems()
    try:
        root = read_tree(sources.configs, sources.sets, os.environ, problems)
        if validate:
            check(root, installed(), config_dir(sources.configs), problems)
        problems.raise_if_any()
    except ConfigErrors as found:
        print_problems(found.errors, found.warnings)
        sys.exit(1)
    values = root.plain() if mode == "unredacted" else redacted_tree(root, installed())
    click.echo(rendered(values, output))
