"""The health page: whether readings arrive, for people and for whatever watches the machine."""

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter

from app.ask import ask
from app.site import Site
from backend.domain.member import SYSTEM
from backend.domain.times import iso
from backend.usecases.view_board import view_board
from backend.wiring.embedded import Embedded


def health_router(site: Site, embedded: Embedded, *, mode: str) -> APIRouter:
    """Give the route `GET /healthz`; it answers 200 while pages can be served, and says in `status` what is wrong."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> dict[str, Any]:
        facts, broker = embedded.intake.facts(), embedded.broker.state()
        view = await ask(view_board, site.ports, location_id=site.location_id, member=SYSTEM)
        well = facts.connected and facts.note is None
        return {
            "status": "ok" if well else "degraded",
            "mode": mode,
            "version": version("scale-sense"),
            "now": iso(site.clock.now()),
            "speed": site.clock.speed,
            "taps": len(view.faces),
            "readings_total": facts.readings_total,
            "readings_stored": await ask(site.ports.history.count),
            "last_reading_at": iso(facts.last_reading_at) if facts.last_reading_at else None,
            "unclaimed_total": facts.unclaimed_total,
            "dead_letters_total": facts.dead_letters_total,
            "waiting": facts.waiting,
            "broker": {
                "kind": broker.kind,
                "running": broker.running,
                "connected": facts.connected,
                "address": broker.address,
                "note": broker.note or facts.note,
            },
            "store": {"pending": embedded.store.pending},
            "simulator": None if site.simulator is None else {"running": site.simulator.running},
        }

    return router
