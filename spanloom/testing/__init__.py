"""What tests of components are made of: builders, recorders, a fake clock, the contract.

`spanloom.testing.sink` (a real OTLP server) and `spanloom.testing.contract` are imported
by name, because they need more than a test of one processor does.
"""

from spanloom.testing.builders import build_logs, build_metrics, build_traces
from spanloom.testing.clock import FakeClock
from spanloom.testing.recording import Recording
from spanloom.testing.settings import FakeHost, attach, make_settings

__all__ = [
    "FakeClock",
    "FakeHost",
    "Recording",
    "attach",
    "build_logs",
    "build_metrics",
    "build_traces",
    "make_settings",
]
