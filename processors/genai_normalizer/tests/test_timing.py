"""Points in time of several forms."""

from __future__ import annotations

from typing import Any

import pytest

from spanloom.processors.genai_normalizer.timing import to_unix_nano

NOON = 1_795_262_400_000_000_000  # 2026-11-21T12:00:00Z


@pytest.mark.parametrize(
    "sent",
    [
        "2026-11-21T12:00:00Z",
        '"2026-11-21T12:00:00.000Z"',
        "2026-11-21T13:00:00.000000000+01:00",
        "2026-11-21T12:00:00",
        NOON,
        NOON // 1_000,
        NOON // 1_000_000,
        NOON / 1e9,
        str(NOON // 1_000_000_000),
    ],
)
def test_a_point_in_time_in_any_form(sent: Any) -> None:
    assert to_unix_nano(sent) == NOON


@pytest.mark.parametrize("sent", ["yesterday", "", -1, float("nan"), [], "2026-13-01T00:00:00Z"])
def test_what_is_none_is_none(sent: Any) -> None:
    assert to_unix_nano(sent) is None
