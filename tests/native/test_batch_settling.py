"""Every batch is settled once, and the ledger's books always balance."""

import gc
import random
from typing import Any

import numpy as np
import pytest
from spanloom_native import BatchError, Ledger, Traces

from tests.native.otlp_wire import length_delimited

SPAN = length_delimited(2, b"\x2a\x01x")


def traces(n_items: int = 4) -> Traces:
    return Traces.from_bytes(length_delimited(1, length_delimited(2, SPAN * n_items)))


def books(ledger: Ledger, **expected: Any) -> None:
    """The ledger holds these entries, and zeros elsewhere."""
    empty = {"received": 0, "delivered": 0, "refused": 0, "in_flight": 0, "dropped": {}}
    assert ledger.snapshot() == {**empty, **expected}


def test_an_acknowledged_batch_is_delivered() -> None:
    ledger, batch = Ledger(), traces()
    batch.enter(ledger)
    books(ledger, received=4, in_flight=4)
    batch.ack()
    books(ledger, received=4, delivered=4)


def test_a_retryable_failure_is_refused_and_a_permanent_one_dropped() -> None:
    ledger, first, second = Ledger(), traces(), traces()
    first.enter(ledger)
    second.enter(ledger)
    first.nack("busy", retryable=True, retry_after_s=1.5, grpc_code=14)
    second.nack("never", retryable=False, reason="bad")
    books(ledger, received=8, refused=4, dropped={"bad": 4})


def test_a_lost_batch_counts_as_refused() -> None:
    ledger, batch = Ledger(), traces()
    batch.enter(ledger)
    del batch
    gc.collect()
    books(ledger, received=4, refused=4)


def test_dropped_items_are_counted_by_reason() -> None:
    ledger, batch = Ledger(), traces()
    batch.enter(ledger)
    batch.keep(np.array([True, False, True, True]), "sampled")
    books(ledger, received=4, in_flight=3, dropped={"sampled": 1})
    batch.drop("tail")
    books(ledger, received=4, dropped={"sampled": 1, "tail": 3})


def test_rejected_items_leave_the_count_of_delivered() -> None:
    ledger, batch = Ledger(), traces()
    batch.enter(ledger)
    batch.reject(1, "too_old")
    batch.ack()
    books(ledger, received=4, delivered=3, dropped={"too_old": 1})


def test_the_worst_outcome_of_forks_counts() -> None:
    ledger, batch = Ledger(), traces()
    batch.enter(ledger)
    fork = batch.fork()
    batch.ack()
    books(ledger, received=4, in_flight=4)
    fork.nack("busy", retryable=True)
    books(ledger, received=4, refused=4)


def test_a_second_ledger_counts_what_is_dropped_there_as_delivered_in_the_first() -> None:
    first, second, batch = Ledger(), Ledger(), traces()
    batch.enter(first)
    batch.enter(second)
    batch.keep(np.array([True, False, False, False]), "sampled")
    batch.drop("filtered")
    books(first, received=4, delivered=4)
    books(second, received=4, dropped={"sampled": 3, "filtered": 1})


def test_pieces_of_a_batch_are_booked_one_by_one() -> None:
    ledger, batch = Ledger(), traces(5)
    batch.enter(ledger)
    first, second, third = batch.split(2)
    first.ack()
    second.nack("busy", retryable=True)
    third.drop("late")
    books(ledger, received=5, delivered=2, refused=2, dropped={"late": 1})


def test_a_joined_batch_is_booked_for_all() -> None:
    ledger, batches = Ledger(), [traces(2), traces(3)]
    for batch in batches:
        batch.enter(ledger)
    joined = Traces.concat(batches)
    books(ledger, received=5, in_flight=5)
    joined.ack()
    books(ledger, received=5, delivered=5)


def test_batches_of_two_ledgers_stay_two() -> None:
    ledgers, batches = [Ledger(), Ledger()], [traces(2), traces(3)]
    for ledger, batch in zip(ledgers, batches, strict=True):
        batch.enter(ledger)
    with pytest.raises(BatchError, match="ledgers"):
        Traces.concat(batches)
    assert [len(batch) for batch in batches] == [2, 3]
    for batch in batches:
        batch.ack()


@pytest.mark.parametrize(
    ("n_new", "entries"),
    [(1, {"delivered": 1, "dropped": {"replaced": 3}}), (6, {"received": 6, "delivered": 6})],
)
def test_an_adopting_batch_owes_what_the_adopted_one_did(
    n_new: int, entries: dict[str, Any]
) -> None:
    ledger, old, new = Ledger(), traces(4), traces(n_new)
    old.enter(ledger)
    new.adopt(old)
    with pytest.raises(BatchError):
        old.ack()
    new.ack()
    books(ledger, **{"received": 4, **entries})


