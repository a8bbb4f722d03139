"""Which vocabulary a model is counted by."""

from __future__ import annotations

from spanloom.batch import Traces
from spanloom.processors.token_count.config import Config
from spanloom.processors.token_count.families import _family_of, family_of
from spanloom.processors.token_count.token_count import TokenCountProcessor
from spanloom.testing import build_traces, make_settings

INPUT = "gen_ai.usage.input_tokens"


def input_tokens(requested: str, answering: str) -> int:
    """What is filled on a span of these two models."""
    attributes = {"gen_ai.request.model": requested, "gen_ai.response.model": answering}
    request = build_traces(1, attributes=attributes, content_bytes=600)
    (span,) = request.resource_spans[0].scope_spans[0].spans
    kept = [each for each in span.attributes if "usage" not in each.key]
    del span.attributes[:]
    span.attributes.extend(kept)
    batch = Traces.from_message(request)
    TokenCountProcessor(Config(), make_settings()).process(batch)
    return int(batch.attribute(INPUT).ints()[0])


def test_the_model_that_answered_decides_before_the_one_that_was_asked() -> None:
    claude, gpt = input_tokens("claude-x", ""), input_tokens("gpt-4o", "")
    assert claude > gpt
    assert input_tokens("gpt-4o", "claude-x") == claude
    assert input_tokens("claude-x", "gpt-4o") == gpt


def test_a_name_of_any_length_is_remembered_by_its_beginning() -> None:
    assert family_of("claude-" + "x" * 10_000) == "claude"
    n_known = _family_of.cache_info().currsize
    assert family_of("claude-" + "x" * 20_000) == "claude"
    assert _family_of.cache_info().currsize == n_known
