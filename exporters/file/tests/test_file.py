"""The `file` exporter on a real disk."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
import zstandard
from pydantic import ValidationError
from spanloom_native import Ledger, Logs, Traces

from spanloom.exporters.file import FACTORY
from spanloom.exporters.file.config import FileConfig
from spanloom.testing import FakeClock, FakeHost, build_logs, build_traces, make_settings

TRACES = build_traces(2).SerializeToString()


def start(folder: Path, clock: Any = None, **config: Any) -> Any:
    settings = make_settings("file", "exporter", config_dir=str(folder), clock=clock)
    exporter = FACTORY.create(FileConfig.model_validate({"path": "out.json"} | config), settings)
    exporter.start(FakeHost())
    return exporter


def consume(exporter: Any, request: bytes = TRACES) -> dict[str, Any]:
    """The books after the batch."""
    batch, ledger = Traces.from_bytes(request), Ledger()
    batch.enter(ledger)
    exporter.consume(batch)
    snapshot: dict[str, Any] = ledger.snapshot()
    return snapshot


def records(path: Path) -> list[bytes]:
    """The records of a file with length prefixes."""
    content, found = path.read_bytes(), []
    while content:
        end = 4 + int.from_bytes(content[:4], "big")
        found.append(content[4:end])
        content = content[end:]
    return found


def test_each_batch_is_a_json_line_on_disk_before_it_is_delivered(tmp_path: Path) -> None:
    exporter = start(tmp_path)
    assert consume(exporter)["delivered"] == 2
    exporter.consume(Logs.from_bytes(build_logs(3).SerializeToString()))
    lines = (tmp_path / "out.json").read_bytes().splitlines()
    assert [list(json.loads(line)) for line in lines] == [["resourceSpans"], ["resourceLogs"]]
    assert Traces.from_json(lines[0]).encode() == [TRACES]


def test_proto_records_follow_their_length(tmp_path: Path) -> None:
    exporter = start(tmp_path, format="proto")
    consume(exporter)
    consume(exporter)
    assert records(tmp_path / "out.json") == [TRACES, TRACES]


def test_zstd_records_follow_their_length(tmp_path: Path) -> None:
    consume(start(tmp_path, compression="zstd"))
    (record,) = records(tmp_path / "out.json")
    text = zstandard.ZstdDecompressor().decompressobj().decompress(record)
    assert Traces.from_json(text).encode() == [TRACES]


@pytest.mark.parametrize(("append", "n_lines"), [(False, 1), (True, 2)])
def test_existing_file_is_emptied_unless_append(tmp_path: Path, append: bool, n_lines: int) -> None:
    (tmp_path / "out.json").write_text("{}\n")
    consume(start(tmp_path, append=append))
    assert len((tmp_path / "out.json").read_text().splitlines()) == n_lines


def test_full_file_is_put_aside(tmp_path: Path) -> None:
    exporter = start(tmp_path, FakeClock(), rotation={"max_megabytes": 1})
    big = build_traces(600).SerializeToString()
    for _ in range(3):
        consume(exporter, big)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "out-2023-11-14T22-13-20.000.1.json",
        "out-2023-11-14T22-13-20.000.json",
        "out.json",
    ]


def test_files_put_aside_are_removed_by_number(tmp_path: Path) -> None:
    (tmp_path / "out-of-this.json").touch()
    exporter = start(tmp_path, rotation={"max_megabytes": 1, "max_backups": 1})
    big = build_traces(600).SerializeToString()
    for _ in range(4):
        consume(exporter, big)
    assert len(list(tmp_path.glob("out*.json"))) == 3
    assert (tmp_path / "out-of-this.json").exists()


def test_files_put_aside_are_removed_by_age(tmp_path: Path) -> None:
    old = tmp_path / "out-2020-01-01T00-00-00.000.json"
    old.touch()
    os.utime(old, (1_577_836_800, 1_577_836_800))
    exporter = start(tmp_path, rotation={"max_megabytes": 1, "max_days": 3})
    big = build_traces(600).SerializeToString()
    for _ in range(2):
        consume(exporter, big)
    assert not old.exists()
    assert len(list(tmp_path.glob("out*.json"))) == 2


def test_full_disk_refuses_retryably_and_leaves_whole_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = start(tmp_path)
    consume(exporter)
    write = os.write
    calls: list[int] = []

    def write_half(fd: int, piece: memoryview) -> int:
        if calls:
            raise OSError(errno.ENOSPC, "no space")
        calls.append(fd)
        return write(fd, piece[: len(piece) // 2])

    monkeypatch.setattr(os, "write", write_half)
    assert consume(exporter)["refused"] == 2
    monkeypatch.undo()
    assert consume(exporter)["delivered"] == 2
    lines = (tmp_path / "out.json").read_bytes().splitlines()
    assert [Traces.from_json(line).encode() for line in lines] == [[TRACES], [TRACES]]


def test_refuses_retryably_when_it_is_not_running(tmp_path: Path) -> None:
    exporter = start(tmp_path)
    exporter.shutdown(1)
    exporter.shutdown(1)
    assert consume(exporter)["refused"] == 2


def test_folder_must_exist_unless_it_shall_be_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        start(tmp_path, path="a/b/out.json")
    consume(start(tmp_path, path="a/b/out.json", create_directory={}))
    assert (tmp_path / "a/b/out.json").stat().st_size > 0


@pytest.mark.parametrize("other", [{"rotation": {}}, {"compression": "zstd"}])
def test_append_excludes_rotation_and_compression(other: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="exclude each other"):
        FileConfig.model_validate({"path": "a", "append": True} | other)
