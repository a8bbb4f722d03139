"""The price book that a configuration asks for, and the thread that keeps it fresh."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from spanloom.config.errors import ConfigErrors, Problems, nearest_name
from spanloom.logs import describe
from spanloom.processors.cost.book import PriceBook
from spanloom.processors.cost.read_list import read_price_list
from spanloom.processors.cost.snapshot.load import Snapshot, load

if TYPE_CHECKING:
    from spanloom.component import Settings
    from spanloom.processors.cost.config import Config

# Of errors in a file, a log line names so many.
_ERRORS_TOLD = 5
_JOIN_S = 5.0
# More than a price file may have; what is larger is a mistake whatever stands in it.
_BYTES_MAX = (4 << 20) + 1


@cache
def shipped() -> Snapshot:
    """The shipped list; it cannot change while the process runs."""
    return load()


def load_book(config: Config, config_dir: str = ".") -> PriceBook:
    """The prices of all files and of the shipped list.

    Raises:
        ConfigErrors: with everything that is wrong with the files.
    """
    problems = Problems()
    snapshot = shipped()
    _check_units(config, snapshot, problems)
    lists = [
        read_price_list(Path(config_dir, file), position, snapshot.units, problems)
        for position, file in enumerate(config.price_files)
    ]
    problems.raise_if_any()
    return PriceBook(
        snapshot,
        lists,
        aliases=config.provider_aliases,
        use_shipped=config.shipped_prices,
    )


def _check_units(config: Config, snapshot: Snapshot, problems: Problems) -> None:
    for unit in config.usage_attributes:
        if unit not in snapshot.units:
            nearest = nearest_name(unit, snapshot.units.dimensions)
            problems.error(
                None, ("usage_attributes", unit), f"{unit!r} is no unit", nearest=nearest
            )


class Reloader:
    """Reads the files again when they have changed, also by renaming; keeps what is good.

    Args:
        config, settings: of the processor.
        on_book: gets each new book, on the reloader's thread.
        on_result: gets `success` or `failure`, once per change.
    """

    def __init__(
        self,
        config: Config,
        settings: Settings,
        on_book: Callable[[PriceBook], None],
        on_result: Callable[[str], None],
    ) -> None:
        self._config = config
        self._settings = settings
        self._on_book = on_book
        self._on_result = on_result
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen = self._state()

    def start(self) -> None:
        """Begin to look, when there is something to look at."""
        if self._config.price_files and self._config.poll_interval > 0 and self._thread is None:
            name = f"{self._settings.id}-prices"
            self._thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Idempotent."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(_JOIN_S)
            self._thread = None

    def _run(self) -> None:
        while not self._settings.clock.wait(self._stopped, self._config.poll_interval):
            self.look()

    def look(self) -> None:
        """Read the files again if one of them has changed."""
        state = self._state()
        if state == self._seen:
            return
        self._seen = state
        try:
            book = load_book(self._config, self._settings.config_dir)
        except ConfigErrors as error:
            self._tell_failure("; ".join(str(each) for each in error.errors[:_ERRORS_TOLD]))
        # A file system may raise anything; the last good prices stay.
        except Exception as error:  # noqa: BLE001
            self._tell_failure(describe(error))
        else:
            self._on_book(book)
            self._on_result("success")
            fields = {"component": self._settings.id, "lists": ", ".join(book.list_ids)}
            self._settings.logger.info("The prices were read again.", extra=fields)

    def _tell_failure(self, reason: str) -> None:
        self._on_result("failure")
        fields = {"component": self._settings.id, "error": reason}
        self._settings.logger.error(
            "The price files have mistakes; the last good prices stay.", extra=fields
        )

    def _state(self) -> list[bytes | str]:
        """The content of each file, as far as it can be read."""
        return [_content(Path(self._settings.config_dir, f)) for f in self._config.price_files]


def _content(path: Path) -> bytes | str:
    try:
        with path.open("rb") as file:
            return file.read(_BYTES_MAX)
    except OSError as error:
        return describe(error)
