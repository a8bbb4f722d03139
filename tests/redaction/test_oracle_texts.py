"""Two engines that share no code but three tables say the same of every text."""

import random
from pathlib import Path
from typing import Any

import pytest
from spanloom_native import Redactor as NativeRedactor

from spanloom.processors.redaction.oracle import Redactor as PythonRedactor
from tests.native.otlp_wire import SCALE
from tests.redaction.engines import (
    CASES_PER_DOCUMENT,
    Document,
    case,
    encoded,
    said,
    shipped,
    texts_for,
    varied,
)

ROOT = Path(__file__).parents[2]
ORACLE = ROOT / "processors" / "redaction" / "oracle"
NATIVE = ROOT / "native" / "scan" / "src"
N_VARIED = 5


def engines(document: Document) -> list[Any]:
    return [NativeRedactor(encoded(document)), PythonRedactor(encoded(document))]


def compare(document: Document, rng: random.Random, n_cases: int) -> None:
    native, python = engines(document)
    texts = texts_for(document)
    for _ in range(n_cases):
        each = case(rng, texts)
        assert said(native, each) == said(python, each), each


@pytest.mark.parametrize("seed", range(4 * SCALE))
def test_the_engines_agree_on_the_shipped_rules(seed: int) -> None:
    compare(shipped(), random.Random(seed), CASES_PER_DOCUMENT)


@pytest.mark.parametrize("seed", range(N_VARIED * SCALE))
def test_the_engines_agree_whatever_the_rules_do(seed: int) -> None:
    rng = random.Random(1000 + seed)
    compare(varied(rng), rng, CASES_PER_DOCUMENT)


def test_the_engines_name_the_same_document_alike() -> None:
    native, python = engines(shipped())
    assert native.digest == python.digest
    assert native.n_rules == python.n_rules


@pytest.mark.parametrize("n_before", range(3))
def test_a_value_that_is_too_large_is_cut_between_characters(n_before: int) -> None:
    document = shipped() | {"on_oversize": "scan_head_tail"}
    document["limits"] = {"value_bytes_max": 300}
    partial = {"kind": "partial", "keep_last": 4}
    document["rules"] = [
        rule | {"action": partial} if rule["id"] == "pem_private_key" else rule
        for rule in document["rules"]
    ]
    begin = "-----BEGIN PRIVATE KEY-----\n" + "A" * (20 + n_before)
    text = begin + "€" * 150 + " bob@corp-mail.de"
    both = engines(document)
    native, python = (said(engine, (text, "", "none")) for engine in both)
    assert native == python
    written = both[0].redact_text(text, key="", role="none").text
    assert written.startswith("[PRIVATE_KEY:****€€€€][REDACTED:unscanned]")


@pytest.mark.parametrize(
    ("table", "origin"),
    [
        ("fold.tsv", "view/fold.tsv"),
        ("detectors/phone/plan.txt", "detect/phone/plan.txt"),
        ("detectors/phone/words.txt", "detect/phone/words.txt"),
    ],
)
def test_the_engines_read_the_same_tables(table: str, origin: str) -> None:
    assert (ORACLE / table).read_bytes() == (NATIVE / origin).read_bytes()
