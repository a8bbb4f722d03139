"""Plain values as YAML or JSON text."""

from __future__ import annotations

import json
from typing import Any

import click
import yaml

format_option = click.option(
    "--format", "output", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True
)


def rendered(values: Any, output: str) -> str:
    """Text without a final newline; keys keep their order."""
    if output == "json":
        return json.dumps(values, indent=2, ensure_ascii=False)
    text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100)
    return text.rstrip("\n")
