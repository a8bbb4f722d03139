"""What a native engine has learnt changes nothing of what it makes of a batch."""

import json
import random
from typing import Any

import pytest
from google.protobuf.message import Message
from spanloom_native import Redactor as NativeRedactor

from spanloom.batch import BATCH_TYPES
from spanloom.processors.redaction.oracle import Redactor as PythonRedactor
from tests.native.otlp_wire import SCALE, SIGNALS
from tests.redaction.engines import encoded, said, shipped, texts_for, varied
from tests.redaction.hostile_batches import drawn
from tests.redaction.hostile_texts import Texts

KEYS = ["gen_ai.input.messages", "user", "password", "a.content", "phone", "id", "app.seen", "n"]
CLEAN = [
    "",
    "chat",
    "ok then",
    "gpt-4.1-mini-2025-04-14",
    "100 % of 12 items",
    '[{"role":"user","content":"hi"},{"role":"user","content":"there\\n"}]',
    '{"text":"é", "n": 12}',
    "You are a helpful assistant and answer in one sentence. " * 3,
    f'[{{"role":"user","parts":[{{"type":"text","content":"{"what was said before " * 7}"}}]}}]',
]
# JSON that stays the same around one string.
SHAPES = [
    '[{"role":"user","parts":[{"type":"text","content":%s}]}]',
    '{"system": "You are a helpful assistant.", "turns": [{"role": "tool", "text": %s}], "n": 7}',
    '{"phone": {"said": %s}, "id": "one"}',
    ' [ "note", %s ]\n',
    '[{"role":"user","content":"and then"},{"role":"user","content":%s}]',
    '{"role": %s}',
    '[{"role":"system","content":"Be brief."},{"role":"user","content":%s}]',
    '[{"role": "system", "content": %s}, {"content": "Why?"}]',
]
N_REQUESTS = 4
N_TEXTS = 120


def with_known_keys(message: Message, rng: random.Random) -> None:
    """Gives most attributes one of a few keys, and many a plain value."""
    if message.DESCRIPTOR.name == "KeyValue" and rng.random() < 0.9:
        pair: Any = message
        pair.key = rng.choice(KEYS)
        if rng.random() < 0.7:
            pair.value.Clear()
            pair.value.string_value = rng.choice(CLEAN)
    for field, value in message.ListFields():
        if field.message_type is not None:
            for inner in value if field.is_repeated else [value]:
                with_known_keys(inner, rng)


def redacted(redactor: Any, request: bytes, signal: str) -> tuple[Any, ...]:
    batch = BATCH_TYPES[signal].from_bytes(request)
    report = redactor.redact(batch)
    # What is new of keys is scanned once and then known.
    values = {kind: n for kind, n in report.values.items() if kind != "key" and n}
    told = report.findings, report.unscanned, report.dropped, report.keys
    return batch.to_message(), len(batch), values, told


def engines(seed: int) -> tuple[random.Random, Texts, Any, Any]:
    """Both engines with the shipped rules or others, and texts for them."""
    rng = random.Random(seed)
    document = varied(rng) if seed % 2 else shipped()
    native, python = NativeRedactor(encoded(document)), PythonRedactor(encoded(document))
    return rng, texts_for(document), native, python


@pytest.mark.parametrize("seed", range(2 * SCALE))
def test_batch_after_batch_the_engines_agree(seed: int) -> None:
    rng, texts, native, python = engines(7000 + seed)
    texts_of_batches = [texts.line(rng)[:200] for _ in range(20)] + CLEAN * 10
    for signal in SIGNALS:
        for _ in range(N_REQUESTS):
            message = drawn(rng, signal, lambda: rng.choice(texts_of_batches))
            with_known_keys(message, rng)
            request = message.SerializeToString()
            assert redacted(native, request, signal) == redacted(python, request, signal)


@pytest.mark.parametrize("seed", range(3 * SCALE))
def test_the_engines_agree_on_strings_in_json_of_one_shape(seed: int) -> None:
    rng, texts, native, python = engines(8000 + seed)
    for _ in range(N_TEXTS):
        string = rng.choice([rng.choice(CLEAN), " ".join(rng.choices(texts.words, k=3))])
        if rng.random() < 0.4:
            string = texts.line(rng)
        value = rng.choice(SHAPES) % json.dumps(string, ensure_ascii=rng.random() < 0.5)
        if rng.random() < 0.05:
            value = value[: rng.randrange(len(value))]
        case = (value, rng.choice(["", "log.body", "phone"]), rng.choice(["none", "user", "tool"]))
        assert said(native, case) == said(python, case), case
