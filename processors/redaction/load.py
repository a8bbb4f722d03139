"""From a configuration to the checked rules and the document that the engine compiles."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spanloom.config.errors import Problems
from spanloom.processors.redaction.collector_keys import collector_rules, key_lists
from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.document import Document, allow_document, rule_document
from spanloom.processors.redaction.hmac_key import Key, read_key
from spanloom.processors.redaction.rule import Allow
from spanloom.processors.redaction.rule_file import Written, read_rules, read_shipped
from spanloom.processors.redaction.ruleset import Merged, check, merge, select, with_actions


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules, ready for an engine.

    Attributes:
        document: what the engine compiles; holds the HMAC key, so it is never shown.
        rules: those that are on, in the document's order.
        known: all of them.
        key_id: the public name of the HMAC key; None without one.
    """

    document: Document = field(repr=False)
    rules: list[Merged]
    known: list[Merged]
    key_id: str | None = None


def load_rules(
    config: Config, config_dir: str = ".", env: Mapping[str, str] | None = None
) -> Loaded:
    """The rules of all sources.

    Args:
        config: the processor's configuration.
        config_dir: the folder that relative paths start from.
        env: the environment; the process's own by default.

    Raises:
        ConfigErrors: with everything that is wrong.
    """
    problems = Problems()
    written = list(_written(config, config_dir, problems))
    # A file with mistakes has no rules yet, so what refers to them would be reported too.
    problems.raise_if_any()
    known = merge(written)
    for each in known:
        check(each, [other.rule.id for other in known], problems)
    key = read_key(config, config_dir, os.environ if env is None else env, problems)
    has_key = key is not None or config.hmac is not None or config.hmac_key is not None
    active = [
        with_actions(each, problems, has_key=has_key)
        for each in select(known, config.enable, config.disable, problems)
    ]
    document = _document(config, active, key)
    _check_not_empty(document, problems)
    problems.raise_if_any()
    document["rules"] = [rule_document(each.rule) for each in active]
    return Loaded(document, active, known, key.id if key else None)


def _written(config: Config, config_dir: str, problems: Problems) -> Iterator[Written]:
    for name in config.rule_sets:
        yield from read_shipped(name, problems)
    for file in config.rule_files:
        yield from read_rules(Path(config_dir, file), problems)
    yield from collector_rules(config)
    yield from (Written(rule, ("rules", i)) for i, rule in enumerate(config.rules))


def _document(config: Config, active: list[Merged], key: Key | None) -> Document:
    return {
        "rules": active,
        "allow": allow_document([config.allow, Allow(regex=config.allowed_values)]),
        "keys": key_lists(config),
        "limits": {
            "value_bytes_max": config.max_value_bytes,
            "value_ms_max": int(config.timeout * 1000),
        },
        "decode": config.decode.model_dump(by_alias=True),
        "scan_numbers": "all" if config.redact_all_types else config.scan_numbers,
        "on_oversize": config.on_oversize,
        "pass_unscanned": config.on_error == "pass",
        "hmac": key.document() if key else None,
        "injection": config.injection.model_dump(),
    }


def _check_not_empty(document: Document, problems: Problems) -> None:
    keys = document["keys"]
    if document["rules"] or keys["drop"] or keys["mask"] or keys["allow_only"] is not None:
        return
    rule = "no rule is on and no list says which attributes go, so nothing would be redacted"
    problems.error(None, (), rule)
