"""The running process: start, reload, drain, stop.

Exporters start first and receivers last; stopping goes the other way round. A reload
builds and starts the new graph beside the old one, lets the receivers feed it, waits
until nothing is inside the old one, and drains that. When anything fails before the
switch, the old graph goes on as if nothing had been asked.
"""

from __future__ import annotations

import gc
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

from spanloom import logs
from spanloom.clock import Clock, SystemClock
from spanloom.component import Component, Extension
from spanloom.config import ConfigErrors, LoadedConfig, load
from spanloom.config.model import LogsTelemetry, Prometheus
from spanloom.flow import Refuse
from spanloom.graph import Builder, Graph
from spanloom.host import ComponentHost, Listeners
from spanloom.metrics_server import MetricsServer
from spanloom.telemetry import Telemetry

SHUTDOWN_TIMEOUT_S = 25.0
"""For everything that stops; below the 30 s that orchestrators grant by default."""

logger = logging.getLogger("spanloom.service")


class StartError(Exception):
    """A component did not start; says which and why."""


class Deadline:
    """What is left of a time span."""

    def __init__(self, clock: Clock, timeout_s: float) -> None:
        self._clock, self._end_s = clock, clock.monotonic_s() + timeout_s

    def left_s(self) -> float:
        return max(0.0, self._end_s - self._clock.monotonic_s())


