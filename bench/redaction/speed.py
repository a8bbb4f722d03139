"""Measures how fast redaction is: `python bench/redaction/speed.py --prose FILE...`.

The inputs are what the marks name: prompts of 1.5 kB as message JSON under 150 rules and 1,000
or 10,000 phrases, one prompt in ten with something to redact; the same prompts once more; and
megabytes of what rules start from. Times are CPU time of one thread, the best of five, of the
whole processor on a batch of spans that it has not seen before, after batches of other prompts:
by then it has what rules make of themselves when they are first needed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from redaction.quality import chunks
from redaction.values import MAKERS

N_RULES = 150
N_PHRASES = (1_000, 10_000)
N_SPANS = 100
TIMES = 5
ROUNDS = 3
MB = 1_000_000
ADVERSARIAL = {
    "a": "a",
    "@": "@",
    "digits": "1234567890",
    "eyJ": "eyJ",
    "-----BEGIN": "-----BEGIN",
    "a@": "a@",
    "://:@": "://:@",
    "%40": "%40",
    "\\u0040": "\\u0040",
    "password=": "password=",
    "sk-": "sk-",
    "+1": "+1 ",
    ":": "a:",
    "base64": "QUJD",
    "[[": "[",
    "bearer": "bearer ",
    "ignore all": "ignore all ",
}


def document(n_phrases: int, words: list[str], seed: int) -> dict[str, Any]:
    """The first rules of the shipped sets, and phrases of two to four words of the text."""
    from spanloom.processors.redaction.config import Config
    from spanloom.processors.redaction.load import load_rules

    loaded = dict(load_rules(Config()).document)
    rng = random.Random(seed)
    phrases = [" ".join(rng.choices(words, k=rng.randint(2, 4))) for _ in range(n_phrases)]
    first = [rule for rule in loaded["rules"] if "phrases" not in rule["match"]]
    of_phrases = {
        "id": "denied",
        "match": {"phrases": {"phrases": [f"{one} zq" for one in phrases]}},
        "class": "phrase",
        "action": {"kind": "token"},
        "label": "DENIED",
    }
    return loaded | {"rules": [*first[: N_RULES - 1], of_phrases]}


def prompts(texts: list[str], seed: int) -> Iterator[str]:
    """Message JSON of one prompt each; every tenth holds a private value."""
    rng = random.Random(seed)
    makers = list(MAKERS.values())
    for index in range(N_SPANS):
        text = texts[index % len(texts)][:1500]
        if index % 10 == 0:
            text = f"{text[:700]} {rng.choice(makers)(rng)} {text[700:]}"
        message = {"role": "user", "parts": [{"type": "text", "content": text}]}
        yield json.dumps([message], ensure_ascii=False)


def batch(values: list[str]) -> bytes:
    """An OTLP request of one span for every value."""
    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

    data = TracesData()
    spans = data.resource_spans.add().scope_spans.add().spans
    for value in values:
        span = spans.add(name="chat", trace_id=bytes(16), span_id=bytes(8))
        span.attributes.add(key="gen_ai.input.messages").value.string_value = value
    return data.SerializeToString()


def seconds(run: Callable[[], Any]) -> float:
    """CPU time of a run."""
    began = time.process_time()
    run()
    return time.process_time() - began


def measure(rules: bytes, values: list[str], seen: list[bytes]) -> float:
    """MB of values per second of a processor that has seen these batches, twice."""
    from spanloom_native import Redactor, Traces

    request = batch(values)
    best_s = float("inf")
    for _ in range(TIMES):
        redactor = Redactor(rules)
        for before in seen * 2:
            redactor.redact(Traces.from_bytes(before))
        traces = Traces.from_bytes(request)
        best_s = min(best_s, seconds(lambda: redactor.redact(traces)))  # noqa: B023
    return sum(len(value.encode()) for value in values) / MB / best_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prose", type=Path, nargs="+", required=True)
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    from spanloom_native import Redactor

    texts = chunks(args.prose)
    if len(texts) < 2 * N_SPANS:
        parser.error(f"{2 * N_SPANS} prompts are needed, the prose has {len(texts)}")
    starts = range(0, len(texts) - N_SPANS + 1, N_SPANS)
    values, *others = (list(prompts(texts[start:], args.seed)) for start in starts)
    seen = [batch(other) for other in others]
    words = sorted({word for text in texts for word in text.split() if word.isalpha()})
    documents = {n: json.dumps(document(n, words, args.seed)).encode() for n in N_PHRASES}
    rates = dict.fromkeys(documents, (0.0, 0.0))
    for n_phrases, rules in list(documents.items()) * ROUNDS:
        rate, again = rates[n_phrases]
        rate = max(rate, measure(rules, values, seen))
        rates[n_phrases] = rate, max(again, measure(rules, values, [batch(values)]))
    for n_phrases, rules in documents.items():
        build_s = min(seconds(lambda: Redactor(rules)) for _ in range(TIMES))  # noqa: B023
        redactor, (rate, again) = Redactor(rules), rates[n_phrases]
        memory = redactor.memory_bytes / 2**20
        told = f"{rate:.0f} MB/s, {again:.0f} once more, load {build_s * 1000:.0f} ms"
        print(f"{redactor.n_rules} rules, {n_phrases} phrases: {told}, {memory:.1f} MiB")
    for name, piece in ADVERSARIAL.items():
        rate = measure(rules, [(piece * (MB // len(piece) + 1))[:MB]], seen)
        print(f"a megabyte of {name:12} {rate:8.0f} MB/s")


if __name__ == "__main__":
    main()
