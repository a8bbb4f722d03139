"""A redaction rule and a file of them, as they are written in YAML.

Every field but `id` may be left out: a rule with the id of an earlier one changes the
fields it gives, and only those. What must hold of a whole rule is checked once all sources
are merged, in `ruleset`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from spanloom import component
from spanloom.batch import Signal
from spanloom.processors.redaction.actions import Action

RuleClass = Literal["validated", "vendor", "generic", "phrase"]
Role = Literal["none", "system", "user", "assistant", "tool"]
Location = Literal[
    "resource",
    "scope",
    "span.name",
    "span.status",
    "span.attributes",
    "span.other",
    "span.events",
    "span.links",
    "log.body",
    "log.attributes",
    "log.other",
    "metric",
    "metric.datapoint",
    "metric.exemplar",
]


def _writable(text: str) -> str:
    """Checks what is written into values: it must be safe inside JSON as it is."""
    if any(c in '"\\' or ord(c) < ord(" ") or c == "\x7f" for c in text):
        rule = 'must hold no ", no backslash and no control character'
        raise PydanticCustomError("written_text", rule)
    return text


Text = Annotated[str, Field(min_length=1, max_length=1000)]
Mark = Annotated[str, Field(max_length=200), AfterValidator(_writable)]
Percent = Annotated[int, Field(ge=0, le=100)]


class Allow(component.Config):
    """What is no finding, though a rule describes it; exempts the finding, not the value."""

    exact: list[Text] = Field(default_factory=list)
    """Whole findings, in any case."""

    suffix: list[Text] = Field(default_factory=list)
    """Ends of findings, in any case, such as `@example.com`."""

    cidr: list[Text] = Field(default_factory=list)
    """Networks: findings that are addresses in them."""

    regex: list[Text] = Field(default_factory=list)
    """Regular expressions that match a whole finding."""


class Scope(component.Config):
    """Where a rule acts differently; what is left out fits everything.

    The last scope that fits a place counts.
    """

    signals: list[Signal] = Field(default_factory=list)
    """traces, logs, metrics."""

    locations: list[Location] = Field(default_factory=list)
    """Parts of the telemetry, such as `span.attributes` or `log.body`."""

    keys: list[Text] = Field(default_factory=list)
    """Globs over the attribute's key; `*` matches anything."""

    roles: list[Role] = Field(default_factory=list)
    """Who says it, in a chat message; `none` is text outside messages."""

    enabled: bool | None = None
    """Whether the rule holds there."""

    action: Action | None = None
    """What it does there."""


class Rule(component.Config):
    """What to find (one of `detector`, `regex`, `phrases`) and what to do about it."""

    id: str = Field(pattern=r"^[a-z0-9_.]+$", max_length=100)
    """Its name in metrics, attributes and overrides."""

    description: str = ""
    """What it finds, in a few words."""

    tier: Literal[1, 2] = 1
    """1 is on; 2 is off until `enable` names it."""

    detector: str = ""
    """A built-in detector, such as `email` or `credit_card`."""

    regex: str = Field(default="", max_length=10_000)
    """A regular expression: Rust's syntax, which is RE2's, over bytes with ASCII classes."""

    group: int = Field(default=0, ge=0, le=50)
    """Of `regex`: what is replaced, a capture group; 0 is the whole match."""

    ignore_case: bool = False
    """Of `regex`: letters match in any case."""

    boundary: bool = False
    """Of `regex`: no letter, digit or `_` may stand right before or after the match."""

    keywords: list[Text] = Field(default_factory=list)
    """Of `regex`: tried only in texts that hold one of these, in any case. Makes it fast."""

    validators: list[str] = Field(default_factory=list)
    """Of `regex`: built-in checks on what is replaced; all must agree."""

    min_entropy: float = Field(default=0.0, ge=0.0, le=8.0)
    """Of `regex`: the least Shannon entropy of what is replaced, in bits per byte."""

    phrases: list[Text] = Field(default_factory=list)
    """Phrases to find, in any case; runs of white space count as one space."""

    whole_words: bool = True
    """Of `phrases`: no letter or digit may stand right before or after a phrase."""

    rule_class: RuleClass | None = Field(default=None, alias="class")
    """Decides among overlapping findings: validated before vendor, generic and phrase. By
    default validated for detectors, generic for regular expressions, phrase for phrases."""

    label: str = Field(default="", pattern=r"^[A-Za-z0-9_.-]*$", max_length=100)
    """The name in the replacement: `EMAIL` gives `[EMAIL]`. By default the id in upper case."""

    action: Action | None = None
    """What happens to a finding; `token` by default, `flag` where there is a `family`."""

    without_key: Action | None = None
    """What happens instead of an action that needs an HMAC key, where none is configured."""

    replacement: Mark | None = None
    """What `token` writes in place of `[LABEL]`."""

    score: Percent = 100
    """Of `regex` and `phrases`: how sure a match alone makes us, in percent."""

    context: list[Text] = Field(default_factory=list)
    """Words nearby, or in the key, that raise the score by 35."""

    negative_context: list[Text] = Field(default_factory=list)
    """Words nearby on the same line, or in the key, that lower the score by 40.

    Where words of both kinds stand before a match on its line, only the last one counts.
    """

    min_confidence: Percent = 60
    """The action is taken from this score on."""

    flag_confidence: Percent | None = None
    """Told, without the action, from this score on; by default `min_confidence`."""

    dry_run: bool = False
    """Found and told, never acted on."""

    allow: Allow = Allow()
    """What is no finding of this rule."""

    scopes: list[Scope] = Field(default_factory=list)
    """Where it acts differently."""

    family: str = Field(default="", pattern=r"^[a-z0-9_]*$", max_length=100)
    """Makes the rule a signal of prompt injection, of this family; it then only tells."""

    weight: float | None = Field(default=None, gt=0.0, le=1.0)
    """Of a signal: how likely it alone makes an injection."""

    attribute: str = Field(default="", max_length=200)
    """A boolean attribute that is set on items in which the rule finds something."""


class RuleFile(component.Config):
    """A file of rules."""

    version: Literal[1]
    """The version of this format."""

    rules: list[Rule] = Field(min_length=1)
    """The rules, in order."""
