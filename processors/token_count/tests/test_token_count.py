"""Which counts are filled, and which are left as they are."""

import json
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from spanloom.batch import Traces
from spanloom.processors.token_count.config import Config
from spanloom.processors.token_count.token_count import TokenCountProcessor
from spanloom.telemetry import Telemetry
from spanloom.testing import make_settings
from spanloom.testing.builders import key_values

INPUT, OUTPUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
LABELS = {"processor": "token_count"}
ESTIMATED, METHOD = "spanloom.tokens.estimated", "spanloom.tokens.method"
QUESTION = json.dumps(
    [{"role": "user", "parts": [{"type": "text", "content": "What is the capital of France?"}]}]
)
ANSWER = json.dumps(
    [
        {
            "role": "assistant",
            "parts": [{"type": "text", "content": "The capital of France is Paris."}],
            "finish_reason": "stop",
        }
    ]
)
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.input.messages": QUESTION,
    "gen_ai.output.messages": ANSWER,
}


def request(*spans: dict[str, Any], status: int = 0) -> bytes:
    """An encoded request of spans with these attributes."""
    made = [
        Span(
            trace_id=bytes(15) + b"\x01",
            span_id=bytes(7) + bytes([n + 1]),
            name="chat",
            status=Status(code=Status.StatusCode.ValueType(status)),
            attributes=key_values(attributes),
        )
        for n, attributes in enumerate(spans)
    ]
    scope = ResourceSpans(scope_spans=[ScopeSpans(spans=made)])
    return ExportTraceServiceRequest(resource_spans=[scope]).SerializeToString()


def process(raw: bytes, config: Config | None = None, telemetry: Telemetry | None = None) -> Traces:
    settings = make_settings("token_count", telemetry=telemetry)
    return TokenCountProcessor(config or Config(), settings).process(Traces.from_bytes(raw))


def found(batch: Traces, row: int = 0) -> dict[str, Any]:
    """What the processor says of a span."""
    keys = (INPUT, OUTPUT, ESTIMATED, METHOD)
    values = {key: batch.attribute(key).objects()[row] for key in keys}
    return {key: value for key, value in values.items() if value is not None}


def skipped(telemetry: Telemetry, reason: str) -> float:
    return telemetry.value("spanloom_processor_token_count_skipped", {**LABELS, "reason": reason})


def test_missing_counts_are_filled_and_marked() -> None:
    telemetry = Telemetry()
    counts = found(process(request(CHAT), telemetry=telemetry))
    # 7 tokens of text, 4 for the message, 3 for the reply; and 7 tokens of answer.
    assert counts.pop(INPUT) == pytest.approx(14, abs=1)
    assert counts.pop(OUTPUT) == pytest.approx(7, abs=1)
    assert counts == {ESTIMATED: "both", METHOD: "heuristic"}
    for side in ("input", "output"):
        assert (
            telemetry.value("spanloom_processor_token_count_filled", {**LABELS, "side": side}) == 1
        )


def test_counts_that_are_there_stay() -> None:
    counts = found(process(request({**CHAT, INPUT: 900})))
    assert counts[INPUT] == 900
    assert counts[ESTIMATED] == "output"


@pytest.mark.parametrize("value", ["12", -5, 0, 3.5, True])
def test_a_count_of_any_kind_is_never_overwritten(value: object) -> None:
    raw = request({**CHAT, INPUT: value, OUTPUT: value})
    batch = process(raw)
    assert found(batch) == {INPUT: value, OUTPUT: value}
    assert b"".join(batch.encode()) == raw


def test_a_second_pass_changes_nothing() -> None:
    once = b"".join(process(request(CHAT, {**CHAT, OUTPUT: 3})).encode())
    assert b"".join(process(once).encode()) == once


@pytest.mark.parametrize("operation", ["invoke_agent", "execute_tool", "rerank", "", "Chat", 5])
def test_only_inference_spans_are_filled(operation: object) -> None:
    raw = request({**CHAT, "gen_ai.operation.name": operation})
    assert b"".join(process(raw).encode()) == raw


def test_structured_messages_count_as_their_json() -> None:
    structured = {
        **CHAT,
        "gen_ai.input.messages": json.loads(QUESTION),
        "gen_ai.output.messages": json.loads(ANSWER),
    }
    batch = process(request(CHAT, structured))
    assert found(batch, 0) == found(batch, 1)


def test_instructions_and_tools_are_part_of_the_input() -> None:
    instructions = json.dumps([{"type": "text", "content": "Answer in one sentence."}])
    tools = json.dumps([{"type": "function", "name": "find", "description": "finds a city"}])
    batch = process(
        request(
            CHAT,
            {**CHAT, "gen_ai.system_instructions": instructions},
            {**CHAT, "gen_ai.tool.definitions": tools},
        )
    )
    bare, instructed, equipped = (found(batch, row)[INPUT] for row in range(3))
    assert instructed >= bare + 4 + 4
    assert equipped > bare + 10


