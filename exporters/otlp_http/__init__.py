"""Exporter `otlp_http` (also `otlphttp`): OTLP over HTTP."""

from spanloom.batch import BATCH_TYPES
from spanloom.component import Factory
from spanloom.exporters.otlp_http.config import OTLPHTTPConfig
from spanloom.exporters.otlp_http.otlp_http import OTLPHTTPExporter

__all__ = ["FACTORY"]

FACTORY = Factory(
    config=OTLPHTTPConfig,
    create=OTLPHTTPExporter,
    signals=frozenset(BATCH_TYPES),
    aliases=("otlphttp",),
)
