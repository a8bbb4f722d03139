"""The README says what is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from spanloom import semconv
from spanloom.batch import Traces
from spanloom.processors.genai_normalizer import convert, dialect, messages
from spanloom.processors.genai_normalizer.canonical import TYPES
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.counters import PREFIX
from spanloom.processors.genai_normalizer.dialects import load_dialects
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.plan import Planner
from spanloom.processors.genai_normalizer.tests.conftest import make_batch
from spanloom.telemetry import Telemetry
from spanloom.testing import build_traces, make_settings

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_every_dialect_is_listed() -> None:
    table = README.split("## Dialects")[1].split("##")[0]
    assert set(re.findall(r"`(\w+)`", table)) == {d.name for d in load_dialects()}


def test_the_example_of_a_span_is_true() -> None:
    cell = r"`([\w.]+)` = `(.+?)`"
    rows = re.findall(rf"^\| {cell} \| {cell} \|$", README, re.MULTILINE)
    came = {old: json.loads(value) for old, value, _, _ in rows}
    batch = make_batch(came)
    GenaiNormalizer(Config(), make_settings()).process(batch)
    for _, _, new, value in rows:
        [found] = batch.attribute(new).objects()
        assert json.loads(value) == (json.loads(found) if new == semconv.INPUT_MESSAGES else found)
    removed = make_batch(came)
    GenaiNormalizer(Config(remove_originals=True), make_settings()).process(removed)
    assert not came.keys() & set(removed.keys())
    assert len(rows) > 1


def test_the_example_of_a_dialect_works() -> None:
    [block] = re.findall(r"```python\n(DIALECT.*?)```", README, re.DOTALL)
    names: dict[str, Any] = {}
    for module in (convert, dialect, messages, semconv):
        names.update(vars(module))
    names.update(build=json.dumps, convert=lambda _value: None)
    exec(block, names)
    [part] = Planner([names["DIALECT"]], TYPES).plan(["acme.model", "acme.total"], []).parts
    assert part.is_detected
    assert part.drops == ("acme.total",)


def test_every_metric_is_listed() -> None:
    telemetry = Telemetry()
    processor = GenaiNormalizer(Config(), make_settings(telemetry=telemetry))
    attributes = {"gen_ai.user": "u", "llm.top_k": "x"}
    processor.process(Traces.from_message(build_traces(1, attributes=attributes)))
    names = {s.name for s in telemetry.samples() if s.name.startswith(PREFIX)}
    assert names == {PREFIX + what for what in ("items", "problems", "plans")}
    assert all(f"`{name}`" in README for name in names)
