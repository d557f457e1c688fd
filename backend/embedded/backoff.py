"""Waiting longer after each failure, and never in step with others."""

import secrets
from typing import Final

_JITTER: Final = 0.3


class Backoff:
    """Waits of `first`, twice that, ... up to `most` seconds, each 30 % more or less."""

    def __init__(self, *, first: float, most: float) -> None:
        self._first = first
        self._most = most
        self._next = first

    def wait(self) -> float:
        """Seconds to wait before the next attempt."""
        base, self._next = self._next, min(self._next * 2, self._most)
        return base * (1 - _JITTER + 2 * _JITTER * secrets.randbelow(1000) / 999)

    def reset(self) -> None:
        """It worked: begin with the shortest wait again."""
        self._next = self._first
