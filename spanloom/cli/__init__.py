"""The `spanloom` command. One file per subcommand, imported when it is called.

Exit status: 0 done; 1 the configuration has mistakes or the collector could not run;
2 the command line is wrong.
"""

from __future__ import annotations

import importlib
from typing import ClassVar

import click

from spanloom.cli.options import Sources, source_options

PROGRAM = "spanloom"


class LazyGroup(click.Group):
    """A group whose commands are imported when they are needed."""

    modules: ClassVar[dict[str, str]] = {
        "run": "spanloom.cli.run",
        "validate": "spanloom.cli.validate",
        "components": "spanloom.cli.components",
        "print-config": "spanloom.cli.print_config",
        "reference": "spanloom.cli.reference",
        "redact": "spanloom.cli.redact",
        "price": "spanloom.cli.price",
        "reprice": "spanloom.cli.reprice",
        "schema": "spanloom.cli.schema",
        "version": "spanloom.cli.version",
        "completion": "spanloom.cli.completion",
    }
    aliases: ClassVar[dict[str, str]] = {"print-initial-config": "print-config"}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = self.modules.get(self.aliases.get(cmd_name, cmd_name))
        if module is None:
            return None
        command: click.Command = importlib.import_module(module).command
        return command


@click.group(
    PROGRAM,
    cls=LazyGroup,
    invoke_without_command=True,
    epilog="Exit status: 0 done; 1 the configuration has mistakes, or the collector could not "
    "run; 2 the command line is wrong.",
)
@source_options
@click.option("--version", is_flag=True, help="Print the version and exit.")
@click.pass_context
def cli(ctx: click.Context, sources: Sources, *, version: bool) -> None:
    """An OpenTelemetry Collector distribution for AI inference telemetry.

    Without a command it runs: `spanloom --config pipelines.yaml`.
    """
    ctx.obj = sources
    if version:
        ctx.invoke(_command(ctx, "version"))
    elif ctx.invoked_subcommand is None:
        ctx.invoke(_command(ctx, "run"))


def main() -> None:
    """Entry point of the script and of `python -m spanloom`."""
    cli.main(prog_name=PROGRAM)


def _command(ctx: click.Context, name: str) -> click.Command:
    command = cli.get_command(ctx, name)
    if command is None:
        raise click.UsageError(f"no such command: {name}")
    return command
