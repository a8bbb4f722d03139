"""The Collector's `redaction` keys as rules and key lists of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.actions import Action
from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.document import Document
from spanloom.processors.redaction.rule import Rule, Scope
from spanloom.processors.redaction.rule_file import Written

# Texts in quotes (one that is cut off too), dollar-quoted texts, and numbers.
_SQL_LITERAL = (
    r"""'(?:[^'\\]|''|\\.)*'?|"(?:[^"\\]|""|\\.)*"?|\$\$(?:[^$]|\$[^$])*(?:\$\$)?"""
    r"""|\b(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\b"""
)


def collector_rules(config: Config) -> Iterator[Written]:
    """`blocked_values` and `db_sanitizer` as rules."""
    for i, pattern in enumerate(config.blocked_values):
        rule = Rule(id=f"blocked_values.{i}", description="of blocked_values", regex=pattern)
        yield Written(rule.model_copy(update=_masking(config)), ("blocked_values", i))
    if config.db_sanitizer.sql.enabled:
        yield Written(_sql_rule(config), ("db_sanitizer", "sql"))


def _masking(config: Config) -> dict[str, object]:
    if config.hash_function:
        return {"action": Action("hash", function=config.hash_function)}
    return {"replacement": config.mask_text}


def _sql_rule(config: Config) -> Rule:
    attributes = config.db_sanitizer.sql.attributes
    return Rule(
        id="db_sanitizer.sql",
        description="literals in SQL",
        regex=f"(?s){_SQL_LITERAL}",
        replacement="?",
        scopes=[Scope(enabled=False), Scope(keys=attributes, enabled=True)],
    )


def key_lists(config: Config) -> Document:
    """What happens to attributes by their keys: our lists and the Collector's."""
    ignored = [
        *config.ignore_keys,
        *map(exactly, config.ignored_keys),
        *map(_pattern, config.ignored_key_patterns),
    ]
    return {
        "drop": config.drop_keys,
        "mask": [*config.mask_keys, *map(_pattern, config.blocked_key_patterns)],
        "ignore": ignored,
        "allow_only": _allow_only(config, ignored),
        "mask_text": config.mask_text,
    }


def _allow_only(config: Config, ignored: list[str]) -> list[str] | None:
    if config.allow_only_keys is not None:
        return [*config.allow_only_keys, *ignored]
    names_some = config.allowed_keys is not None and config.allow_all_keys is not True
    if names_some or config.allow_all_keys is False:
        return [*map(exactly, config.allowed_keys or []), *ignored]
    return None


def exactly(key: str) -> str:
    """A key list's entry for this key alone, whatever characters it has."""
    return _pattern(f"^{re.escape(key)}$") if set(key) & set("*?[/") else key


def _pattern(pattern: str) -> str:
    return f"/{pattern}/"
