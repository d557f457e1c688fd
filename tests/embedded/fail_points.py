"""The inside of a server that kills itself -9 at a named point, the n-th time it comes there.

python fail_points.py --data FOLDER --broker mqtt://127.0.0.1:1883 --die-at synced --after 3
"""

import argparse
import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from consumer import serve
from intake_bar import say

from backend.embedded import writer
from backend.embedded.history import SqliteHistory
from backend.embedded.link import Link
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable

POINTS: Final = ("recorded", "decided", "taken", "synced", "half acknowledged", "acknowledged")
"""History has the batch and the states have not; all is written; the batch is taken; it is durable and unheard of;
half of it is acknowledged; all of it is."""


class FailPoint:
    """The point at which the process ends, and how often it is passed before."""

    def __init__(self, name: str, *, after: int) -> None:
        self._name = name
        self._left = after

    def reached(self, name: str) -> None:
        """Die, if this is the point and its time has come."""
        if name == self._name:
            self._left -= 1
            if self._left <= 0:
                say(f"at {name}")
                os.kill(os.getpid(), signal.SIGKILL)


def lay(point: FailPoint) -> None:
    """Put the points into the shipped code."""
    _after(SqliteHistory, "record", lambda _self: point.reached("recorded"))
    _after(SqliteTable, "transact", lambda _self: point.reached("decided"))
    _after(writer, "take_batch", lambda _ports: point.reached("taken"))
    _after(Store, "sync", lambda _self: point.reached("synced"))
    acknowledge = Link.acknowledge

    def in_halves(link: Link, mids: Sequence[int]) -> None:
        half = len(mids) // 2
        acknowledge(link, mids[:half])
        if half:
            point.reached("half acknowledged")
        acknowledge(link, mids[half:])
        if mids:
            point.reached("acknowledged")

    Link.acknowledge = in_halves  # type: ignore[method-assign]  # the point of it


def _after(owner: Any, name: str, then: Callable[[Any], None]) -> None:
    """Let `then` be called with the first argument whenever a function of `owner` has returned."""
    whole = getattr(owner, name)

    def wrapped(first: Any, *arguments: Any, **named: Any) -> Any:
        answer = whole(first, *arguments, **named)
        then(first)
        return answer

    setattr(owner, name, wrapped)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--broker", required=True)
    parser.add_argument("--die-at", choices=POINTS, required=True)
    parser.add_argument("--after", type=int, required=True)
    options = parser.parse_args()
    # Laid once all is set up, so that they count readings and nothing else.
    asyncio.run(
        serve(
            options.data,
            options.broker,
            ready=lambda: lay(FailPoint(options.die_at, after=options.after)),
        )
    )
