# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["presidio-analyzer>=2.2.360"]
# ///
# What it imports is installed for it alone.
# mypy: ignore-errors
"""Presidio's pattern recognizers on the same corpus, without a language model.

    python bench/redaction/quality.py --export corpus.ndjson
    uv run bench/redaction/presidio_recall.py corpus.ndjson [--prose FILE...]

A blank tokenizer stands in for the model, so that context words work as they do with one; names
and places, which need a model, are not asked for. Full cover counts, as for our rules.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import spacy
import tldextract.tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine

ENTITIES = {
    "EMAIL_ADDRESS": "email",
    "CREDIT_CARD": "credit_card",
    "US_SSN": "us_ssn",
    "PHONE_NUMBER": "phone",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip_address",
    "MAC_ADDRESS": "mac_address",
    "CRYPTO": "crypto_wallet",
}
CHUNK_CHARS = 1500
# The suffix list that comes with it: nothing is fetched.
tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())


class BlankEngine(SpacyNlpEngine):
    """A tokenizer alone; lower-cased tokens stand in for lemmas."""

    def __init__(self) -> None:
        super().__init__()
        blank = spacy.blank("en")
        blank.max_length = 10_000_000

        @spacy.language.Language.component("lower_lemmas")
        def lower_lemmas(doc: Any) -> Any:
            for token in doc:
                token.lemma_ = token.lower_
            return doc

        blank.add_pipe("lower_lemmas")
        self.nlp = {"en": blank}


def analyzer() -> AnalyzerEngine:
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    have = {entity for one in registry.recognizers for entity in one.supported_entities}
    if "MAC_ADDRESS" not in have:
        print("note: this release has no recognizer for MAC addresses that is on by default")
    return AnalyzerEngine(registry=registry, nlp_engine=BlankEngine(), supported_languages=["en"])


def found(engine: AnalyzerEngine, text: str, score_min: float) -> list[Any]:
    wanted = list(ENTITIES)
    return engine.analyze(text, language="en", entities=wanted, score_threshold=score_min)


def measure(engine: AnalyzerEngine, rows: list[dict[str, Any]], score_min: float) -> None:
    labelled, covered, right, wrong = Counter(), Counter(), Counter(), Counter()
    for row in rows:
        labelled[row["entity"]] += 1
        hits = found(engine, row["text"], score_min)
        for hit in hits:
            entity = ENTITIES[hit.entity_type]
            touches = row["entity"] and hit.start < row["end"] and row["start"] < hit.end
            right[entity] += bool(touches and entity == row["entity"])
            wrong[entity] += not touches
        covered[row["entity"]] += any(
            ENTITIES[hit.entity_type] == row["entity"]
            and hit.start <= row["start"]
            and hit.end >= row["end"]
            for hit in hits
        )
    print(f"\nscore >= {score_min}: entity, recall, precision")
    for entity in ENTITIES.values():
        n_told = right[entity] + wrong[entity]
        precision = right[entity] / n_told if n_told else 1.0
        print(f"{entity:18}{covered[entity] / max(labelled[entity], 1):8.3f}{precision:8.3f}")


def alarms(engine: AnalyzerEngine, paths: Iterable[Path], score_min: float) -> None:
    texts = [text for path in paths for text in chunks(path.read_text(errors="replace"))]
    n_bytes = sum(len(text.encode()) for text in texts)
    began = time.perf_counter()
    told = Counter(
        ENTITIES[hit.entity_type] for text in texts for hit in found(engine, text, score_min)
    )
    seconds = time.perf_counter() - began
    speed = n_bytes / 1e6 / seconds
    print(f"\nfalse alarms per MB, score >= {score_min} ({n_bytes / 1e6:.2f} MB, {speed:.2f} MB/s)")
    for entity in ENTITIES.values():
        print(f"{entity:18}{told[entity] / n_bytes * 1e6:8.2f}")


def chunks(text: str) -> list[str]:
    return [text[at : at + CHUNK_CHARS] for at in range(0, len(text), CHUNK_CHARS)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--prose", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    rows = [json.loads(line) for line in args.corpus.read_text().splitlines()]
    engine = analyzer()
    for score_min in (0.0, 0.5):
        measure(engine, rows, score_min)
        if args.prose:
            alarms(engine, args.prose, score_min)


if __name__ == "__main__":
    main()
