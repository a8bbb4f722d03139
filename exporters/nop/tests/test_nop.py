"""The `nop` exporter."""

from __future__ import annotations

from spanloom_native import Ledger, Traces

from spanloom.exporters.nop import FACTORY
from spanloom.testing import build_traces, make_settings


def test_what_it_throws_away_counts_as_delivered() -> None:
    settings = make_settings("nop", "exporter")
    exporter = FACTORY.create(FACTORY.config(), settings)
    batch, ledger = Traces.from_bytes(build_traces(5).SerializeToString()), Ledger()
    batch.enter(ledger)
    exporter.consume(batch)
    assert ledger.snapshot()["delivered"] == 5
    assert settings.telemetry.value("otelcol_exporter_sent_spans", {"exporter": "nop"}) == 5
