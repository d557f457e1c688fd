"""Asking again, a bounded number of times, and never in step with others."""

import secrets
import time
from collections.abc import Callable, Iterator
from typing import Final

_STEPS: Final = 1000


class Patience:
    """Iterating it gives the attempts, and waits before each but the first.

    The waits are drawn evenly from 0 to `first`, twice that, ... at most `most` seconds ("full jitter": AWS
    Architecture Blog, "Exponential Backoff And Jitter"), which keeps writers of one row apart.
    """

    def __init__(
        self,
        *,
        attempts: int = 6,
        first: float = 0.05,
        most: float = 1.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._attempts = attempts
        self._first = first
        self._most = most
        self._pause = pause

    def __iter__(self) -> Iterator[int]:
        """The attempts, from 1."""
        yield 1
        for attempt in range(2, self._attempts + 1):
            longest = min(self._most, self._first * 2 ** (attempt - 2))
            self._pause(longest * secrets.randbelow(_STEPS) / _STEPS)
            yield attempt
