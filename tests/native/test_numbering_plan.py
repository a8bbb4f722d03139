"""The phone detector's numbering plan is the one its generator writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PHONE = Path(__file__).parents[2] / "native" / "scan" / "src" / "detect" / "phone"


@pytest.mark.parametrize(("what", "name"), [("plan", "plan.txt"), ("numbers", "numbers.txt")])
def test_file_is_what_the_pinned_metadata_gives(what: str, name: str) -> None:
    command = [sys.executable, str(PHONE / "numbering_plan.py"), what]
    written = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert written == (PHONE / name).read_text()
