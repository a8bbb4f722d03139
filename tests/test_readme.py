"""What the documents tell a reader to type and to write works.

The convention, for every Markdown file of the repository outside the component folders:

- a block opened with three backticks and `yaml` is checked as a whole configuration if it has
  `receivers:` and `service:` at its left edge; any other YAML must at least parse;
- a block opened with `sh run` is run by bash, in an empty folder that holds `pipelines.yaml`,
  with `spanloom` on the PATH; it has to exit 0. A block opened with plain `sh` is only shown;
- `sh run beside` is the same while a collector runs on `pipelines.yaml`, on its own ports;
- a block opened with `text output` right after a `sh run` block is what that prints, where
  a line `...` stands for any lines.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```(?P<kind>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "bench").glob("*.md"),
]


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what stands after its backticks, and its lines."""

    path: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def _blocks(path: Path) -> list[Block]:
    document = path.read_text()
    return [
        Block(path, document.count("\n", 0, found.start()) + 1, found["kind"], found["text"])
        for found in FENCE.finditer(document)
    ]


BLOCKS = [block for path in sorted(DOCUMENTS) for block in _blocks(path)]
YAML_BLOCKS = [block for block in BLOCKS if block.kind == "yaml"]
RUN_BLOCKS = [
    (block, following if following.kind == "text output" else None)
    for block, following in zip(BLOCKS, [*BLOCKS[1:], Block(ROOT, 0, "", "")], strict=True)
    if block.kind in {"sh run", "sh run beside"}
]


def _spanloom(argv: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return _captured([sys.executable, "-m", "spanloom", *argv], cwd)


def _captured(argv: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path}
    return subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)


@contextlib.contextmanager
def _collector(folder: Path) -> Iterator[None]:
    """A collector on the shipped file, once it says that it is ready."""
    argv = [sys.executable, "-m", "spanloom", "--config", "pipelines.yaml"]
    with subprocess.Popen(argv, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert any("Everything is ready" in line for line in lines), "the collector ended"
        try:
            yield
        finally:
            process.terminate()
    assert process.returncode == 0


def _as_pattern(expected: str) -> str:
    escaped = re.sub(r"([*?[])", r"[\1]", expected.strip())
    return re.sub(r"^\.\.\.$", "*", escaped, flags=re.MULTILINE)


def test_shipped_pipelines_are_valid(tmp_path: Path) -> None:
    done = _spanloom(["validate", "--config", str(ROOT / "pipelines.yaml")], tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", YAML_BLOCKS, ids=str)
def test_yaml_in_documents_is_valid(block: Block, tmp_path: Path) -> None:
    assert yaml.safe_load(block.text) is not None
    if {"receivers:", "service:"} <= set(re.findall(r"^\w+:", block.text, re.MULTILINE)):
        (tmp_path / "config.yaml").write_text(block.text)
        done = _spanloom(["validate", "--config", "config.yaml"], tmp_path)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("block", "output"), RUN_BLOCKS, ids=str)
def test_shell_in_documents_works(block: Block, output: Block | None, tmp_path: Path) -> None:
    shutil.copy(ROOT / "pipelines.yaml", tmp_path)
    with _collector(tmp_path) if block.kind == "sh run beside" else contextlib.nullcontext():
        done = _captured(["bash", "-euo", "pipefail", "-c", block.text], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    if output:
        assert fnmatch.fnmatchcase(done.stdout.strip(), _as_pattern(output.text))


def test_every_fence_says_what_it_holds() -> None:
    assert not [str(block) for block in BLOCKS if not block.kind.strip()]


def test_run_block_output_allows_any_lines_at_an_ellipsis() -> None:
    assert fnmatch.fnmatchcase("a\nb\nc [x]", _as_pattern("a\n...\nc [x]\n"))
    assert not fnmatch.fnmatchcase("a\nb\nc [y]", _as_pattern("a\n...\nc [x]\n"))
