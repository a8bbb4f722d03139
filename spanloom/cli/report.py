"""Configuration errors for people and for machines."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

import click

from spanloom.config.errors import ConfigError


def print_problems(errors: Sequence[ConfigError], warnings: Sequence[ConfigError]) -> None:
    """To stderr: each with its source line and a caret, then a count."""
    for warning in warnings:
        _print("warning", "yellow", warning)
    for error in errors:
        _print("error", "red", error)
    counts = [_count(len(errors), "error"), _count(len(warnings), "warning")]
    summary = ", ".join(count for count in counts if count)
    if summary:
        _echo(summary)


def as_json(errors: Sequence[ConfigError], warnings: Sequence[ConfigError]) -> str:
    """`{"valid", "errors", "warnings"}`, each problem with file, line, column, path, rule."""
    report = {
        "valid": not errors,
        "errors": [error.as_dict() for error in errors],
        "warnings": [warning.as_dict() for warning in warnings],
    }
    return json.dumps(report, indent=2, ensure_ascii=False)


def _print(label: str, color: str, problem: ConfigError) -> None:
    _echo(f"{click.style(f'{label}:', fg=color, bold=True)} {problem}")
    if problem.place is None:
        return
    for margin, line in zip((str(problem.place.line), ""), problem.place.caret(), strict=False):
        _echo(click.style(f"{margin:>6} | ", dim=True) + line)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' if n != 1 else ''}" if n else ""


def _echo(text: str) -> None:
    # None lets click keep colours for terminals only; https://no-color.org wins over that.
    click.echo(text, err=True, color=False if os.environ.get("NO_COLOR") else None)
