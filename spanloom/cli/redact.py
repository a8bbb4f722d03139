"""`spanloom redact`: what the rules find in a text, and what they make of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import click

from spanloom.cli.options import Sources, source_options
from spanloom.cli.redact_output import JsonOutput, Output, Piece, TextOutput, listing
from spanloom.cli.report import print_problems
from spanloom.config import ConfigErrors
from spanloom.config.errors import nearest_name
from spanloom.config.load import config_dir, load
from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.engine import engine_for
from spanloom.processors.redaction.load import Loaded, load_rules

FOUND_STATUS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose rules: those of a configured processor, or of sets and files."""

    processor: str | None
    rule_files: Sequence[str]
    rule_sets: Sequence[str]
    enable: Sequence[str]


@click.command("redact")
@source_options
@click.option("--processor", metavar="ID", help="Take the rules of this processor of --config.")
@click.option(
    "--rules",
    "rule_files",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="A file of rules, in addition to the shipped sets. May be repeated.",
)
@click.option(
    "--rule-set",
    "rule_sets",
    multiple=True,
    metavar="NAME",
    help="A shipped set, in place of those that are on by default; `none` for none.",
)
@click.option("--enable", multiple=True, metavar="GLOB", help="Turn on rules of tier 2 by id.")
@click.option("--key", default="", help="Treat the text as the value of this attribute.")
@click.option("--lines", is_flag=True, help="Treat each line as a value of its own.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: one object per file or line, with the findings.",
)
@click.option("--list", "list_rules", is_flag=True, help="List the rules, and read no text.")
@click.option(
    "--fail-on-finding",
    is_flag=True,
    help=f"Exit with {FOUND_STATUS} when something was found, or could not be scanned.",
)
@click.argument("files", nargs=-1, type=click.File("rb"))
def command(sources: Sources, files: tuple[BinaryIO, ...], **options: Any) -> None:
    """Show what redaction would find in FILES (or stdin), and print what would leave.

    The text goes to stdout, a table of the findings to stderr. What was found is never printed.

    Exit status: 0 done; 1 the rules or the configuration have mistakes; 2 the command line is
    wrong; 3 something was found, with --fail-on-finding.
    """
    choice = Choice(*(options[name] for name in Choice.__slots__))
    try:
        config, loaded = _loaded(sources, choice)
        if options["list_rules"]:
            click.echo(listing(loaded, options["output"]))
            return
        engine = engine_for(loaded, name=config.engine, drop_reason="redaction")
    except ConfigErrors as problems:
        print_problems(problems.errors, problems.warnings)
        sys.exit(1)
    is_json = options["output"] == "json"
    shown: Output = JsonOutput(loaded, config) if is_json else TextOutput(loaded)
    for piece in _pieces(files or (sys.stdin.buffer,), lines=options["lines"]):
        shown.show(piece, engine.redact_text(piece.text, key=options["key"]))
    shown.finish()
    sys.exit(FOUND_STATUS if options["fail_on_finding"] and shown.has_found else 0)


def _loaded(sources: Sources, choice: Choice) -> tuple[Config, Loaded]:
    """Raises ConfigErrors, and UsageError for options that do not go together."""
    if sources.configs:
        if choice.rule_files or choice.rule_sets or choice.enable:
            raise click.UsageError("--rules, --rule-set and --enable exclude --config")
        config = _configured(sources, choice.processor)
        return config, load_rules(config, config_dir(sources.configs))
    if choice.processor:
        raise click.UsageError("--processor needs --config")
    given = {"rule_files": list(choice.rule_files), "enable": list(choice.enable)}
    if choice.rule_sets:
        given["rule_sets"] = [name for name in choice.rule_sets if name != "none"]
    config = Config.model_validate(given)
    return config, load_rules(config)


def _configured(sources: Sources, processor: str | None) -> Config:
    specs = load(sources.configs, sources.sets).processors
    found = {name: spec.config for name, spec in specs.items() if isinstance(spec.config, Config)}
    if processor is None and len(found) == 1:
        processor = next(iter(found))
    if processor not in found:
        valid = ", ".join(found) or "it has none"
        nearest = nearest_name(processor or "", found)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise click.UsageError(f"--processor must name a redaction processor ({valid}){hint}")
    return found[processor]


def _pieces(files: Sequence[BinaryIO], *, lines: bool) -> Iterator[Piece]:
    for file in files:
        name = "-" if file is sys.stdin.buffer else file.name
        if not lines:
            yield Piece(file.read().decode(errors="replace"), "", name, None)
            continue
        for number, line in enumerate(file, 1):
            text = line.decode(errors="replace")
            bare = text.rstrip("\r\n")
            yield Piece(bare, text[len(bare) :], name, number)
