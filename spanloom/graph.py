"""The graph: which component hands its batches to which, and in what order they start.

    receiver ─ Gate ─ FanOut ─┬─ Entry ─ processor ─ ... ─ FanOut ─┬─ exporter
                              └─ Entry ─ ...                       └─ connector ─ Entry ─ ...

Receivers, exporters, connectors and extensions exist once per id, processors once per
pipeline and id. A new graph takes over the receivers, exporters and extensions of the
old one whose config did not change; with them it takes over sockets and queues.
"""

from __future__ import annotations

import contextlib
import graphlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from spanloom.batch import Ledger, Signal
from spanloom.clock import Clock
from spanloom.component import (
    Component,
    Connector,
    Consumer,
    Exporter,
    Extension,
    Kind,
    Processor,
    Receiver,
    Settings,
)
from spanloom.config import ComponentSpec, LoadedConfig, PipelineSpec
from spanloom.flow import Counted, Entry, Gate, fan_out
from spanloom.telemetry import Counter, Telemetry

Key = tuple[Kind, str]
"""Kind and id: what names a component that exists once."""


@dataclass(slots=True)
class Graph:
    """All components of one configuration, wired.

    Attributes:
        specs: what each once-only component was made from, and the signals it handles.
        components: the once-only components, extensions first, in order.
        order: everything but extensions, receivers first, exporters last.
        feeds: per receiver, what it feeds, by signal; given to it when it shall flow.
        ledgers: by pipeline.
        settings: what each component was told, by its `id()`.
    """

    specs: dict[Key, tuple[ComponentSpec, frozenset[Signal]]] = field(default_factory=dict)
    components: dict[Key, Component] = field(default_factory=dict)
    order: list[Component] = field(default_factory=list)
    feeds: dict[str, dict[Signal, Gate]] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    settings: dict[int, Settings] = field(default_factory=dict)

    def settings_without(self, other: Graph) -> list[Settings]:
        """Those of components that are not in `other`."""
        theirs = other.settings
        return [mine for key, mine in self.settings.items() if theirs.get(key) is not mine]

    @property
    def extensions(self) -> list[Extension]:
        return [c for c in self.components.values() if isinstance(c, Extension)]

    def without(self, other: Graph) -> list[Component]:
        """Components in starting order (extensions, exporters ... receivers) not in `other`."""
        theirs = {id(component) for component in other.components.values()}
        mine = [*self.extensions, *reversed(self.order)]
        return [component for component in mine if id(component) not in theirs]

    def open_feeds(self) -> None:
        """Let every receiver feed this graph."""
        for receiver_id, feed in self.feeds.items():
            receiver = cast("Receiver", self.components["receiver", receiver_id])
            receiver.consumers = feed


