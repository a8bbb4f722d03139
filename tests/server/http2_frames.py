"""An HTTP/2 client that sends the frames it is told to, for what no client library does."""

from __future__ import annotations

import socket
from typing import Self

import h2.config
import h2.connection
import h2.events

from tests.server.serving import GRPC_PATHS, Serving


class Http2Client:
    """One connection; use as a context manager."""

    def __init__(self, serving: Serving) -> None:
        self.socket: socket.socket = serving.connect()
        config = h2.config.H2Configuration(client_side=True)
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def begin_export(self) -> int:
        """Send the headers of a gRPC call; returns the stream's id."""
        stream_id: int = self.h2.get_next_available_stream_id()
        headers = [
            (":method", "POST"),
            (":scheme", "http"),
            (":authority", "test"),
            (":path", GRPC_PATHS["traces"]),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
        ]
        self.h2.send_headers(stream_id, headers)
        self.flush()
        return stream_id

    def send(self, stream_id: int, body: bytes, *, end: bool = False) -> None:
        self.h2.send_data(stream_id, body, end_stream=end)
        self.flush()

    def reset(self, stream_id: int) -> None:
        self.h2.reset_stream(stream_id)
        self.flush()

    def events(self) -> list[h2.events.Event]:
        """What the next bytes from the server mean; empty at the end of the connection."""
        received = self.socket.recv(65536)
        events: list[h2.events.Event] = self.h2.receive_data(received) if received else []
        self.flush()
        return events

    def wait_for_headers(self, stream_id: int) -> dict[bytes, bytes]:
        """The response headers of a stream."""
        while True:
            for event in self.events():
                if getattr(event, "stream_id", None) != stream_id:
                    continue
                if isinstance(event, h2.events.ResponseReceived):
                    return {
                        name.encode() if isinstance(name, str) else name: (
                            value.encode() if isinstance(value, str) else value
                        )
                        for name, value in event.headers or []
                    }
