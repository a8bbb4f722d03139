"""The blocks of the `redaction` processor's configuration."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from spanloom import component
from spanloom.config.fields import Secret
from spanloom.processors.redaction.rule import Role


class Hmac(component.Config):
    """The key of the actions `hmac` and `{hash: hmac-...}`, given in one of three ways."""

    key: Secret | None = None
    """The key itself, as `${env:NAME}` or `${file:PATH}`."""

    key_file: str = ""
    """A file that holds it; a relative path starts at the folder of the configuration file."""

    key_env: str = ""
    """An environment variable that holds it."""

    key_id: str = Field(default="default", pattern=r"^[\w.-]{1,64}$")
    """A public name of the key, told with the findings, so that keys can be changed."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum([self.key is not None, bool(self.key_file), bool(self.key_env)]) != 1:
            raise ValueError("needs exactly one of key, key_file, key_env")
        return self


class Decode(component.Config):
    """Which encodings are looked into."""

    json_: bool = Field(default=True, alias="json")
    """JSON in strings: its strings and keys are scanned one by one, nested three levels deep."""

    base64: bool = True
    """Base64 of text, one level deep: a finding inside replaces the whole run."""

    percent: bool = True
    """Percent-encoding, as in URLs."""

    hex: bool = False
    """Text written in hexadecimal."""


class Injection(component.Config):
    """When signals of prompt injection are told."""

    threshold: float = Field(default=0.5, gt=0.0, le=1.0)
    """The least score of an item that is told."""

    roles: list[Role] = Field(default=["none", "user", "tool"])
    """Whose words count; `none` is text outside messages."""


class Audit(component.Config):
    """A file with one JSON line per finding: never what was found."""

    path: str = Field(min_length=1)
    """The file; a relative path starts at the folder of the configuration file."""

    max_megabytes: int = Field(default=100, ge=1)
    """Size, in 2^20 bytes, above which the file is put aside as PATH.1, PATH.2, ..."""

    max_backups: int = Field(default=5, ge=1, le=1000)
    """Keep this many files put aside."""


class UrlSanitizer(component.Config):
    """The Collector's block; it can only be off."""

    enabled: bool = False
    """Must be false: rules find what is private in a URL, and nothing guesses at the rest."""

    attributes: list[str] = Field(default_factory=list)
    """Accepted, without effect."""

    sanitize_span_name: bool | None = None
    """Accepted, without effect."""

    @model_validator(mode="after")
    def _off(self) -> Self:
        if self.enabled:
            raise ValueError(
                "url_sanitizer is not supported: private values in URLs are found by rules, and "
                "names of high cardinality are better changed by the application"
            )
        return self


class DbSystem(component.Config):
    """One kind of database in `db_sanitizer`."""

    enabled: bool = False
    """Whether literals in its queries are replaced by `?`."""

    attributes: list[str] = Field(default=["db.statement", "db.query.text"])
    """The attributes that hold its queries."""


class DbSanitizer(component.Config):
    """The Collector's block: literals in database queries become `?`. Only for SQL."""

    sql: DbSystem = DbSystem()
    """SQL: texts in quotes and numbers."""

    redis: DbSystem = DbSystem()
    """Must be off."""

    valkey: DbSystem = DbSystem()
    """Must be off."""

    memcached: DbSystem = DbSystem()
    """Must be off."""

    mongo: DbSystem = DbSystem()
    """Must be off."""

    opensearch: DbSystem = DbSystem()
    """Must be off."""

    es: DbSystem = DbSystem()
    """Must be off."""

    sanitize_span_name: bool = False
    """Must be false: names of spans are scanned by the rules, and otherwise kept."""

    allow_fallback_without_system: bool = False
    """Accepted, without effect: the attribute alone decides, whatever the database system."""

    @model_validator(mode="after")
    def _only_sql(self) -> Self:
        names = ("redis", "valkey", "memcached", "mongo", "opensearch", "es")
        for name in names:
            if getattr(self, name).enabled:
                raise ValueError(f"db_sanitizer.{name} is not supported; only sql is")
        if self.sanitize_span_name:
            raise ValueError("db_sanitizer.sanitize_span_name is not supported")
        return self
