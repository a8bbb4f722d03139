"""The recording consumer settles each batch as it was told."""

from typing import Any

import pytest

from spanloom.batch import Ledger, Traces
from spanloom.testing import Recording, build_traces


@pytest.mark.parametrize(
    ("settle", "column"), [("ack", "delivered"), ("nack", "refused"), ("hold", "in_flight")]
)
def test_settles_as_told(settle: Any, column: str) -> None:
    ledger, rest = Ledger(), Recording(settle)
    batch = Traces.from_message(build_traces(3))
    batch.enter(ledger)
    rest.consume(batch)
    del batch
    assert ledger.snapshot()[column] == 3
    assert rest.n_items == 3
    assert rest.messages == [build_traces(3)]


@pytest.mark.parametrize(("settle", "reason"), [("fail", "rejected"), ("drop", "recorded")])
def test_drops_are_counted_by_reason(settle: Any, reason: str) -> None:
    ledger, rest = Ledger(), Recording(settle)
    batch = Traces.from_message(build_traces(2))
    batch.enter(ledger)
    rest.consume(batch)
    del batch
    assert ledger.snapshot()["dropped"] == {reason: 2}


def test_waiting_in_vain_says_how_many_came() -> None:
    with pytest.raises(TimeoutError, match="0 of 1 batches"):
        Recording().wait_for(1, timeout_s=0.01)
