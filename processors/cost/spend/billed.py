"""What the calls of a batch were billed, as the memory of traces wants it.

spend.note(batch, *billed(priced, costs, said))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spanloom.processors.cost.names import Outcome
from spanloom.processors.cost.prices import PICO

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.processors.cost.pricing import Priced
    from spanloom.processors.cost.sender import SenderCosts

    Bool = NDArray[np.bool_]
    Billed = tuple[NDArray[Any], Bool, Bool]

_USD: Final = "USD"
_PICO_MAX: Final = 2**63 - 1
# Nine million dollars for a call; more does not fit into pico-USD, and is no price.
_USD_MAX: Final = float(_PICO_MAX // PICO)


def billed(priced: Priced, costs: SenderCosts | None, said: Bool | None) -> Billed:
    """(pico-USD, whether that is known, whether it is a call), each (n,).

    A sender's amount comes before ours, as on the span; amounts in other currencies are not
    known here. Duplicates are no calls: their call is another span's.

    Args:
        priced: the batch, duplicates marked.
        costs: what senders say; None: nothing.
        said: (n,) True for calls with a cost of the sender's; None: there are none.
    """
    outcome = priced.outcome
    is_call: Bool = (outcome != Outcome.NO_CALL) & (outcome != Outcome.DUPLICATE)
    has_cost: Bool = (outcome == Outcome.PRICED) & priced.in_currency(_USD)
    pico = np.where(has_cost, priced.pico, 0)
    for row, rate in priced.unusual.items():
        pico[row] = min(round(rate), _PICO_MAX)
    if costs is not None and said is not None:
        sane = costs.is_usd & (costs.amounts < _USD_MAX)
        has_cost = np.where(said, sane, has_cost)
        theirs = np.where(said & sane, costs.amounts, 0.0) * PICO
        pico = np.where(said, np.rint(theirs).astype(np.int64), pico)
    return pico, has_cost, is_call
