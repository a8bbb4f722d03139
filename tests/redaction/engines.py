"""Both engines over the shipped rules, and ways to tell what they say apart."""

import base64
import json
import random
from collections import Counter
from typing import Any

from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.load import load_rules
from spanloom.processors.redaction.oracle.regex import compile_pattern
from tests.redaction.hostile_patterns import matching
from tests.redaction.hostile_texts import Texts

RULE_SETS = ["pii", "secrets", "injection"]
HMAC = {"key_base64": base64.b64encode(b"k" * 32).decode(), "key_id": "test"}
ACTIONS: list[dict[str, Any]] = [
    {"kind": "token"},
    {"kind": "flag"},
    {"kind": "partial", "keep_last": 4},
    {"kind": "partial", "keep_first": 3, "keep_last": 2},
    {"kind": "hmac"},
    {"kind": "hash", "function": "sha3"},
    {"kind": "hash", "function": "hmac-sha512"},
    {"kind": "drop_match"},
    {"kind": "drop_attribute"},
]
SCOPES: list[dict[str, Any]] = [
    {"roles": ["user"], "enabled": False},
    {"keys": ["*pass*", "phone"], "action": {"kind": "partial", "keep_last": 2}},
]
CASES_PER_DOCUMENT = 250

Document = dict[str, Any]
Case = tuple[str, str, str]
"""A text, the key it stands under, and who says it."""


def shipped(**config: Any) -> Document:
    """The document of the shipped rules, as the processor makes it."""
    return load_rules(Config.model_validate({"rule_sets": RULE_SETS, **config}), env={}).document


def varied(rng: random.Random) -> Document:
    """The shipped rules with other actions, thresholds, scopes and limits."""
    document = shipped() | {"hmac": HMAC}
    for rule in document["rules"]:
        if rng.random() < 0.4:
            rule["action"] = rng.choice(ACTIONS)
        if rng.random() < 0.1:
            rule |= {"flag_at": 5, "mask_at": rng.choice([5, 60, 100])}
        if rng.random() < 0.1:
            rule |= {"dry_run": True, "attribute": "app.seen"}
        if rng.random() < 0.1:
            rule["scopes"] = SCOPES
    document["scan_numbers"] = rng.choice(["none", "named", "all"])
    ways = ("json", "base64", "percent", "hex")
    document["decode"] = {way: rng.random() < 0.8 for way in ways}
    document["limits"] = {
        "value_bytes_max": rng.choice([300, 1 << 24]),
        "nested_json_max": rng.choice([0, 1, 3]),
        "json_depth_max": rng.choice([3, 64]),
        "base64_bytes_max": rng.choice([30, 1 << 16]),
    }
    document["on_oversize"] = rng.choice(["drop_value", "scan_head_tail"])
    if rng.random() < 0.3:
        document["allow"] = {"suffix": [".com"], "cidr": ["10.0.0.0/8"], "regex": ["4[0-9 -]*"]}
    return document


def texts_for(document: Document) -> Texts:
    """Hostile texts with what the rules of a document look for."""
    rules = document["rules"]
    regexes = [rule["match"]["regex"] for rule in rules if "regex" in rule["match"]]
    patterns = [
        compile_pattern(regex["pattern"], ignore_case=regex["ignore_case"]) for regex in regexes
    ]
    phrases = [rule["match"]["phrases"] for rule in rules if "phrases" in rule["match"]]
    words = [word for rule in rules for word in rule["context"] + rule["negative_context"]]
    words += [word for regex in regexes for word in regex["keywords"]]
    words += [phrase for each in phrases for phrase in each["phrases"]]
    secrets = [lambda rng: matching(rng, rng.choice(patterns))] * 4
    return Texts(secrets, sorted(set(words)))


def case(rng: random.Random, texts: Texts) -> Case:
    key = rng.choice(["", "x", "log.body", rng.choice(texts.words), f"a.{rng.choice(texts.words)}"])
    return texts.text(rng), key, rng.choice(["none", "user", "system", "tool"])


def told(report: Any) -> Counter[Any]:
    """The findings in any order."""
    names = ("rule", "action", "dry_run", "score", "role", "message_index", "start", "end")
    return Counter(tuple(getattr(found, name) for name in names) for found in report.findings)


def said(redactor: Any, case: Case) -> tuple[Any, ...]:
    """All that an engine says of one text."""
    text, key, role = case
    report = redactor.redact_text(text, key=key, role=role)
    return report.outcome, report.text, report.reason, told(report)


def encoded(document: Document) -> bytes:
    return json.dumps(document).encode()
