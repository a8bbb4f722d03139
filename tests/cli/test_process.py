"""The command line as a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import spanloom


def spanloom_process(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spanloom", *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_module_runs_and_names_itself() -> None:
    result = spanloom_process("version")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"spanloom version {spanloom.__version__}\n"
    assert spanloom_process("--help").stdout.startswith("Usage: spanloom [OPTIONS]")


def test_the_module_reports_mistakes_on_stderr_with_status_1(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("receivers:\n  nonsense:\nexporters: ${env:NOT_SET}\n")
    result = spanloom_process("validate", "--config", str(path))
    assert result.returncode == 1
    assert result.stdout == ""
    assert f'{path}:2:3 receivers.nonsense: unknown type: "nonsense"' in result.stderr


def test_the_version_needs_no_heavy_import() -> None:
    code = "import sys, spanloom.cli; print({'numpy', 'pydantic', 'grpc'} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "set()\n"
