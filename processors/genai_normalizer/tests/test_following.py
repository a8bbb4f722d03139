"""What follows from what the rules bring, whatever the order of dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.canonical import TYPES
from spanloom.processors.genai_normalizer.counters import Counters
from spanloom.processors.genai_normalizer.dialect import Dialect, Options
from spanloom.processors.genai_normalizer.normalize import Normalizer
from spanloom.processors.genai_normalizer.plan import Planner
from spanloom.processors.genai_normalizer.profiles import NEWEST, PROFILES
from spanloom.testing import build_traces, make_settings

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items


def _put_second(items: Items) -> None:
    items.put_constant("second", 2, items.present("first"))


EARLY = Dialect("early", keys=("key",), refine=_put_second, order=1)
LATE = Dialect("late", keys=("key",), defaults={"first": 1}, order=2)


def test_a_dialect_sees_what_a_later_one_adds() -> None:
    settings = make_settings()
    normalizer = Normalizer(
        Planner([EARLY, LATE], TYPES),
        {"early": Options(), "late": Options()},
        PROFILES[NEWEST],
        Counters(settings, lambda: 0.0),
        frozenset(),
    )
    batch = Traces.from_message(build_traces(1, attributes={"key": "x"}))
    normalizer.normalize(batch)
    assert batch.attribute("second").objects() == [2]
    assert batch.attribute("gen_ai.normalized.from").strings() == ["early,late"]
