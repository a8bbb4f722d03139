"""Brings the names of many GenAI libraries to those of the current semantic conventions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spanloom.batch import BATCH_TYPES, Logs, Metrics
from spanloom.component import AnyBatch, Factory, Processor, Settings
from spanloom.processors.genai_normalizer.canonical import MESSAGE_KEYS, TYPES
from spanloom.processors.genai_normalizer.config import CUSTOM, Config, Source
from spanloom.processors.genai_normalizer.counters import Counters
from spanloom.processors.genai_normalizer.dialect import Dialect, Options, Rename, Repair
from spanloom.processors.genai_normalizer.dialects import load_dialects
from spanloom.processors.genai_normalizer.held_calls import HeldCalls
from spanloom.processors.genai_normalizer.log_records import merge_messages, name_events
from spanloom.processors.genai_normalizer.metric_points import MetricNames
from spanloom.processors.genai_normalizer.normalize import Normalizer
from spanloom.processors.genai_normalizer.plan import Planner
from spanloom.processors.genai_normalizer.profiles import PROFILES
from spanloom.processors.genai_normalizer.values import FINISH_REASONS_ENUM, FINISH_REASONS_RAW
from spanloom.semconv import (
    FINISH_REASONS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanloom.processors.genai_normalizer.convert import Conversion
    from spanloom.processors.genai_normalizer.dialect import Rule
    from spanloom.processors.genai_normalizer.profiles import Profile


class GenaiNormalizer(Processor):
    """Edits names and attributes. Items are only merged (`merge_message_events`), and data points
    added (`token_counters`).

    Keeps no content between batches, but the message events that it holds for those.
    """

    concurrent = True

    def __init__(self, config: Config, settings: Settings) -> None:
        self.settings = settings
        finish_reasons = (
            FINISH_REASONS_ENUM if config.finish_reasons == "enum" else FINISH_REASONS_RAW
        )
        profile = PROFILES[config.target]
        dialects = [_adapted(d, config, finish_reasons, profile) for d in _chosen(config)]
        planner = Planner(dialects, profile.types({**TYPES, FINISH_REASONS: finish_reasons}))
        self._counters = Counters(settings, lambda: planner.n_plans)
        self._normalizer = Normalizer(
            planner,
            {dialect.name: _options(config, dialect.name) for dialect in dialects},
            profile,
            self._counters,
            frozenset() if config.messages else MESSAGE_KEYS,
        )
        self._metric_names = MetricNames(dialects, profile, counts=config.token_counters)
        self._event_name_keys = tuple(d.event_name_key for d in dialects if d.event_name_key)
        self._finish_reasons = finish_reasons
        self._merges = config.merge_message_events
        self._held: HeldCalls | None = None
        if self._merges and config.merge_wait:
            release = super().consume
            keys = self._event_name_keys
            self._held = HeldCalls(config, settings, self._counters, keys, release)

    def shutdown(self, timeout_s: float) -> None:
        """Hand on what is held."""
        if self._held is not None:
            self._held.shutdown(timeout_s)

    def consume(self, batch: AnyBatch) -> None:
        """Process and hand on, but for what waits for the rest of its call."""
        if self._held is None or not isinstance(batch, Logs) or not len(batch):
            super().consume(batch)
            return
        try:
            self._held.take_in(batch)
        except Exception as error:  # noqa: BLE001 - what is lost is refused: the sender tries again
            self._counters.failed("all", error)

    def process(self, batch: AnyBatch) -> AnyBatch:
        """The batch, with current names."""
        if isinstance(batch, Logs):
            name_events(batch, self._event_name_keys)
            if self._merges:
                merge_messages(batch, self._finish_reasons)
        self._normalizer.normalize(batch)
        if isinstance(batch, Metrics) and self._metric_names.concern(batch):
            return self._metric_names.apply(
                batch, lambda reason: self._counters.problems({reason: 1})
            )
        return batch


def _chosen(config: Config) -> list[Dialect]:
    """The dialects that are looked for, with the user's mappings before their own."""
    enabled = config.enabled()
    chosen = [
        replace(dialect, rules=(*_mapped(_source(config, dialect.name)), *dialect.rules))
        for dialect in load_dialects()
        if dialect.name in enabled
    ]
    mappings = {**_source(config, CUSTOM).custom_mappings, **config.custom_mappings}
    if mappings:
        chosen.append(Dialect(CUSTOM, rules=_mapped(Source(custom_mappings=mappings)), order=0))
    return chosen


def _source(config: Config, name: str) -> Source:
    return config.sources.get(name, Source())


def _mapped(source: Source) -> tuple[Rule, ...]:
    return tuple(Rename(old, new) for old, new in source.custom_mappings.items())


def _adapted(
    dialect: Dialect, config: Config, finish_reasons: Conversion, profile: Profile
) -> Dialect:
    """Without the rules that the config turns off or the target undoes, with its reasons."""
    rules = [
        rule
        for rule in dialect.rules
        if (config.messages or not _is_of_messages(rule)) and not _is_undone(rule, profile)
    ]
    adapted = [
        replace(rule, convert=finish_reasons)
        if isinstance(rule, Rename) and rule.convert is FINISH_REASONS_ENUM
        else rule
        for rule in rules
    ]
    return replace(dialect, rules=tuple(adapted))


def _is_undone(rule: Rule, profile: Profile) -> bool:
    """Whether the target's name is the rule's old one."""
    return isinstance(rule, Rename) and profile.names.get(rule.new) == rule.old


def _is_of_messages(rule: Rule) -> bool:
    return (rule.key if isinstance(rule, Repair) else getattr(rule, "new", "")) in MESSAGE_KEYS


def _options(config: Config, name: str) -> Options:
    source = _source(config, name)
    given: Mapping[str, bool | None] = {
        "overwrite": source.overwrite,
        "remove_originals": source.remove_originals,
    }
    chosen = {k: getattr(config, k) if v is None else v for k, v in given.items()}
    drops = bool(chosen["remove_originals"]) or config.chunk_events == "drop"
    return Options(**chosen, drop_chunk_events=drops)


FACTORY = Factory(
    config=Config,
    create=GenaiNormalizer,
    signals=frozenset(BATCH_TYPES),
    stability="alpha",
    aliases=("gen_ai_normalizer", "genainormalizer"),
)
