"""Makes every component that would run, and starts none: what only constructors can tell."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from dataclasses import replace

from spanloom.clock import SystemClock
from spanloom.component import Settings
from spanloom.config import ComponentSpec, ConfigError, ConfigErrors, LoadedConfig
from spanloom.config.errors import path_text
from spanloom.config.fields import REDACTED
from spanloom.config.secrets import unshowable
from spanloom.config.tree import Node, find
from spanloom.telemetry import Telemetry

_STEP = re.compile(r"[^.\[\]]+")


def construction_errors(config: LoadedConfig) -> list[ConfigError]:
    """What constructors raise, at the place of the component's id unless they say another."""
    return [error for spec in _used(config) for error in _errors(spec, config)]


def _used(config: LoadedConfig) -> Iterator[ComponentSpec]:
    pipelines = config.pipelines.values()
    parts = [
        (config.receivers, {each for pipeline in pipelines for each in pipeline.receivers}),
        (config.processors, {each for pipeline in pipelines for each in pipeline.processors}),
        (config.exporters, {each for pipeline in pipelines for each in pipeline.exporters}),
        (config.connectors, {each for pipeline in pipelines for each in pipeline.exporters}),
        (config.extensions, set(config.service.extensions)),
    ]
    for specs, ids in parts:
        yield from (spec for component_id, spec in specs.items() if component_id in ids)


def _errors(spec: ComponentSpec, config: LoadedConfig) -> list[ConfigError]:
    settings = Settings(
        id=spec.id,
        kind=spec.kind,
        logger=logging.getLogger("spanloom.validate"),
        telemetry=Telemetry(),
        clock=SystemClock(),
        config_dir=config.config_dir,
    )
    try:
        component = spec.factory.create(spec.config, settings)
    except ConfigErrors as found:
        return [_placed(error, spec, config) for error in found.errors]
    except Exception as error:  # noqa: BLE001 - a component's code may raise anything
        return [_described(spec, config, f"cannot be made: {error}")]
    with contextlib.suppress(Exception):
        component.shutdown(0.0)
    return []


def _placed(error: ConfigError, spec: ComponentSpec, config: LoadedConfig) -> ConfigError:
    """A mistake in a file of the component's own has its place; others stand in the config."""
    if error.place is not None:
        return error
    component = _described(spec, config, error.rule)
    path = f"{component.path}.{error.path}" if error.path else component.path
    node = _node(spec, config)
    steps = [int(step) if step.isdigit() else step for step in _STEP.findall(error.path)]
    found = find(node, tuple(steps)) if node else None
    # A value may be a secret, so only its position is shown.
    place = found[0].place.unshown() if found and found[1] else component.place
    return replace(component, place=place, path=path, seen=error.seen, nearest=error.nearest)


def _node(spec: ComponentSpec, config: LoadedConfig) -> Node | None:
    section = config.tree.child(f"{spec.kind}s")
    return section.child(spec.id) if section else None


def _described(spec: ComponentSpec, config: LoadedConfig, rule: str) -> ConfigError:
    section = f"{spec.kind}s"
    parent = config.tree.child(section)
    # Ids are trimmed; a key with spaces has its place under its own spelling.
    place = parent.key_place(spec.id) if parent else None
    node = _node(spec, config)
    for text in unshowable(node, spec.factory.config) if node else ():
        rule = rule.replace(text, REDACTED) if text else rule
    return ConfigError(place, path_text((section, spec.id)), rule)
