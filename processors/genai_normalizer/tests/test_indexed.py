"""Lists put together from indexed keys are what a plain reading of the keys gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.convert import to_json
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.messages import (
    answer_messages,
    chat_messages,
    finish_reasons_of,
)
from spanloom.processors.genai_normalizer.plain_messages import (
    MESSAGE_BUILDERS,
    PLAIN_PATHS,
    plain_json,
)
from spanloom.processors.genai_normalizer.tests.conftest import Attributes, make_batch
from spanloom.processors.genai_normalizer.values import finish_reasons
from spanloom.semconv import FINISH_REASONS, INPUT_MESSAGES, OUTPUT_MESSAGES
from spanloom.testing import make_settings

PREFIXES = {"gen_ai.prompt.": INPUT_MESSAGES, "gen_ai.completion.": OUTPUT_MESSAGES}
TEXTS = ["", "x", "user", "assistant", "tool", "stop", "tool_calls", '[{"type":"text"}]', '{"a":1}']
FIELDS = ["role", "content", "finish_reason", "message.content", "tool_calls.0.name"]
FIELDS += ["tool_calls.0.arguments", "tool_calls.1.name", "contents.0", "0", "content.a", "name"]
values = st.one_of(
    st.sampled_from([*TEXTS, "größe \u2028 \x00"]),
    st.sampled_from([1, 1.0, True, 0, 0.0, False, -0.0, 2**60]),
    st.lists(st.sampled_from(["x", "y"]), max_size=2),
)
keys = st.builds(
    "{}{}{}".format,
    st.sampled_from(sorted(PREFIXES)),
    st.sampled_from(["0", "1", "2", "10", "01"]),
    st.one_of(st.just(""), st.sampled_from(["." + field for field in FIELDS])),
)
spans = st.lists(st.dictionaries(keys, values, max_size=8), min_size=1, max_size=4)


def nested(attributes: Attributes, prefix: str) -> list[Any]:
    """The entries, each value put where its key says, one after the other."""
    tree: dict[str, Any] = {}
    for key, value in attributes.items():
        if not key.startswith(prefix):
            continue
        *path, last = key.removeprefix(prefix).split(".")
        branch = tree
        for name in path:
            branch = branch.setdefault(name, {})
            if not isinstance(branch, dict):
                break
        else:
            branch.setdefault(last, value)
    return as_list(tree)


def as_list(tree: dict[str, Any]) -> list[Any]:
    numbered = sorted(tree.items(), key=lambda pair: (int(pair[0]), pair[0]))
    return [grown(branch) for _, branch in numbered]


def grown(branch: Any) -> Any:
    if not isinstance(branch, dict):
        return branch
    if all(name.isdecimal() for name in branch):
        return as_list(branch)
    return {name: grown(inner) for name, inner in branch.items()}


@given(spans)
def test_lists_are_those_of_the_keys_read_one_by_one(given_spans: list[Attributes]) -> None:
    # In the order of the batch, so that the first of two in one place is the same.
    order = list(dict.fromkeys(key for span in given_spans for key in span))
    ordered = [{key: span[key] for key in order if key in span} for span in given_spans]
    batch = make_batch(*ordered)
    GenaiNormalizer(Config(dialects=["openllmetry"]), make_settings()).process(batch)
    for prefix, name in PREFIXES.items():
        found = batch.attribute(name).objects()
        for span, text in zip(ordered, found, strict=True):
            entries = nested(span, prefix)
            build = answer_messages if name == OUTPUT_MESSAGES else chat_messages
            expected = build(entries)
            assert (text and json.loads(text)) == (
                json.loads(to_json(expected) or "") if expected else None
            )
    reasons = batch.attribute(FINISH_REASONS).objects()
    for span, found in zip(ordered, reasons, strict=True):
        told = finish_reasons_of(nested(span, "gen_ai.completion."))
        assert found == (told and finish_reasons(told))


def entry_of(paths: Any, texts: tuple[str, ...]) -> Any:
    entry = {".".join(path): text for path, text in zip(paths, texts, strict=True)}
    [made] = nested({f"p.0.{key}": text for key, text in entry.items()}, "p.")
    return made


@pytest.mark.parametrize("build", [chat_messages, answer_messages])
@given(
    paths=st.sampled_from(sorted(PLAIN_PATHS)),
    texts=st.tuples(*[st.one_of(st.sampled_from(["user", "text", *TEXTS]), st.text())] * 3),
)
def test_plain_messages_are_as_the_tolerant_reader_has_them(
    build: Any, paths: Any, texts: tuple[str, ...]
) -> None:
    texts = texts[: len(paths)]
    named = dict(zip((path[-1] for path in paths), texts, strict=True))
    found = plain_json(named, MESSAGE_BUILDERS[build])
    entry = entry_of(paths, texts)
    if found is not None:
        assert f"[{found[0]}]" == to_json(build([entry]))
        assert list(found[1]) == (finish_reasons_of([entry]) or [])


@pytest.mark.parametrize(
    "fields",
    [
        {"content": "x"},
        {"role": "system", "content": "x"},
        {"role": "assistant", "content": "x", "finish_reason": "stop"},
        {"role": "assistant", "type": "text", "text": "x"},
    ],
)
def test_the_short_way_is_taken(fields: Attributes) -> None:
    assert plain_json(fields, "user") is not None
