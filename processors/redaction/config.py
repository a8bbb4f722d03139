"""The configuration of the `redaction` processor."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from spanloom import component
from spanloom.config.fields import ByteSize, Duration, Secret
from spanloom.processors.redaction.config_blocks import (
    Audit,
    DbSanitizer,
    Decode,
    Hmac,
    Injection,
    UrlSanitizer,
)
from spanloom.processors.redaction.rule import Allow, Mark, Rule, Text


class OwnKeys(component.Config):
    """Which rules, where they come from, and what happens to what they find."""

    rule_sets: list[str] = Field(default=["pii", "secrets", "injection"])
    """Shipped rule sets, by name."""

    rule_files: list[Text] = Field(default_factory=list)
    """Your own files of rules, or instrumentation-sdk's `patterns.yaml`. A relative path starts
    at the folder of the configuration file. Later files change rules of earlier ones by id."""

    rules: list[Rule] = Field(default_factory=list)
    """Rules, or changes of rules by id, that come after all files."""

    enable: list[Text] = Field(default_factory=list)
    """Globs of rule ids: rules of tier 2 to turn on."""

    disable: list[Text] = Field(default_factory=list)
    """Globs of rule ids: rules to turn off; stronger than `enable`."""

    allow: Allow = Allow()
    """What is no finding of any rule."""

    engine: Literal["native", "python"] = "native"
    """python is a slow second implementation that finds the same, for debugging."""

    hmac: Hmac | None = None
    """The key of keyed hashes."""

    on_error: Literal["redact", "pass"] = "redact"
    """What happens to a value that could not be scanned: it is replaced by
    `[REDACTED:unscanned]`, or passes as it is. Both are counted."""

    on_oversize: Literal["drop_value", "scan_head_tail"] = "drop_value"
    """A value above `max_value_bytes` counts as not scanned, or both its ends are scanned and
    what is between them is replaced."""

    max_value_bytes: ByteSize = Field(default=16 << 20, ge=1024)
    """The largest value that is scanned whole."""

    timeout: Duration = Duration("2s")
    """Time for one value, and as much again for each MiB of it; then it counts as not scanned."""

    scan_numbers: Literal["none", "named", "all"] = "named"
    """Numbers that are scanned like text: none, those under a key that holds a context word of
    some rule (such as `card_number`), or all."""

    decode: Decode = Decode()
    """Which encodings are looked into."""

    drop_keys: list[Text] = Field(default_factory=list)
    """Attributes to remove, by globs of their keys, or regular expressions between slashes."""

    mask_keys: list[Text] = Field(default_factory=list)
    """Attributes whose value becomes `mask_text`, likewise."""

    ignore_keys: list[Text] = Field(default_factory=list)
    """Attributes that are not looked at, likewise."""

    allow_only_keys: list[Text] | None = None
    """The only attributes that stay, likewise; those of `ignore_keys` stay too."""

    mask_text: Mark = "****"
    """What `mask_keys` and the Collector's `blocked_` lists write."""

    summary: Literal["debug", "info", "silent"] = "info"
    """What is told on items with findings: counts and rules, with debug the keys too, or
    nothing."""

    injection: Injection = Injection()
    """When signals of prompt injection are told."""

    audit: Audit | None = None
    """Off unless written: a file with one line per finding."""


class Config(OwnKeys):
    """Which rules, where they come from, and what happens to what they find.

    From `allow_all_keys` on: the keys of the Collector's `redaction` processor, as they are
    written there.
    """

    allow_all_keys: bool | None = None
    """false: only attributes named in `allowed_keys` stay. true: `allowed_keys` has no effect."""

    allowed_keys: list[Text] | None = None
    """The only attributes that stay, by their exact keys. An empty list removes all."""

    ignored_keys: list[Text] = Field(default_factory=list)
    """Attributes that stay as they are, by their exact keys. Not looked at."""

    ignored_key_patterns: list[Text] = Field(default_factory=list)
    """The same, by regular expressions that may match anywhere in the key."""

    blocked_key_patterns: list[Text] = Field(default_factory=list)
    """Attributes whose values become `mask_text`, by regular expressions, likewise."""

    blocked_values: list[Text] = Field(default_factory=list)
    """Regular expressions; what they match becomes `mask_text`, or its hash."""

    allowed_values: list[Text] = Field(default_factory=list)
    """Regular expressions; a finding that one of them matches whole stays."""

    redact_all_types: bool = False
    """Scan numbers like text: `scan_numbers: all`."""

    hash_function: Literal["", "md5", "sha1", "sha3", "hmac-sha256", "hmac-sha512"] = ""
    """What `blocked_values` match becomes its digest. Only the HMACs hide short values."""

    hmac_key: Secret | None = None
    """The key of the HMACs: at least 32 bytes, for hmac-sha512 at least 64."""

    url_sanitizer: UrlSanitizer = UrlSanitizer()
    """Must be off: see there."""

    db_sanitizer: DbSanitizer = DbSanitizer()
    """Literals in SQL."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        allow_lists = self.allowed_keys is not None or self.allow_all_keys is not None
        if self.allow_only_keys is not None and allow_lists:
            raise ValueError(
                "allow_only_keys and allowed_keys or allow_all_keys exclude each other"
            )
        if self.hmac is not None and self.hmac_key is not None:
            raise ValueError("hmac and hmac_key exclude each other")
        if self.hash_function.startswith("hmac-") and not (self.hmac or self.hmac_key):
            raise ValueError(f"hash_function {self.hash_function} needs hmac_key or hmac")
        if self.timeout < 0.001:  # noqa: PLR2004 - the engine counts milliseconds
            raise ValueError("timeout must be at least 1ms")
        return self