class Builder:
    """Makes the graph of a checked configuration.

    Attributes:
        graph: as far as it is made.
    """

    def __init__(
        self, config: LoadedConfig, telemetry: Telemetry, clock: Clock, previous: Graph
    ) -> None:
        self._config, self._telemetry, self._clock = config, telemetry, clock
        self._previous = previous
        self.graph = Graph()
        self._entries: dict[str, Entry] = {}
        self._processors: dict[str, list[Processor]] = {}

    def build(self) -> Graph:
        """The wired graph.

        Raises:
            ComponentError: a component's constructor raised.
        """
        for extension_id in self._config.service.extensions:
            self._once(self._config.extensions[extension_id])
        pipelines = self._upstream_first()
        for pipeline in reversed(pipelines):
            self._build_pipeline(pipeline)
        self._feed_receivers()
        self._feed_connectors()
        self.graph.order = list(self._ordered(pipelines))
        return self.graph

    def _upstream_first(self) -> list[PipelineSpec]:
        """The pipelines, each before those that it feeds through connectors."""
        pipelines = self._config.pipelines
        feeders = {spec.id: self._feeders(spec) for spec in pipelines.values()}
        return [pipelines[p] for p in graphlib.TopologicalSorter(feeders).static_order()]

    def _feeders(self, spec: PipelineSpec) -> set[str]:
        """The pipelines that feed this one, through a connector that makes its signal of theirs."""
        connectors = self._config.connectors
        sources = [connectors[source] for source in spec.receivers if source in connectors]
        return {
            other.id
            for other in self._config.pipelines.values()
            for source in sources
            if source.id in other.exporters
            and (other.signal, spec.signal) in source.factory.signals
        }

    def _build_pipeline(self, spec: PipelineSpec) -> None:
        consumer = fan_out([self._exit(exit_id) for exit_id in spec.exporters])
        made: list[Processor] = []
        incoming: list[Counter] = []
        for processor_id in reversed(spec.processors):
            processor = self._processor(processor_id, spec.id)
            outgoing = self._items("outgoing", processor_id, spec.signal)
            processor.next = Counted([outgoing, *incoming], consumer)
            incoming = [self._items("incoming", processor_id, spec.signal)]
            consumer = processor
            made.insert(0, processor)
        self._processors[spec.id] = made
        first = Counted(incoming, consumer) if incoming else consumer
        self._entries[spec.id] = Entry(self._ledger(spec.id), first)

    def _exit(self, exit_id: str) -> Exporter | Connector:
        spec = self._config.connectors.get(exit_id) or self._config.exporters[exit_id]
        return cast("Exporter | Connector", self._once(spec))

    def _processor(self, processor_id: str, pipeline_id: str) -> Processor:
        spec = self._config.processors[processor_id]
        processor = cast("Processor", self._create(spec, pipeline_id))
        processor.lock = contextlib.nullcontext() if processor.concurrent else threading.Lock()
        return processor

    def _items(self, direction: str, processor_id: str, signal: Signal) -> Counter:
        name, text = f"otelcol_processor_{direction}_items", f"Items {direction} at a processor."
        labels = {"processor": processor_id, "otel_signal": signal}
        return self._telemetry.counter(name, text, labels)

    def _ledger(self, pipeline_id: str) -> Ledger:
        ledger = self._previous.ledgers.get(pipeline_id) or Ledger()
        self.graph.ledgers[pipeline_id] = ledger
        return ledger

    def _feed_receivers(self) -> None:
        for receiver_id, spec in self._config.receivers.items():
            feed = {s: Gate(fan_out(c)) for s, c in self._fed_by(receiver_id).items()}
            if feed:
                self._once(spec, frozenset(feed))
                self.graph.feeds[receiver_id] = feed

    def _feed_connectors(self) -> None:
        for connector_id in self._config.connectors:
            connector = self.graph.components.get(("connector", connector_id))
            if isinstance(connector, Connector):
                fed = self._fed_by(connector_id)
                connector.consumers = {signal: fan_out(c) for signal, c in fed.items()}

    def _fed_by(self, source_id: str) -> dict[Signal, list[Consumer]]:
        """The entries of all pipelines that name this receiver or connector, by signal."""
        fed: dict[Signal, list[Consumer]] = {}
        for pipeline in self._config.pipelines.values():
            if source_id in pipeline.receivers:
                fed.setdefault(pipeline.signal, []).append(self._entries[pipeline.id])
        return fed

    def _ordered(self, pipelines: list[PipelineSpec]) -> Iterator[Component]:
        """Receivers; per pipeline the connectors that feed it and its processors; exporters."""
        components = self.graph.components
        yield from (components["receiver", receiver_id] for receiver_id in self.graph.feeds)
        seen: set[str] = set()
        for pipeline in pipelines:
            for source_id in pipeline.receivers:
                if source_id in self._config.connectors and source_id not in seen:
                    seen.add(source_id)
                    yield components["connector", source_id]
            yield from self._processors[pipeline.id]
        yield from (c for c in components.values() if isinstance(c, Exporter))

    def _once(self, spec: ComponentSpec, signals: frozenset[Signal] = frozenset()) -> Component:
        """The component with this id: made already, taken over, or made now."""
        key: Key = (spec.kind, spec.id)
        if key not in self.graph.components:
            unchanged = self._previous.specs.get(key) == (spec, signals)
            reusable = unchanged and spec.kind != "connector"
            made = self._taken_over(key) if reusable else self._create(spec)
            self.graph.components[key] = made
            self.graph.specs[key] = (spec, signals)
        return self.graph.components[key]

    def _taken_over(self, key: Key) -> Component:
        component = self._previous.components[key]
        self.graph.settings[id(component)] = self._previous.settings[id(component)]
        return component

    def _create(self, spec: ComponentSpec, pipeline_id: str = "") -> Component:
        settings = Settings(
            id=spec.id,
            kind=spec.kind,
            logger=logging.getLogger(f"spanloom.{spec.kind}.{spec.id.replace('/', '.')}"),
            telemetry=self._telemetry,
            clock=self._clock,
            config_dir=str(self._config.config_dir),
            pipeline=pipeline_id,
        )
        make: Any = spec.factory.create
        try:
            component: Component = make(spec.config, settings)
        except Exception:
            self._telemetry.forget_gauges(settings)
            raise
        self.graph.settings[id(component)] = settings
        return component
