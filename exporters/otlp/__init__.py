"""Exporter `otlp` (also `otlp_grpc`): OTLP over gRPC."""

from spanloom.batch import BATCH_TYPES
from spanloom.component import Factory
from spanloom.exporters.otlp.config import OTLPConfig
from spanloom.exporters.otlp.otlp import OTLPExporter

__all__ = ["FACTORY"]

FACTORY = Factory(
    config=OTLPConfig,
    create=OTLPExporter,
    signals=frozenset(BATCH_TYPES),
    aliases=("otlp_grpc",),
)
