"""`spanloom run`: the collector, until it is told to stop."""

from __future__ import annotations

import sys

import click

from spanloom.cli.options import Sources, source_options


@click.command("run")
@source_options
def command(sources: Sources) -> None:
    """Run the collector (the default command).

    SIGINT and SIGTERM drain and stop it; SIGHUP reads the configuration again.
    """
    from spanloom import service
    from spanloom.cli.report import print_problems
    from spanloom.config import ConfigErrors

    try:
        status = service.run(list(sources.configs), list(sources.sets))
    except ConfigErrors as problems:
        print_problems(problems.errors, problems.warnings)
        status = 1
    sys.exit(status)
