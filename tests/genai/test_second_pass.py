"""What real libraries sent does not change when it passes a second time."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from spanloom.batch import BATCH_TYPES
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.testing import make_settings

HERE = Path(__file__).parent
FILES = [
    path
    for folder in ("captures", "failures")
    for path in sorted((HERE / folder).glob("*/*.json"))
    if path.stem in BATCH_TYPES
]
BASE = "https://opentelemetry.io/schemas/"
TARGETS = ("genai-2026-11", "semconv-1.37", "semconv-1.30")
URLS = ("", BASE + "1.37.0", BASE + "1.28.0")


def normalized(path: Path, raw: bytes, **config: Any) -> bytes:
    batch = BATCH_TYPES[path.stem].from_bytes(raw)  # type: ignore[index]
    done = GenaiNormalizer(Config(**config), make_settings()).process(batch)
    assert done is not None
    return b"".join(done.encode())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
@pytest.mark.parametrize("removes", [False, True])
def test_a_second_pass_changes_nothing(path: Path, *, removes: bool) -> None:
    for target, url in product(TARGETS, URLS):
        batch = BATCH_TYPES[path.stem].from_json(path.read_bytes())  # type: ignore[index]
        batch.set_schema_url(url)
        config = {"target": target, "remove_originals": removes, "merge_message_events": True}
        once = normalized(path, b"".join(batch.encode()), **config)
        assert normalized(path, once, **config) == once
