"""The attributes that `cost` writes besides those of the conventions, and the words in them."""

from __future__ import annotations

from enum import IntEnum

PRICE_LIST = "spanloom.cost.price_list"
PRICE_ENTRY = "spanloom.cost.price_entry"
CONTRACT = "spanloom.cost.contract"
NOTE = "spanloom.cost.note"
COMPUTED = "spanloom.cost.computed_amount"
DUPLICATE_AMOUNT = "spanloom.cost.duplicate_amount"
USD_MICRO = "llm.cost_usd_micro"
PRICE_VERSION = "llm.price_version"

PROVIDER_SOURCE = "provider"
LOCAL_SOURCE = "local"


class Outcome(IntEnum):
    """What became of a span. The name in lower case is the word in notes and metrics."""

    NO_CALL = 0
    PRICED = 1
    UNKNOWN_MODEL = 2
    MISSING_USAGE = 3
    CONTRADICTION = 4
    DUPLICATE = 5
    FAILED_CALL = 6
    """An error without any count: nothing to bill, and nothing to note."""
    EXACT = 7
    """Not for the fast arithmetic; becomes one of the others."""

    @property
    def word(self) -> str:
        return self.name.lower()


SENDER_MISMATCH = "sender_mismatch"
SENDER_INVALID = "sender_invalid"
ESTIMATED = "estimated"

TOKENS_ESTIMATED = "spanloom.tokens.estimated"
"""Which counts are estimates, where some are; written by the processor `token_count`."""
