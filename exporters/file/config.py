"""Config of the `file` exporter."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from spanloom.component import Config
from spanloom.config.fields import Block, Duration


class RotationConfig(Block):
    """A new file when the old one is full; old ones are named by their time and removed."""

    max_megabytes: int = Field(default=100, ge=1)
    """Size, in 2^20 bytes, above which a file is put aside. One record is never cut."""

    max_days: int = Field(default=0, ge=0)
    """Remove files put aside longer ago than this. 0: never."""

    max_backups: int = Field(default=100, ge=0)
    """Keep this many files put aside. 0: all."""

    localtime: bool = False
    """Name them in local time instead of UTC."""


class CreateDirectoryConfig(Block):
    """Make the folder of `path`."""

    directory_permissions: str = Field(default="0755", pattern=r"^0[0-7]{3}$")
    """Octal permissions of folders made."""

    @property
    def mode(self) -> int:
        """The permissions as a number."""
        return int(self.directory_permissions, 8)


class FileConfig(Config):
    """OTLP records in a file."""

    path: str = Field(min_length=1)
    """Where to write. Relative: to the config's folder."""

    rotation: RotationConfig = RotationConfig.off()
    """Off unless written."""

    format: Literal["json", "proto"] = "json"
    """`json`: one OTLP/JSON request a line. `proto`: requests, each after its length."""

    compression: Literal["none", "zstd"] = "none"
    """`zstd`: each record by itself, after its length."""

    append: bool = False
    """Go on at the end of an existing file, instead of emptying it."""

    flush_interval: Duration = Duration("1s")
    """How long data may wait inside the process, at most. It never does: see the README."""

    create_directory: CreateDirectoryConfig = CreateDirectoryConfig.off()
    """Off unless written: the folder must exist."""

    @field_validator("compression", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return "none" if value == "" else value

    @model_validator(mode="after")
    def _possible(self) -> FileConfig:
        if self.append and self.compression != "none":
            raise ValueError("append and compression exclude each other")
        if self.append and self.rotation.enabled:
            raise ValueError("append and rotation exclude each other; rotation appends by itself")
        return self

    @property
    def has_length_prefix(self) -> bool:
        """Whether records are separated by their lengths instead of newlines."""
        return self.format == "proto" or self.compression != "none"
