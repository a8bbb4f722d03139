"""Measures the rules on texts that were written by others: `python bench/redaction/independent.py`.

`independent/` holds two rounds of texts by authors who knew neither the rules nor our own corpus,
with all values in them labelled. Rules may be mended against the development half (texts of
templates with an even number); of the other half only the totals are looked at.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from redaction import attacks, quality, score
from redaction.score import Score
from redaction.texts import Split

FOLDER = Path(__file__).parent / "independent"
ROUNDS = ("first", "second")
SECRETS = ("api_key", "jwt", "pem_private_key")


def texts(folder: str, split: Split, *, injection: bool = False) -> Iterator[dict[str, Any]]:
    """The texts of a round: with `spans` (start, end, entity), or, of injection, a `label`."""
    remainder = 0 if split == "development" else 1
    for path in sorted((FOLDER / folder).glob("*.ndjson.xz")):
        if path.name.startswith("injection") != injection:
            continue
        with lzma.open(path, "rt", encoding="utf-8") as file:
            for index, line in enumerate(file):
                row = json.loads(line)
                number = "".join(filter(str.isdigit, row.get("template", ""))) or index
                if int(number) % 2 == remainder:
                    yield row


def weigh(redact: score.Redact, rows: Iterator[dict[str, Any]]) -> dict[str, Score]:
    """Recall and precision of every entity; a finding on another labelled value counts neither
    way, and of keys one kind is as good as another.
    """
    scores = {entity: Score() for entity in score.MARKS}
    for row in rows:
        text, spans = row["text"], row["spans"]
        found = [one for one in score.masking(redact(text, "log.body")) if one.start is not None]
        for span in spans:
            of_entity = [one for one in found if fits(one, span)]
            one = scores[span["entity"]]
            one.labelled += 1
            if of_entity and score.covers(over(found, span), span["start"], span["end"]):
                one.covered += 1
            else:
                one.missed.append(f"{text[max(span['start'] - 40, 0) : span['end'] + 20]!r}")
        for finding in found:
            one = scores.get(score.entity_of(finding.rule), Score())
            if any(fits(finding, span) for span in spans):
                one.right += 1
            elif not any(over([finding], span) for span in spans):
                one.wrong += 1
                one.invented.append(f"{text[max(finding.start - 40, 0) : finding.end + 20]!r}")
    return scores


def over(found: list[Any], span: dict[str, Any]) -> list[Any]:
    return [one for one in found if one.start < span["end"] and one.end > span["start"]]


def fits(finding: Any, span: dict[str, Any]) -> bool:
    """Whether the finding lies over the value and is of its entity."""
    entity = score.entity_of(finding.rule)
    is_same = entity == span["entity"] or {entity, span["entity"]} <= set(SECRETS)
    return is_same and bool(over([finding], span))


def show(redact: score.Redact, folder: str, split: Split, n_examples: int) -> None:
    for entity, one in weigh(redact, texts(folder, split)).items():
        if one.labelled + one.wrong:
            print(f"{folder:8}{entity:18}{one.labelled:6}{one.recall:8.3f}{one.precision:11.3f}")
            # What is held out is not to be read.
            quality.show(one.missed, "missed", n_examples if split == "development" else 0)
            quality.show(one.invented, "invented", n_examples if split == "development" else 0)
    told = told_shares(redact, folder, split)
    print(f"{folder:8}attacks told {told['attack']:.1%}, clean texts told {told['clean']:.1%}")


def told_shares(redact: score.Redact, folder: str, split: Split) -> dict[str, float]:
    """The share of the attacks, and of the clean texts, that reach the threshold."""
    weights = attacks.weights()
    scores: dict[str, list[float]] = {"attack": [], "clean": []}
    for row in texts(folder, split, injection=True):
        scores[row["label"]].append(attacks.score(redact(row["text"], "log.body"), weights))
    return {label: quality.share(some, attacks.THRESHOLD) for label, some in scores.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["development", "held-out"], default="held-out")
    parser.add_argument("--engine", choices=["native", "python"], default="native")
    parser.add_argument("--examples", type=int, default=0, help="of what went wrong, to show")
    args = parser.parse_args()
    redact = quality.redactor(args.engine)
    print(f"{'round':8}{'entity':18}{'values':>6}{'recall':>8}{'precision':>11}")
    for folder in ROUNDS:
        show(redact, folder, args.split, args.examples)
    return 0


if __name__ == "__main__":
    sys.exit(main())
