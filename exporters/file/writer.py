"""A file that only ever holds whole records, and is put aside when it is full."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from spanloom.clock import Clock
    from spanloom.exporters.file.config import RotationConfig

_DAY_S = 86_400.0
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}(\.\d+)?")


class FileWriter:
    """Not for use by several threads at once.

    Args:
        path: the file.
        rotation: None: the file grows for ever.
        clock: names files put aside, and tells their age.
        truncate: empty an existing file.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(
        self, path: Path, rotation: RotationConfig | None, clock: Clock, *, truncate: bool
    ) -> None:
        self._path = path
        self._rotation = rotation
        self._clock = clock
        self._fd: int | None = None
        self._open(os.O_TRUNC if truncate else 0)

    def write(self, record: bytes) -> None:
        """Hand a whole record to the operating system.

        Raises:
            OSError: it did not take it; nothing of the record is left in the file.
        """
        if self._is_full(len(record)):
            self._rotate()
        fd = self._open(0) if self._fd is None else self._fd
        written = 0
        try:
            while written < len(record):
                written += os.write(fd, memoryview(record)[written:])
        except OSError:
            self._cut(fd, written)
            raise
        self._n_bytes += written

    def close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def _open(self, flags: int) -> int:
        flags |= os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._fd = os.open(self._path, flags, 0o644)
        self._n_bytes = os.fstat(self._fd).st_size
        return self._fd

    def _cut(self, fd: int, n_bytes: int) -> None:
        """Remove the torn end, so that what comes next can be read. Pipes have none."""
        with suppress(OSError):
            if n_bytes and os.fstat(fd).st_size == self._n_bytes + n_bytes:
                os.ftruncate(fd, self._n_bytes)

    def _is_full(self, n_bytes: int) -> bool:
        if self._rotation is None or self._n_bytes == 0:
            return False
        return self._n_bytes + n_bytes > self._rotation.max_megabytes << 20

    def _rotate(self) -> None:
        self.close()
        self._path.rename(self._free_name())
        self._open(0)
        # What cannot be removed now is removed at the next rotation.
        with suppress(OSError):
            self._remove_old()

    def _free_name(self) -> Path:
        """`name-2006-01-02T15-04-05.000.ext`, as the Collector names them."""
        now_s = self._clock.now_s()
        local = self._rotation is not None and self._rotation.localtime
        moment = time.localtime(now_s) if local else time.gmtime(now_s)
        stamp = time.strftime("%Y-%m-%dT%H-%M-%S", moment) + f".{int(now_s % 1 * 1000):03d}"
        name = self._path.with_name(f"{self._path.stem}-{stamp}{self._path.suffix}")
        attempt = 0
        while name.exists():
            attempt += 1
            name = self._path.with_name(f"{self._path.stem}-{stamp}.{attempt}{self._path.suffix}")
        return name

    def _remove_old(self) -> None:
        if self._rotation is None:
            return
        backups = sorted(self._backups(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        kept = self._rotation.max_backups or len(backups)
        oldest_s = self._clock.now_s() - (self._rotation.max_days or 1 << 20) * _DAY_S
        for index, path in enumerate(backups):
            if index >= kept or path.stat().st_mtime < oldest_s:
                path.unlink()

    def _backups(self) -> list[Path]:
        start, end = f"{self._path.stem}-", self._path.suffix
        return [
            path
            for path in self._path.parent.iterdir()
            if path.name.startswith(start)
            and path.name.endswith(end)
            and _STAMP.fullmatch(path.name[len(start) : len(path.name) - len(end)])
        ]
