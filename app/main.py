"""Putting the parts of one running site together: routes, pages, and what starts and ends with them."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

from fastapi import FastAPI
from nicegui import ui

from app import pages
from app.health import health_router
from app.origin import OriginGuard
from app.site import Site
from backend.wiring.embedded import Embedded

RECONNECT_S: Final = 5.0
COLLECT_EVERY_S: Final = 60.0

Along = Callable[[], AbstractAsyncContextManager[None]]
"""What lives beside the site once it runs: the simulated bar."""


def create_app(site: Site, embedded: Embedded, *, mode: str, along: Along | None = None) -> FastAPI:
    """Give the application of one site; its parts start and end with it."""
    # Full collections at random moments stopped the loop for 150 ms (measured); ours come once a minute, see below.
    gc.set_threshold(100_000, 50, 1000)
    api = FastAPI(title="Scale Sense", lifespan=_lifespan(site, embedded, along), docs_url=None, redoc_url=None)
    api.add_middleware(OriginGuard)
    api.include_router(health_router(site, embedded, mode=mode))
    pages.register(site)
    ui.run_with(
        api,
        title="Scale Sense",
        dark=True,
        language="en-US",
        viewport="width=device-width, initial-scale=1, viewport-fit=cover",
        tailwind=False,
        reconnect_timeout=RECONNECT_S,
        show_welcome_message=False,
    )
    return api


def _lifespan(
    site: Site, embedded: Embedded, along: Along | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        collecting = asyncio.create_task(_collect())
        try:
            await embedded.start()
            await site.live.start()
            async with along() if along else contextlib.nullcontext():
                yield
        finally:
            collecting.cancel()
            await site.live.stop()
            await embedded.stop()

    return lifespan


async def _collect() -> None:
    """Free the pages that were left: they hold one another, so only a full collection finds them.

    What stands at the start is set aside, so that a collection looks at pages alone.
    """
    gc.collect()
    gc.freeze()
    while True:
        await asyncio.sleep(COLLECT_EVERY_S)
        gc.collect()
