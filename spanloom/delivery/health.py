"""Whether sending works, logged once per change."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from spanloom.delivery.errors import SendError
from spanloom.logs import describe

if TYPE_CHECKING:
    import logging


class Health:
    """What the log was last told. Messages hold our own words only, never a back end's."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._lock = threading.Lock()
        self._reason: str | None = None

    def succeeded(self) -> None:
        if self._reason is None:
            return
        with self._lock:
            changed, self._reason = self._reason is not None, None
        if changed:
            self._logger.info("sending works again")

    def failed(self, error: SendError) -> None:
        if not self._is_news(error.reason):
            return
        fields = {"reason": error.reason, "error": error.message}
        if error.retryable:
            self._logger.warning("sending fails and is tried again", extra=fields)
        else:
            self._logger.error("the destination refuses data for good", extra=fields)

    def broke(self, cause: BaseException) -> SendError:
        """The failure that a mistake in an exporter counts as."""
        if self._is_news("internal"):
            self._logger.error("sending broke down", extra={"error": describe(cause)})
        return SendError("the exporter failed inside", retryable=True, reason="internal")

    def _is_news(self, reason: str) -> bool:
        with self._lock:
            is_news, self._reason = self._reason != reason, reason
        return is_news
