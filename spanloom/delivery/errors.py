"""What comes back from sending: `Sent`, or a `SendError`.

Neither carries a back end's own words into a log: those may quote content.
"""

from __future__ import annotations

from typing import NamedTuple


class Sent(NamedTuple):
    """The destination took the request, perhaps not all of it.

    Attributes:
        n_rejected: items it refused for good while it took the others.
        message: what it said about that. Never logged.
    """

    n_rejected: int = 0
    message: str = ""


class SendError(Exception):
    """A request was not delivered.

    Attributes:
        message: goes to the sender and into logs, so never text of a back end.
        retryable: whether the same request may succeed later.
        retry_after_s: the earliest time that the destination asked for.
        grpc_code: its status, passed on to the sender unchanged.
        reason: short and bounded; names the loss in the ledger.
    """

    def __init__(
        self,
        message: str,
        *,
        retryable: bool,
        retry_after_s: float | None = None,
        grpc_code: int | None = None,
        reason: str = "failed",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retryable = retryable
        self.retry_after_s = retry_after_s
        self.grpc_code = grpc_code
        self.reason = reason


def worse(one: SendError | None, other: SendError | None) -> SendError | None:
    """The one that the sender must hear: a retryable failure mends the other, so it wins."""
    if one is None or other is None:
        return one or other
    return other if other.retryable and not one.retryable else one
