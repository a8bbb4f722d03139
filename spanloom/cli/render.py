"""Plain values as YAML or JSON text."""

from __future__ import annotations

import json
from typing import Any

import click
import yaml

from spanloom.config.scalars import read_scalar

format_option = click.option(
    "--format", "output", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True
)


class _Dumper(yaml.SafeDumper):
    """Quotes what PyYAML thinks a string and the Collector a number, such as 1e3 and 0o7."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if isinstance(read_scalar(text), str) and text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def rendered(values: Any, output: str) -> str:
    """Text without a final newline; keys keep their order."""
    if output == "json":
        return json.dumps(values, indent=2, ensure_ascii=False)
    text: str = yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text.rstrip("\n")
