"""Takes OTLP from the native server and hands it to the pipelines.

The server reads, validates and parks requests without the GIL. Worker threads pull what
waits, merged into one batch per signal, and run the pipeline on it up to the exporters'
queues; the server answers each request when its data is settled.
"""

from __future__ import annotations

import resource
import threading
import time
from typing import TYPE_CHECKING

from spanloom_native import ByteBudget, Closed, Inbox, Server

from spanloom.batch import BATCH_TYPES, Signal
from spanloom.component import AnyBatch, Factory, Host, Receiver, Settings
from spanloom.receivers.otlp.config import MIB, Config
from spanloom.receivers.otlp.cores import granted_cores
from spanloom.receivers.otlp.metrics import ReceiverMetrics

if TYPE_CHECKING:
    from spanloom_native import Listener

MERGED_BYTES_MAX = 3 * MIB // 2
"""Requests are merged up to this size: enough to make the cost per call small, and half of what
exporters send at once (3.5 MB). Processors make batches grow, and one that must be split there
is encoded and indexed a second time."""
WORKERS_MAX = 8
"""Workers share one interpreter lock: more of them would only wait for each other."""
PULL_TIMEOUT_S = 60.0


class OtlpReceiver(Receiver):
    """One server for both endpoints and all signals that pipelines take from here."""

    def __init__(self, config: Config, settings: Settings) -> None:
        self.consumers = {}
        self.settings = settings
        self.addresses: list[str] = []
        """Where it really listens, gRPC first, with the ports bound."""
        self._config = config
        self._budget = ByteBudget(
            config.admission.request_limit_mib * MIB, config.admission.hard_limit_mib * MIB
        )
        self._server: Server | None = None
        self._metrics: ReceiverMetrics | None = None
        self._workers: list[threading.Thread] = []

    def start(self, host: Host) -> None:
        """Bind and receive. Raises OSError when an address is taken."""
        listeners = self._listen(host)
        self.addresses = [listener.address for listener in listeners]
        self._server = self._make_server(listeners)
        self._metrics = ReceiverMetrics(self.settings, self._server.stats)
        self._metrics.open()
        for signal in self.consumers:
            self._start_workers(signal, self._server.inbox(signal))
        self._server.start()
        for address in self.addresses:
            self.settings.logger.info("Listening for OTLP.", extra={"endpoint": address})

    def shutdown(self, timeout_s: float) -> None:
        """Finish what is in flight while the workers go on, then end them."""
        server, self._server = self._server, None
        if server is None:
            return
        deadline_s = time.monotonic() + timeout_s
        if not server.drain(timeout_s):
            self.settings.logger.warning("Requests in flight were cut off: the time was over.")
        server.close_inboxes()
        for worker in self._workers:
            worker.join(max(0.0, deadline_s - time.monotonic()))
        if self._metrics is not None:
            self._metrics.close()

    def stats(self) -> list[tuple[str, dict[str, str], float]]:
        """The server's own counters and gauges; empty when it does not run."""
        return self._server.stats() if self._server is not None else []

    def _listen(self, host: Host) -> list[Listener]:
        protocols = self._config.protocols
        addresses = [p.address for p in (protocols.grpc, protocols.http) if p.enabled]
        return [host.listen(address) for address in dict.fromkeys(addresses)]

    def _make_server(self, listeners: list[Listener]) -> Server:
        grpc, http = self._config.protocols.grpc, self._config.protocols.http
        return Server(
            listeners,
            self._budget,
            signals=[signal for signal in BATCH_TYPES if signal in self.consumers],
            threads=max(1, min(granted_cores() // 2, WORKERS_MAX)),
            grpc_message_bytes_max=grpc.max_recv_msg_size_mib * MIB,
            http_body_bytes_max=http.max_request_body_size,
            traces_path=http.traces_url_path,
            metrics_path=http.metrics_url_path,
            logs_path=http.logs_url_path,
            http_compressions=http.compression_algorithms,
            cors_allowed_origins=http.cors.allowed_origins,
            cors_allowed_headers=http.cors.allowed_headers,
            cors_max_age_s=http.cors.max_age,
            read_timeout_s=self._config.read_timeout,
            keepalive_time_s=grpc.keepalive.server_parameters.time,
            keepalive_timeout_s=grpc.keepalive.server_parameters.timeout,
            max_concurrent_streams=grpc.max_concurrent_streams,
            max_connections=self._connections_max(),
        )

    def _connections_max(self) -> int:
        """As configured, but so that exporters and files still find a descriptor.

        Raises the process's soft limit of open files to the hard one, as Go programs do.
        """
        _, n_files = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (n_files, n_files))
        if n_files == resource.RLIM_INFINITY:
            return self._config.max_connections
        n_possible = max(1, n_files * 3 // 4)
        if n_possible < self._config.max_connections:
            self.settings.logger.info(
                "The limit of open files allows fewer connections than configured.",
                extra={"open_files": n_files, "max_connections": n_possible},
            )
        return min(n_possible, self._config.max_connections)

    def _start_workers(self, signal: Signal, inbox: Inbox) -> None:
        for index in range(self._config.workers or min(granted_cores(), WORKERS_MAX)):
            worker = threading.Thread(
                target=self._work,
                args=(signal, inbox),
                name=f"spanloom-{self.settings.id}-{signal}-{index}",
                daemon=True,
            )
            worker.start()
            self._workers.append(worker)

    def _work(self, signal: Signal, inbox: Inbox) -> None:
        """Pull and hand on until the inbox is closed and empty."""
        linger_s = float(self._config.linger)
        while True:
            try:
                batch = inbox.pull(
                    max_bytes=MERGED_BYTES_MAX, linger_s=linger_s, timeout_s=PULL_TIMEOUT_S
                )
            except Closed:
                return
            if batch is not None:
                self._hand_on(signal, batch)
            # What is not settled yet belongs to the pipeline alone.
            del batch

    def _hand_on(self, signal: Signal, batch: AnyBatch) -> None:
        """Run the pipelines on the batch. The worker outlives whatever they raise."""
        try:
            # Read anew each time: a reload swaps the consumers.
            self.consumers[signal].consume(batch)
        # Freed unsettled, the batch is refused retryably. A panic of native code is no Exception.
        except BaseException as error:  # noqa: BLE001
            self.settings.logger.error(
                "A pipeline failed on a batch; its senders are asked to try again.",
                extra={"error_type": type(error).__name__},
            )


FACTORY = Factory(
    config=Config, create=OtlpReceiver, signals=frozenset(BATCH_TYPES), stability="beta"
)