def test_acknowledging_early_keeps_the_ledger_open() -> None:
    ledger, batch = Ledger(), traces()
    batch.enter(ledger)
    batch.acknowledge()
    batch.acknowledge()
    books(ledger, received=4, in_flight=4)
    batch.drop("expired")
    books(ledger, received=4, dropped={"expired": 4})


def test_what_nobody_sends_again_is_dropped_and_not_refused() -> None:
    ledger, failed, lost = Ledger(), traces(2), traces(3)
    for batch in (failed, lost):
        batch.enter(ledger)
        batch.acknowledge()
    failed.nack("busy", retryable=True, reason="unavailable")
    del batch, lost
    gc.collect()
    books(ledger, received=5, dropped={"unavailable": 2, "lost": 3})


def test_older_ledgers_count_the_loss_of_what_nobody_sends_again_too() -> None:
    ledgers, batch = [Ledger(), Ledger()], traces()
    for ledger in ledgers:
        batch.enter(ledger)
    batch.acknowledge()
    batch.nack("busy", retryable=True, reason="unavailable")
    for ledger in ledgers:
        books(ledger, received=4, dropped={"unavailable": 4})


def test_a_batch_is_awaited_until_it_is_acknowledged() -> None:
    batch = traces()
    fork = batch.fork()
    assert batch.is_awaited
    batch.acknowledge()
    assert (batch.is_awaited, batch.fork().is_awaited, fork.is_awaited) == (False, False, True)
    part = batch.part(np.array([True, False, False, True]))
    assert (part.is_awaited, *(piece.is_awaited for piece in batch.split(1))) == (False,) * 3


@pytest.mark.parametrize("answered", [(True, True), (True, False), (False, True), (False, False)])
def test_a_joined_batch_is_awaited_as_long_as_one_of_its_parts_is(
    answered: tuple[bool, bool],
) -> None:
    batches = [traces(), traces()]
    for batch, is_answered in zip(batches, answered, strict=True):
        if is_answered:
            batch.acknowledge()
    assert Traces.concat(batches).is_awaited is not all(answered)


@pytest.mark.parametrize("is_answered", [True, False])
def test_an_adopting_batch_is_awaited_as_the_adopted_one_was(is_answered: bool) -> None:
    old, new = traces(), traces()
    if is_answered:
        old.acknowledge()
    new.adopt(old)
    assert new.is_awaited is not is_answered


def test_books_balance_whatever_happens() -> None:
    rng, ledger = random.Random(1), Ledger()
    live: list[Traces] = []
    for _ in range(500):
        step(rng, ledger, live)
        entries = ledger.snapshot()
        dropped = sum(entries["dropped"].values())
        settled = entries["delivered"] + entries["refused"] + dropped
        assert entries["received"] == settled + entries["in_flight"]
    live.clear()
    gc.collect()
    assert ledger.snapshot()["in_flight"] == 0


def step(rng: random.Random, ledger: Ledger, live: list[Traces]) -> None:
    """One random thing that may happen to batches."""
    if len(live) < 3:
        batch = traces(rng.randrange(6))
        batch.enter(ledger)
        live.append(batch)
        return
    batch = live.pop(rng.randrange(len(live)))
    match rng.randrange(9):
        case 0:
            live += [batch.fork(), batch]
        case 1:
            live += batch.split(2)
        case 2:
            live.append(Traces.concat([batch, live.pop()]))
        case 3:
            batch.keep(np.array([rng.random() < 0.5 for _ in range(len(batch))], dtype=bool))
            live.append(batch)
        case 4:
            new = traces(rng.randrange(6))
            new.adopt(batch)
            live.append(new)
        case 5:
            batch.nack("busy", retryable=rng.random() < 0.5)
        case 6:
            batch.drop("random")
        case 7:
            batch.acknowledge()
            live.append(batch)
        case _:
            batch.ack()


@pytest.mark.parametrize(
    "use",
    [
        len,
        lambda batch: batch.ack(),
        lambda batch: batch.is_awaited,
        lambda batch: batch.drop("again"),
        lambda batch: batch.nack("again", retryable=True),
        lambda batch: batch.encode(),
        lambda batch: batch.attribute("key"),
        lambda batch: batch.set_attribute("key", 1),
        lambda batch: batch.keep(np.ones(4, dtype=bool)),
        lambda batch: batch.fork(),
        lambda batch: batch.split(1),
        lambda batch: batch.name,
        lambda batch: batch.trace_id,
        lambda batch: Traces.concat([batch]),
        lambda batch: traces().adopt(batch),
    ],
)
def test_a_settled_batch_refuses_further_use(use: Any) -> None:
    batch = traces()
    batch.ack()
    with pytest.raises(BatchError, match="settled"):
        use(batch)
