"""The feed of one process: events go to its listeners, in the thread that publishes."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from backend.domain.events import Event

_log = structlog.get_logger(__name__)


class LocalFeed:
    """Tells each event to each listener, in order; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Callable[[Event], None], ...] = ()

    def publish(self, events: Sequence[Event]) -> None:
        """Tell the events; a listener that fails is logged and stops nobody else."""
        for event in events:
            for listener in self._listeners:
                try:
                    listener(event)
                except Exception:  # noqa: BLE001 - one listener must not stop the others
                    _log.exception("a listener failed", event_kind=type(event).__name__)

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Hear each event from now on; gives the function that ends it (calling it twice is harmless)."""
        mine = partial(listener)  # so that who listens twice may end one of the two
        with self._lock:
            self._listeners = (*self._listeners, mine)

        def end() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not mine)

        return end
