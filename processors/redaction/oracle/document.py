"""The rules as they arrive: the same JSON document that the native engine takes."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from spanloom.batch import Signal
from spanloom.processors.redaction.rule import Location, Role

CLASSES = ("validated", "vendor", "generic", "phrase")
"""From the strongest to the weakest."""

HashFunction = Literal["md5", "sha1", "sha3", "hmac-sha256", "hmac-sha512"]
Score = Annotated[int, Field(ge=0, le=255)]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Regex(Form):
    pattern: str
    group: int = 0
    ignore_case: bool = False
    boundary: bool = False
    keywords: list[str] = []
    validators: list[str] = []
    min_entropy: float = 0.0


class Phrases(Form):
    phrases: list[str]
    whole_words: bool = True


class Matcher(Form):
    """Exactly one is given."""

    detector: str | None = None
    regex: Regex | None = None
    phrases: Phrases | None = None


class Action(Form):
    kind: Literal[
        "flag", "token", "partial", "hmac", "hash", "drop_match", "drop_attribute", "drop_item"
    ]
    keep_first: int = 0
    keep_last: int = 0
    function: HashFunction | None = None


FLAG = Action(kind="flag")


class Allow(Form):
    exact: list[str] = []
    suffix: list[str] = []
    cidr: list[str] = []
    regex: list[str] = []


class Scope(Form):
    signals: list[Signal] = []
    locations: list[Location] = []
    keys: list[str] = []
    roles: list[Role] = []
    enabled: bool | None = None
    action: Action | None = None


class InjectionSignal(Form):
    family: str
    weight: float


class Rule(Form):
    id: str
    matcher: Matcher = Field(alias="match")
    rule_class: Literal["validated", "vendor", "generic", "phrase"] = Field(alias="class")
    score: Score = 100
    context: list[str] = []
    negative_context: list[str] = []
    mask_at: Score = 60
    flag_at: Score = 60
    action: Action
    label: str
    replacement: str | None = None
    dry_run: bool = False
    allow: Allow = Allow()
    scopes: list[Scope] = []
    signal: InjectionSignal | None = None
    attribute: str | None = None


class Keys(Form):
    drop: list[str] = []
    mask: list[str] = []
    ignore: list[str] = []
    allow_only: list[str] | None = None
    mask_text: str = "****"


class Limits(Form):
    value_bytes_max: int = 16 << 20
    json_depth_max: int = 64
    nested_json_max: int = 3
    base64_bytes_max: int = 64 << 10
    value_ms_max: int = 2_000
    automaton_bytes_max: int = 64 << 20


class Decode(Form):
    json_text: bool = Field(default=True, alias="json")
    base64: bool = True
    percent: bool = True
    hex: bool = False


class HmacKey(Form):
    key_base64: str = Field(repr=False)
    key_id: str

    def key(self) -> bytes:
        return base64.b64decode(self.key_base64, validate=True)


class Injection(Form):
    threshold: float = 0.5
    roles: list[Role] = ["none", "user", "tool"]


class Document(Form):
    rules: list[Rule]
    allow: Allow = Allow()
    keys: Keys = Keys()
    limits: Limits = Limits()
    decode: Decode = Decode()
    scan_numbers: Literal["none", "named", "all"] = "named"
    on_oversize: Literal["drop_value", "scan_head_tail"] = "drop_value"
    pass_unscanned: bool = False
    hmac: HmacKey | None = None
    injection: Injection = Injection()


def read(document: bytes | dict[str, Any]) -> Document:
    """The document, checked for its form alone.

    Raises:
        ValueError: it has another form.
    """
    if isinstance(document, bytes):
        return Document.model_validate_json(document)
    return Document.model_validate(document)
