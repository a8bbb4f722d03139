"""No content, however odd, makes the processor fail or count wrongly below zero."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from spanloom.batch import Traces
from spanloom.processors.token_count.config import Config
from spanloom.processors.token_count.token_count import TokenCountProcessor
from spanloom.testing import build_traces, make_settings
from spanloom.testing.builders import key_values

WORDS = st.sampled_from(
    [
        *("role", "parts", "content", "type", "text", "name", "tool_calls", "function"),
        *("arguments", "image_url", "url", "detail", "modality", "image", "blob", "source"),
        *("data", "response", "thinking", "input", "audio", "file", "uri", "low", "user"),
    ]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS, st.text())
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=12,
)
PROCESSOR = TokenCountProcessor(Config(span_bytes_max=1024), make_settings())
INPUT = "gen_ai.usage.input_tokens"


def count(messages: Any) -> tuple[Any, bytes]:
    """The input tokens of a span with these messages, and the batch as it leaves."""
    request = build_traces(1)
    (span,) = request.resource_spans[0].scope_spans[0].spans
    kept = [each for each in span.attributes if "usage" not in each.key]
    del span.attributes[:]
    span.attributes.extend(each for each in kept if each.key != "gen_ai.input.messages")
    span.attributes.extend(key_values({"gen_ai.input.messages": messages}))
    batch = PROCESSOR.process(Traces.from_message(request))
    return batch.attribute(INPUT).objects()[0], b"".join(batch.encode())


@given(VALUES)
@example([{"role": "user", "parts": [{"type": ["text"], "content": "x"}]}])
@example([{"role": {}, "name": [], "content": {"modality": {}, "url": []}}])
def test_any_json_is_counted_or_left(value: Any) -> None:
    tokens, encoded = count(json.dumps(value))
    assert tokens is None or tokens > 0
    again = b"".join(PROCESSOR.process(Traces.from_bytes(encoded)).encode())
    assert again == encoded


@given(st.text())
def test_any_text_is_counted_or_left(text: str) -> None:
    tokens, _ = count(text.encode("utf-8", "replace").decode())
    assert tokens is None or tokens > 0


@given(VALUES.filter(lambda value: isinstance(value, list | dict)))
def test_any_structure_is_counted_or_left(value: Any) -> None:
    bounded = json.loads(json.dumps(value), parse_int=lambda _: 7)
    tokens, _ = count(bounded)
    assert tokens is None or tokens > 0
