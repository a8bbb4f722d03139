"""What the tests of dialects share: spans made of attributes, and captured ones."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from spanloom.batch import Traces
from spanloom.component import AnyBatch
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.tests.held import Running
from spanloom.testing import build_traces, make_settings
from spanloom.testing.builders import key_values

Attributes = dict[str, Any]
HERE = Path(__file__).parent
CURRENT = ("gen_ai.", "openai.", "server.", "user.id", "error.type")
CAPTURES = HERE.resolve().parents[2] / "tests" / "genai" / "captures"


def make_batch(*spans: Mapping[str, Any], scope: str = "some.library") -> Traces:
    """One span for each set of attributes, all of one scope."""
    request = build_traces(len(spans))
    group = request.resource_spans[0].scope_spans[0]
    group.scope.name = scope
    for span, attributes in zip(group.spans, spans, strict=True):
        del span.attributes[:]
        span.attributes.extend(key_values(attributes))
    return Traces.from_message(request)


def attributes_of(batch: AnyBatch) -> list[Attributes]:
    """The attributes of each span."""
    found: list[Attributes] = [{} for _ in range(len(batch))]
    for key in batch.keys():  # noqa: SIM118 - a method of batches, which are no dicts
        column = batch.attribute(key)
        for row, (value, present) in enumerate(
            zip(column.objects(), column.present.tolist(), strict=True)
        ):
            if present:
                found[row][key] = value
    return found


@pytest.fixture
def normalize() -> Callable[..., list[Attributes]]:
    """The attributes of spans after one pass: `normalize({...}, scope=, config fields)`.

    Makes a second pass, which must change nothing.
    """

    def run(*spans: Mapping[str, Any], scope: str = "x", **config: Any) -> list[Attributes]:
        processor = GenaiNormalizer(Config(**config), make_settings())
        once = attributes_of(processor.process(make_batch(*spans, scope=scope)))
        twice = attributes_of(processor.process(make_batch(*once, scope=scope)))
        assert twice == once
        return once

    return run


@pytest.fixture
def captured() -> Callable[[str], list[Attributes]]:
    """All spans of a capture after one pass, with their `span.name`."""

    def run(name: str) -> list[Attributes]:
        batch = Traces.from_json((CAPTURES / name / "traces.json").read_bytes())
        GenaiNormalizer(Config(), make_settings()).process(batch)
        spans = attributes_of(batch)
        for span, title in zip(spans, batch.name.strings(), strict=True):
            span["span.name"] = title
        return spans

    return run


@pytest.fixture
def renamed() -> Callable[[str], list[Attributes]]:
    """The spans of a capture that have something under a current name, originals removed."""

    def run(name: str) -> list[Attributes]:
        batch = Traces.from_json((CAPTURES / name / "traces.json").read_bytes())
        GenaiNormalizer(Config(remove_originals=True), make_settings()).process(batch)
        kept = [
            {key: value for key, value in span.items() if key.startswith(CURRENT)}
            for span in attributes_of(batch)
        ]
        return [span for span in kept if span]

    return run


@pytest.fixture
def facts() -> Callable[[str], list[Attributes]]:
    """What the model server knows of each call of a capture."""
    return lambda name: json.loads((CAPTURES / name / "facts.json").read_text())["calls"]


@pytest.fixture
def golden() -> Callable[[str, Any], None]:
    """That a value equals what a file holds: `golden("acme/spans.json", value)`.

    With SPANLOOM_UPDATE_GOLDEN=1 the file is written instead; read the difference then.
    """

    def check(path: str, value: Any) -> None:
        file = HERE / "golden" / path
        if os.environ.get("SPANLOOM_UPDATE_GOLDEN"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
        assert value == json.loads(file.read_text())

    return check


@pytest.fixture
def running() -> Iterator[Callable[..., Running]]:
    """Makes normalisers that merge, and stops them."""
    made: list[Running] = []

    def run(settle: Any = "ack", **config: Any) -> Running:
        made.append(Running(settle, **config))
        return made[-1]

    yield run
    for one in made:
        one.processor.shutdown(1.0)
