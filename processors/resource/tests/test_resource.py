"""The actions on resources; what they do in detail is tested with the attributes processor."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from spanloom.batch import BATCH_TYPES, Signal
from spanloom.processors.resource.config import Config
from spanloom.processors.resource.resource import ResourceProcessor
from spanloom.testing import build_logs, build_metrics, build_traces, make_settings

BUILDERS: dict[Signal, Callable[..., Any]] = {
    "traces": build_traces,
    "logs": build_logs,
    "metrics": build_metrics,
}


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_changes_every_resource_and_no_item(signal: Signal) -> None:
    request = BUILDERS[signal](6, n_resources=2, resource_attributes={"host.name": "h"})
    batch = BATCH_TYPES[signal].from_message(request)
    actions = [
        {"action": "insert", "key": "region", "value": "eu"},
        {"action": "upsert", "key": "name", "from_attribute": "service.name"},
        {"action": "delete", "key": "host.name"},
    ]
    processor = ResourceProcessor(Config.model_validate({"attributes": actions}), make_settings())
    keys = batch.keys()
    processor.process(batch)
    assert batch.attribute("region", "resource").strings() == ["eu", "eu"]
    assert batch.attribute("name", "resource").strings() == ["inference-0", "inference-1"]
    assert not batch.attribute("host.name", "resource").present.any()
    assert batch.keys() == keys


def test_needs_an_action() -> None:
    with pytest.raises(ValidationError, match="attributes"):
        Config.model_validate({"attributes": []})
