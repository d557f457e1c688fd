"""Putting the parts of one running site together: routes, pages, and what starts and ends with them."""

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

Along = Callable[[], AbstractAsyncContextManager[None]]
"""What lives beside the site once it runs: the simulated bar."""


def create_app(site: Site, embedded: Embedded, *, mode: str, along: Along | None = None) -> FastAPI:
    """Give the application of one site; its parts start and end with it."""
    # Full collections over many page elements stopped the loop for 150 ms; rarer ones do not (measured).
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
        try:
            await embedded.start()
            await site.live.start()
            async with along() if along else contextlib.nullcontext():
                yield
        finally:
            await site.live.stop()
            await embedded.stop()

    return lifespan
