"""The Collector's keys are accepted, and a log line says that they do nothing."""

import logging

import pytest

from spanloom.extensions.zpages.config import Config
from spanloom.extensions.zpages.zpages import Zpages
from spanloom.testing import FakeHost, make_settings

OPTIONS = {"endpoint": "0.0.0.0:55679", "expvar": {"enabled": True}}


def test_says_at_start_that_it_does_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    extension = Zpages(Config.model_validate(OPTIONS), make_settings("zpages", "extension"))
    extension.start(FakeHost())
    extension.pipelines_ready()
    extension.pipelines_not_ready()
    extension.shutdown(1.0)
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "no effect" in caplog.records[0].getMessage()
