"""The Collector's keys are accepted, and a log line says that they do nothing."""

import logging

import pytest

from spanloom.extensions.pprof.config import Config
from spanloom.extensions.pprof.pprof import Pprof
from spanloom.testing import FakeHost, make_settings

OPTIONS = {
    "endpoint": "0.0.0.0:1777",
    "block_profile_fraction": 3,
    "mutex_profile_fraction": 5,
    "save_to_file": "profile",
    "dialer": {"timeout": "30s"},
}


def test_says_at_start_that_it_does_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    extension = Pprof(Config.model_validate(OPTIONS), make_settings("pprof", "extension"))
    extension.start(FakeHost())
    extension.pipelines_ready()
    extension.pipelines_not_ready()
    extension.shutdown(1.0)
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "no effect" in caplog.records[0].getMessage()
