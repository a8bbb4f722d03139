"""What a starting component sees of the service, and the listening sockets it shares out."""

from __future__ import annotations

import threading
from collections.abc import Callable

from spanloom_native import Listener

from spanloom.component import Component, Extension


class Listeners:
    """Listening sockets by address, each kept open while a component uses it.

    A reload starts the successor of a server before it stops the server; both accept
    from the same socket meanwhile, so that no connection is refused.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[str, Listener] = {}
        self._users: dict[str, set[int]] = {}

    def listen(self, address: str, user: Component) -> Listener:
        """The socket at `address` as asked for (so port 0 is bound once). Raises OSError."""
        with self._lock:
            if address not in self._listeners:
                self._listeners[address] = Listener(address)
            self._users.setdefault(address, set()).add(id(user))
            return self._listeners[address]

    def release(self, user: Component) -> None:
        """Close what only this component used."""
        with self._lock:
            for address, users in list(self._users.items()):
                users.discard(id(user))
                if not users:
                    del self._users[address]
                    self._listeners.pop(address).close()


class ComponentHost:
    """The `Host` of one component."""

    def __init__(
        self,
        component: Component,
        listeners: Listeners,
        extensions: dict[str, Extension],
        on_fatal: Callable[[str, BaseException], None],
    ) -> None:
        self._component, self._listeners = component, listeners
        self._extensions, self._on_fatal = extensions, on_fatal

    def extension(self, component_id: str) -> Extension | None:
        return self._extensions.get(component_id)

    def listen(self, address: str) -> Listener:
        return self._listeners.listen(address, self._component)

    def report_fatal(self, component_id: str, error: BaseException) -> None:
        self._on_fatal(component_id, error)
