"""The health page: whether readings arrive, for people and for whatever watches the machine."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Final

import structlog
from fastapi import APIRouter

from app.ask import ask
from app.site import Site
from backend.domain.member import SYSTEM
from backend.domain.times import iso
from backend.embedded.restore import Restored
from backend.embedded.store import Store
from backend.usecases.view_board import view_board
from backend.wiring.embedded import Embedded

_NEWS: Final = timedelta(days=1)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What the store says of itself; `note` says why it does not."""

    taps: int | None = None
    readings: int | None = None
    pending: bool | None = None
    restored: Restored | None = None
    note: str | None = None


def health_router(site: Site, embedded: Embedded, *, mode: str) -> APIRouter:
    """Give the route `GET /healthz`; it answers 200 while pages can be served, and says in `status` what is wrong."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> dict[str, Any]:
        kept = await ask(_kept, site, embedded.store)
        facts, broker = embedded.intake.facts(), embedded.broker.state()
        bar_lives = site.simulator is None or site.simulator.running
        jobs = embedded.clockwork.state()
        works = embedded.clockwork.running and all(job.note is None for job in jobs.values())
        well = facts.connected and facts.note is None and kept.note is None and bar_lives and works
        return {
            "status": "ok" if well else "degraded",
            "mode": mode,
            "version": version("scale-sense"),
            "now": iso(site.clock.now()),
            "speed": site.clock.speed,
            "taps": kept.taps,
            "readings_total": facts.readings_total,
            "readings_stored": kept.readings,
            "last_reading_at": iso(facts.last_reading_at) if facts.last_reading_at else None,
            "unclaimed_total": facts.unclaimed_total,
            "set_apart_total": facts.set_apart_total,
            "dead_letters_total": facts.dead_letters_total,
            "waiting": facts.waiting,
            "broker": {
                "kind": broker.kind,
                "running": broker.running,
                "connected": facts.connected,
                "address": broker.address,
                "note": broker.note or facts.note,
            },
            "store": {"pending": kept.pending, "note": kept.note, "restored": _restored(kept.restored)},
            "jobs": {
                name: {"last": iso(job.last) if job.last else None, "note": job.note} for name, job in jobs.items()
            },
            "jobs_running": embedded.clockwork.running,
            "simulator": None if site.simulator is None else {"running": site.simulator.running},
        }

    return router


def _kept(site: Site, store: Store) -> _Kept:
    try:
        view = view_board(site.ports, location_id=site.location_id, member=SYSTEM)
        return _Kept(
            taps=len(view.faces),
            readings=site.ports.history.count(),
            pending=store.pending,
            restored=store.restored,
            note=_store_note(store, wall=site.clock.wall()),
        )
    except Exception as away:  # noqa: BLE001 - whatever is wrong with it, this page is there to say so
        _log.warning("the store cannot be asked", why=repr(away))
        return _Kept(note=str(away) or type(away).__name__)


def _store_note(store: Store, *, wall: datetime) -> str | None:
    """What is wrong with a store that can be asked; that it was restored is worth a note for a day."""
    if store.damage:
        return (
            f"the store is damaged ({store.damage}): end the server and start it again, "
            "and the last whole backup takes its place; "
            "if this is said again then, put one there by scale-sense restore"
        )
    done = store.restored
    if done is None or wall - done.at > _NEWS:
        return None
    return (
        f"the store was damaged and is restored from the backup of {iso(done.backup)}: "
        f"what came after it, until {iso(done.until)}, is lost"
    )


def _restored(done: Restored | None) -> dict[str, str] | None:
    if done is None:
        return None
    return {"at": iso(done.at), "backup": iso(done.backup), "until": iso(done.until)}