class Service:
    """One configuration at work; called by one thread at a time."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.telemetry = Telemetry()
        self.graph = Graph()
        self._clock = clock or SystemClock()
        self._listeners = Listeners()
        self._metrics_server: MetricsServer | None = None
        self._metrics_page: Prometheus | None = None
        self._on_fatal: Callable[[], None] = lambda: None

    def on_fatal(self, notify: Callable[[], None]) -> None:
        """Call `notify` (from any thread) once a component gave up."""
        self._on_fatal = notify

    def start(self, config: LoadedConfig) -> None:
        """Everything up and receiving. Raises StartError with everything stopped again."""
        self._apply_telemetry(config)
        try:
            graph = self._build(config)
            self._start(graph, graph.without(Graph()))
        except StartError:
            self._serve_metrics(None)
            raise
        self.graph = graph
        self._observe(graph)
        for extension in graph.extensions:
            extension.pipelines_ready()
        logger.info("Everything is ready. Begin running and processing data.")

    def reload(self, config: LoadedConfig) -> None:
        """The new configuration at work. Raises StartError with the old one still working."""
        old = self.graph
        new = self._build(config)
        added = new.without(old)
        self._start(new, added)
        try:
            self._apply_telemetry(config)
        except StartError:
            self._stop(list(reversed(added)), self._deadline())
            self._forget_gauges(new, old)
            raise
        new.open_feeds()
        self.graph = new
        for extension in new.extensions:
            if extension in added:
                extension.pipelines_ready()
        self._retire(old, new)
        self._observe(new)
        logger.info("The new configuration is at work.")

    def shutdown(self, timeout_s: float = SHUTDOWN_TIMEOUT_S) -> None:
        """Stop receiving, deliver what is held, stop the rest."""
        deadline = Deadline(self._clock, timeout_s)
        for extension in self.graph.extensions:
            extension.pipelines_not_ready()
        self._stop(list(reversed(self.graph.without(Graph()))), deadline)
        self.graph = Graph()
        self._serve_metrics(None)

    def _build(self, config: LoadedConfig) -> Graph:
        builder = Builder(config, self.telemetry, self._clock, self.graph)
        try:
            return builder.build()
        except Exception as error:
            self._forget_gauges(builder.graph, self.graph)
            # Configuration is not telemetry: a constructor's own words may be shown.
            raise StartError(f"cannot build the pipelines: {error}") from error

    def _start(self, graph: Graph, components: list[Component]) -> None:
        """Start these components of a graph, and feed its receivers just before they start."""
        extensions = {k[1]: c for k, c in graph.components.items() if isinstance(c, Extension)}
        ids = {id(component): key for key, component in graph.components.items()}
        self._feed_new_receivers(graph, components)
        for n_started, component in enumerate(components):
            host = ComponentHost(component, self._listeners, extensions, self._fail)
            try:
                component.start(host)
            except Exception as error:
                kind, name = ids.get(id(component), ("processor", type(component).__name__))
                self._stop(list(reversed(components[: n_started + 1])), self._deadline())
                self._forget_gauges(graph, self.graph)
                raise StartError(f'failed to start "{name}" {kind}: {error}') from error

    def _feed_new_receivers(self, graph: Graph, components: list[Component]) -> None:
        for receiver_id, feed in graph.feeds.items():
            receiver = graph.components["receiver", receiver_id]
            if any(receiver is component for component in components):
                receiver.consumers = feed  # type: ignore[attr-defined] # keyed as receiver

    def _retire(self, old: Graph, new: Graph) -> None:
        """Drain and stop what the new graph did not take over."""
        deadline = self._deadline()
        stopping = list(reversed(old.without(new)))
        receivers = {id(old.components["receiver", r]) for r in old.feeds}
        self._stop([c for c in stopping if id(c) in receivers], deadline)
        for receiver_id, feed in old.feeds.items():
            successors = new.feeds.get(receiver_id, {})
            for feed_signal, gate in feed.items():
                gate.close(successors.get(feed_signal) or Refuse(), deadline.left_s())
        self._stop([c for c in stopping if id(c) not in receivers], deadline)
        self._forget_gauges(old, new)
        for pipeline in old.ledgers.keys() - new.ledgers.keys():
            self.telemetry.forget(f"ledger/{pipeline}")

    def _forget_gauges(self, gone: Graph, kept: Graph) -> None:
        """No gauge reads a component any more that is in `gone` alone."""
        for settings in gone.settings_without(kept):
            self.telemetry.forget_gauges(settings)

    def _stop(self, components: list[Component], deadline: Deadline) -> None:
        for component in components:
            try:
                component.shutdown(deadline.left_s())
            except Exception as error:  # noqa: BLE001 - the others must stop too
                fields = {"component": type(component).__name__, "error": logs.describe(error)}
                logger.error("a component did not stop in good order", extra=fields)
            self._listeners.release(component)

    def _deadline(self) -> Deadline:
        return Deadline(self._clock, SHUTDOWN_TIMEOUT_S)

    def _observe(self, graph: Graph) -> None:
        for pipeline, ledger in graph.ledgers.items():
            self.telemetry.observe_ledger(pipeline, ledger)

    def _apply_telemetry(self, config: LoadedConfig) -> None:
        """Own logs and metrics as configured. Raises StartError."""
        telemetry = config.service.telemetry
        try:
            configure_logs(telemetry.logs)
            self._serve_metrics(telemetry.metrics.prometheus)
        except OSError as error:
            raise StartError(f"service.telemetry: {error}") from error
        for warning in config.warnings:
            logger.warning("%s", warning)

    def _serve_metrics(self, page: Prometheus | None) -> None:
        if page == self._metrics_page:
            return
        server = None if page is None else MetricsServer(self.telemetry, page)
        if self._metrics_server is not None:
            self._metrics_server.close()
        self._metrics_server, self._metrics_page = server, page

    def _fail(self, component_id: str, error: BaseException) -> None:
        fields = {"component": component_id, "error": logs.describe(error)}
        logger.critical("a component cannot go on; the process ends", extra=fields)
        self._on_fatal()


def configure_logs(config: LogsTelemetry) -> None:
    """Write own logs as configured. Raises OSError: a file cannot be opened."""
    # The Collector's levels above error exist; nothing is written at them.
    level = config.level if config.level in logs.LEVELS else "error"
    sampling = config.sampling
    logs.configure(
        level=level,
        encoding=config.encoding,
        output_paths=config.output_paths,
        initial_fields=config.initial_fields,
        sampling=logs.Sampling(sampling.tick, sampling.initial, sampling.thereafter)
        if sampling.enabled
        else None,
    )


def run(sources: list[str], sets: list[str]) -> int:
    """Run until SIGINT or SIGTERM; SIGHUP reloads. Returns the exit status.

    Raises:
        ConfigErrors: the configuration is not valid.
    """
    logs.configure()
    logs.hide_exception_texts()
    events: queue.SimpleQueue[str] = queue.SimpleQueue()
    service = Service()
    service.on_fatal(lambda: events.put("fatal"))
    _catch_signals(events)
    try:
        service.start(load(sources, sets))
    except StartError as error:
        logger.critical(str(error))
        return 1
    # What lives as long as the process need not be walked by every collection.
    gc.freeze()
    event = events.get()
    while event == "reload":
        _reload(service, sources, sets)
        event = events.get()
    logger.info("Stopping: draining what is in flight.")
    # Not on this thread: native code that waits would keep a second signal waiting too.
    stopping = threading.Thread(target=service.shutdown, name="spanloom-shutdown")
    stopping.start()
    stopping.join()
    logger.info("Stopped.")
    return 1 if event == "fatal" else 0


def _reload(service: Service, sources: list[str], sets: list[str]) -> None:
    try:
        service.reload(load(sources, sets))
    except (StartError, ConfigErrors) as error:
        logger.error("The reload failed; the old configuration goes on.\n%s", error)


def _catch_signals(events: queue.SimpleQueue[str]) -> None:
    stopping = False

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        if number == signal.SIGHUP:
            events.put("reload")
        elif stopping:
            # The second time somebody means it: no draining.
            sys.stderr.flush()
            os._exit(130)
        else:
            stopping = True
            events.put("stop")

    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
