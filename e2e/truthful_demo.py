"""The command line of Scale Sense with one more route, `GET /truth`: what the simulator of the demo knows."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

import app.main
from app.cli import main
from app.site import Site

_composed = app.main.create_app


def create_app(site: Site, *args: Any, **kwargs: Any) -> FastAPI:
    """Compose the application as ever, then put the truth before the pages, which answer every path."""
    api = _composed(site, *args, **kwargs)

    async def truth() -> dict[str, Any]:
        assert site.simulator is not None
        told = await site.simulator.truth()
        return {str(tap): {"gallons": one.gallons, "pouring": one.pouring} for tap, one in told.items()}

    api.router.routes.insert(0, APIRoute("/truth", truth))
    return api


app.main.create_app = create_app

if __name__ == "__main__":
    main()
