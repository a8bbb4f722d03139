"""Batches: the items of one signal as bytes, an index, and edits. See `docs/batches.md`."""

from spanloom_native import (
    AttributeValue,
    Batch,
    BatchError,
    Column,
    DecodeError,
    KeyMap,
    Ledger,
    Level,
    Logs,
    Metrics,
    Signal,
    Traces,
)

BATCH_TYPES: dict[Signal, type[Traces] | type[Logs] | type[Metrics]] = {
    "traces": Traces,
    "metrics": Metrics,
    "logs": Logs,
}

__all__ = [
    "BATCH_TYPES",
    "AttributeValue",
    "Batch",
    "BatchError",
    "Column",
    "DecodeError",
    "KeyMap",
    "Ledger",
    "Level",
    "Logs",
    "Metrics",
    "Signal",
    "Traces",
]
