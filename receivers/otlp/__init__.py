"""Receiver `otlp`: OTLP over gRPC, HTTP/protobuf and HTTP/JSON."""

from spanloom.receivers.otlp.receiver import FACTORY

__all__ = ["FACTORY"]
