"""Which amounts go into the sums of traces."""

from fractions import Fraction
from typing import Any

import numpy as np

from spanloom.processors.cost.flat import Flat
from spanloom.processors.cost.names import Outcome
from spanloom.processors.cost.price_table import PriceTable
from spanloom.processors.cost.prices import Entry, Price
from spanloom.processors.cost.pricing import Priced
from spanloom.processors.cost.sender import SenderCosts
from spanloom.processors.cost.spend.billed import billed

USD = Flat(Entry("list", "usd", {"input_tokens": Price(1)}))
EUR = Flat(Entry("list", "eur", {"input_tokens": Price(1)}, currency="EUR"))


def priced(*outcomes: Outcome, **changes: Any) -> Priced:
    """Calls that cost 7 pico-USD each, where they have a price."""
    n_rows = len(outcomes)
    columns: dict[str, Any] = {
        "outcome": np.array(outcomes, np.uint8),
        "pico": np.full(n_rows, 7),
        "codes": np.zeros(n_rows, np.intp),
        "table": PriceTable([USD, EUR, None]),
    }
    return Priced(**columns | changes)


def said(*amounts: float, final: bool = False, usd: bool = True) -> SenderCosts:
    shape = len(amounts)
    return SenderCosts(np.array(amounts), np.full(shape, final), np.full(shape, usd))


def rows(found: tuple[Any, Any, Any]) -> list[tuple[Any, ...]]:
    """(pico, is known, is a call) of each span."""
    return list(zip(*(column.tolist() for column in found), strict=True))


def test_only_priced_calls_have_an_amount() -> None:
    found = rows(billed(priced(Outcome.PRICED, Outcome.UNKNOWN_MODEL, Outcome.NO_CALL), None, None))
    assert found == [(7, True, True), (0, False, True), (0, False, False)]


def test_duplicates_are_no_calls() -> None:
    assert rows(billed(priced(Outcome.DUPLICATE), None, None)) == [(0, False, False)]


def test_other_currencies_are_not_summed() -> None:
    table = priced(Outcome.PRICED, codes=np.array([1]))
    assert rows(billed(table, None, None)) == [(0, False, True)]


def test_fractions_are_rounded_and_huge_amounts_cut() -> None:
    unusual = {0: Fraction(7, 2), 1: 10**30}
    both = priced(Outcome.PRICED, Outcome.PRICED, unusual=unusual)
    assert rows(billed(both, None, None)) == [(4, True, True), (2**63 - 1, True, True)]


def test_amounts_of_senders_come_first() -> None:
    costs = said(0.5, float("nan"))
    found = billed(priced(Outcome.PRICED, Outcome.PRICED), costs, np.array([True, False]))
    assert rows(found) == [(5 * 10**11, True, True), (7, True, True)]


def test_a_sender_may_price_what_we_cannot() -> None:
    found = billed(priced(Outcome.UNKNOWN_MODEL), said(0.25), np.array([True]))
    assert rows(found) == [(25 * 10**10, True, True)]


def test_amounts_of_senders_that_are_no_dollars_or_absurd_are_not_summed() -> None:
    for costs in (said(0.5, usd=False), said(1e300), said(float(2**63))):
        (row,) = rows(billed(priced(Outcome.PRICED), costs, np.array([True])))
        assert row[1:] == (False, True)


def test_where_a_sender_wrote_no_number_ours_is_summed() -> None:
    costs = said(float("nan"))
    assert rows(billed(priced(Outcome.PRICED), costs, None)) == [(7, True, True)]
