"""Running a use case off the event loop: it may wait for a disk, and a frozen loop freezes every screen."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def ask(usecase: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a use case in a thread and give its answer; its refusals are raised here."""
    return await asyncio.to_thread(usecase, *args, **kwargs)