def test_images_count_by_tiles() -> None:
    part = {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"}
    messages = json.dumps([{"role": "user", "parts": [part]}])
    assert found(process(request({**CHAT, "gen_ai.input.messages": messages})))[INPUT] == 765 + 7


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"gen_ai.input.messages": 5}, "no_text"),
        ({"gen_ai.input.messages": "[]"}, "no_text"),
        ({"gen_ai.input.messages": ""}, "no_text"),
        ({"gen_ai.input.messages": QUESTION[:40]}, "malformed"),
        ({"gen_ai.input.messages": "[" * 100_000}, "malformed"),
        (
            {"gen_ai.input.messages": '[{"role":"user","parts":[{"type":"file"}]}]'},
            "media",
        ),
    ],
)
def test_what_cannot_be_counted_is_left_and_told(attributes: dict[str, Any], reason: str) -> None:
    telemetry = Telemetry()
    counts = found(process(request({**CHAT, **attributes}), telemetry=telemetry))
    assert INPUT not in counts
    assert counts[ESTIMATED] == "output"
    assert skipped(telemetry, reason) == 1


def test_deeply_nested_values_do_no_harm() -> None:
    deep = '[{"role":"user","content":' + "[" * 900 + "]" * 900 + "}]"
    telemetry = Telemetry()
    assert INPUT not in found(
        process(request({**CHAT, "gen_ai.input.messages": deep}), telemetry=telemetry)
    )
    assert skipped(telemetry, "no_text") + skipped(telemetry, "malformed") == 1


@pytest.mark.parametrize("sign", [{"error.type": "timeout"}, None])
def test_a_call_that_failed_without_an_answer_gets_no_count(sign: dict[str, Any] | None) -> None:
    telemetry = Telemetry()
    unanswered = {key: value for key, value in CHAT.items() if "output" not in key}
    raw = request({**unanswered, **(sign or {})}, status=0 if sign else 2)
    assert found(process(raw, telemetry=telemetry)) == {}
    assert skipped(telemetry, "failed") == 2


def test_a_call_that_failed_in_its_answer_is_counted() -> None:
    assert found(process(request(CHAT, status=2)))[ESTIMATED] == "both"


def test_embeddings_have_an_input_alone_and_no_chat() -> None:
    telemetry = Telemetry()
    embedding = {**CHAT, "gen_ai.operation.name": "embeddings", "gen_ai.input.messages": "Paris"}
    counts = found(process(request(embedding), telemetry=telemetry))
    assert OUTPUT not in counts
    assert counts[INPUT] <= 2
    assert skipped(telemetry, "no_text") == 0


def test_a_long_text_is_estimated_from_its_beginning() -> None:
    telemetry = Telemetry()
    text = "What is the capital of France? " * 1000
    span = {**CHAT, "gen_ai.input.messages": text}
    whole = found(process(request(span)))[INPUT]
    part = found(process(request(span), Config(span_bytes_max=2048), telemetry))[INPUT]
    assert part == pytest.approx(whole, rel=0.02)
    assert telemetry.value("spanloom_processor_token_count_sampled", LABELS) == 1


def test_a_batch_reads_so_much_text_and_no_more() -> None:
    telemetry = Telemetry()
    long = {**CHAT, "gen_ai.input.messages": "word " * 300, "gen_ai.output.messages": "fine"}
    batch = process(request(long, long, CHAT), Config(batch_bytes_max=2048), telemetry)
    assert [INPUT in found(batch, row) for row in range(3)] == [True, False, True]
    assert skipped(telemetry, "batch_limit") == 1


def test_half_characters_are_counted() -> None:
    half = '[{"role":"user","parts":[{"type":"text","content":"a \\ud83d b"}]}]'
    for method in ("heuristic", "splintr"):
        pytest.importorskip("splintr") if method == "splintr" else None
        counts = found(
            process(request({**CHAT, "gen_ai.input.messages": half}), Config(method=method))
        )
        assert counts[INPUT] >= 8


def test_splintr_counts_exactly() -> None:
    splintr = pytest.importorskip("splintr")
    encode = splintr.Tokenizer.from_pretrained("o200k_base").encode_ordinary
    counts = found(process(request(CHAT), Config(method="splintr")))
    assert counts == {
        INPUT: len(encode("What is the capital of France?")) + 4 + 3,
        OUTPUT: len(encode("The capital of France is Paris.")),
        ESTIMATED: "both",
        METHOD: "splintr:o200k_base",
    }


def test_splintr_takes_special_tokens_for_text() -> None:
    pytest.importorskip("splintr")
    span = {**CHAT, "gen_ai.input.messages": "<|endoftext|>"}
    assert found(process(request(span), Config(method="splintr")))[INPUT] > 7 + 3


def test_structured_messages_count_against_the_text_of_a_batch() -> None:
    telemetry = Telemetry()
    messages = [{"role": "user", "parts": [{"type": "text", "content": "word " * 300}]}]
    long = {**CHAT, "gen_ai.input.messages": messages, "gen_ai.output.messages": "fine"}
    batch = process(request(long, long, CHAT), Config(batch_bytes_max=2048), telemetry)
    assert [INPUT in found(batch, row) for row in range(3)] == [True, False, True]
    assert skipped(telemetry, "batch_limit") == 1


def test_an_answer_of_a_blank_is_one_token() -> None:
    assert found(process(request({**CHAT, "gen_ai.output.messages": " "})))[OUTPUT] == 1
