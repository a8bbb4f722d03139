"""Measures what redaction finds: `python bench/redaction/quality.py [--prose FILE...]`.

Prints, for the shipped rules as they are, recall and precision of every entity on one half of
the corpus, recall of its transformed forms, false alarms on prose, and how prompt injection is
told from clean prompts. Exits with 1 if a mark is missed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from redaction import attacks, score
from redaction.corpus import Prompt, prompts
from redaction.keys import formats, vendor_key
from redaction.transforms import TRANSFORMS

CHUNK_BYTES = 1500
CHUNK_BYTES_MIN = 80


def redactor(engine: str, **config: Any) -> score.Redact:
    """The shipped rules in an engine, `native` or `python`."""
    from spanloom.processors.redaction.config import Config
    from spanloom.processors.redaction.engine import engine_for
    from spanloom.processors.redaction.load import load_rules

    loaded = load_rules(Config(**config))
    compiled = engine_for(loaded, name=engine, drop_reason="redaction")
    return lambda text, key: compiled.redact_text(text, key=key)


def chunks(paths: Iterable[Path]) -> list[str]:
    """Paragraphs of files, joined until they are as long as a prompt."""
    found = []
    for path in paths:
        text = ""
        for paragraph in path.read_text(errors="replace").split("\n\n"):
            text += paragraph + "\n\n"
            if len(text) >= CHUNK_BYTES:
                found.append(text)
                text = ""
        found.append(text)
    return [text for text in found if len(text) >= CHUNK_BYTES_MIN]


def show_entities(redact: score.Redact, corpus: list[Prompt], n_examples: int) -> bool:
    recalls = score.recall(redact, corpus, "none")
    precisions = score.precision(redact, corpus)
    passed = True
    print(f"{'entity':18}{'recall':>8}{'mark':>7}{'precision':>11}{'mark':>7}")
    for entity, (recall_mark, precision_mark) in score.MARKS.items():
        found, right = recalls[entity], precisions[entity]
        is_met = found.recall >= recall_mark and right.precision >= precision_mark
        passed &= is_met
        row = f"{entity:18}{found.recall:8.3f}{recall_mark:7.3f}"
        print(f"{row}{right.precision:11.3f}{precision_mark:7.3f}{'' if is_met else '  missed'}")
        show(found.missed, "missed", n_examples)
        show(right.invented, "invented", n_examples)
    return passed


def show(texts: list[str], kind: str, n: int) -> None:
    for text in texts[:n]:
        print(f"    {kind}: {text[:300]!r}")


def show_transforms(redact: score.Redact, corpus: list[Prompt], n_examples: int) -> bool:
    passed = True
    print(f"\n{'recall':16}" + "".join(f"{entity[:9]:>10}" for entity in score.MARKS))
    for transform in TRANSFORMS:
        scores = score.recall(redact, corpus, transform)
        print(f"{transform:16}" + "".join(f"{one.recall:10.3f}" for one in scores.values()))
        for entity, one in scores.items():
            show(one.missed, entity, n_examples)
            if transform in score.MARKED_FORMS:
                passed &= one.recall >= score.TRANSFORMED_RECALL
    return passed


def show_prose(redact: score.Redact, texts: list[str], n_examples: int) -> bool:
    scores, n_bytes = score.false_alarms(redact, texts)
    passed = True
    print(f"\nfalse alarms per MB of prose ({n_bytes / 1e6:.2f} MB, {len(texts)} chunks)")
    for entity, one in scores.items():
        rate, mark = one.wrong / n_bytes * 1e6, score.FALSE_ALARMS_PER_MB.get(entity)
        passed &= mark is None or rate <= mark
        print(f"{entity:18}{rate:8.2f}" + (f"  (at most {mark})" if mark is not None else ""))
        show(one.invented, "found", n_examples)
    return passed


def show_injection(redact: score.Redact, clean: list[str], n_examples: int) -> bool:
    weights = attacks.weights()
    on_attacks = [attacks.score(redact(text, "log.body"), weights) for text in attacks.HELD_OUT]
    clean = clean + attacks.CLEAN
    on_clean = [attacks.score(redact(text, "log.body"), weights) for text in clean]
    print(f"\nprompt injection: {len(on_attacks)} attacks, {len(on_clean)} clean texts")
    print(f"{'threshold':>10}{'found':>8}{'false':>9}")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        found, false = (share(scores, threshold) for scores in (on_attacks, on_clean))
        print(f"{threshold:10.1f}{found:8.1%}{false:9.2%}")
    show([t for t, s in zip(clean, on_clean, strict=True) if s >= 0.5], "clean", n_examples)
    told = zip(attacks.HELD_OUT, on_attacks, strict=True)
    show([t for t, s in told if s < 0.5], "attack", n_examples)
    return share(on_clean, attacks.THRESHOLD) <= attacks.FALSE_SHARE_MAX


def missed_vendors(redact: score.Redact, seed: int) -> list[str]:
    """The vendors of whose keys one is left, whole or in part, in a plain sentence."""
    rng = random.Random(seed)
    missed = []
    for vendor in formats():
        before, key = vendor_key(rng, vendor)
        prompt = Prompt("api_key", "", f"use {before}", key, " please")
        hidden = prompt.hidden()
        found = score.masking(redact(hidden.text, hidden.key))
        if not score.covers(found, hidden.start, hidden.end):
            missed.append(f"{vendor}: {hidden.text}")
    return missed


def share(scores: list[float], threshold: float) -> float:
    return sum(one >= threshold for one in scores) / len(scores) if scores else 0.0


def export(corpus: list[Prompt], path: Path) -> None:
    """The plain corpus as NDJSON, for other tools: `presidio_recall.py` reads it."""
    with path.open("w") as file:
        for prompt in corpus:
            hidden = prompt.hidden()
            row = {"text": hidden.text, "entity": prompt.entity, "family": prompt.family}
            file.write(json.dumps(row | {"start": hidden.start, "end": hidden.end}) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["development", "held-out"], default="held-out")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--each", type=int, default=150, help="prompts of every entity")
    parser.add_argument("--engine", choices=["native", "python"], default="native")
    parser.add_argument("--examples", type=int, default=0, help="of what went wrong, to show")
    parser.add_argument("--prose", type=Path, nargs="*", default=[], help="text files, clean ones")
    parser.add_argument("--export", type=Path, help="write the corpus there and do nothing else")
    args = parser.parse_args()
    corpus = prompts(args.split, args.each, args.seed)
    if args.export:
        export(corpus, args.export)
        return 0
    redact = redactor(args.engine)
    texts = chunks(args.prose)
    passed = show_entities(redact, corpus, args.examples)
    passed &= show_transforms(redact, corpus, args.examples)
    passed &= not texts or show_prose(redact, texts, args.examples)
    passed &= show_injection(redact, texts, args.examples)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
