"""The health page: whether readings arrive, for people and for whatever watches the machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Final

import structlog
from fastapi import APIRouter

from app.ask import ask
from app.site import Site
from backend.cellar.rows import MENDING
from backend.domain.member import SYSTEM
from backend.domain.times import iso
from backend.embedded.restore import Restored
from backend.embedded.store import Store
from backend.usecases.view_board import view_board
from backend.wiring.embedded import Embedded

_NEWS: Final = timedelta(days=1)
_NAMED: Final = 3
"""So many rows are named in the note; all of them in a list beside it."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What the store says of itself; `note` says why it does not, `unreadable` which rows of it cannot be read."""

    taps: int | None = None
    readings: int | None = None
    pending: bool | None = None
    restored: Restored | None = None
    unreadable: tuple[str, ...] = ()
    note: str | None = None


def health_router(site: Site, embedded: Embedded, *, mode: str) -> APIRouter:
    """Give the route `GET /healthz`; it answers 200 while pages can be served, and says in `status` what is wrong."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> dict[str, Any]:
        kept = await ask(_kept, site, embedded.store)
        facts, broker = embedded.intake.facts(), embedded.broker.state()
        unreadable = list(dict.fromkeys([*kept.unreadable, *facts.damaged]))
        store_note = "; ".join(filter(None, (kept.note, _rows_note(unreadable)))) or None
        bar_lives = site.simulator is None or site.simulator.running
        jobs = embedded.clockwork.state()
        works = embedded.clockwork.running and all(job.note is None for job in jobs.values())
        well = facts.connected and facts.note is None and store_note is None and bar_lives and works
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
            "history_only_total": facts.history_only_total,
            "dead_letters_total": facts.dead_letters_total,
            "waiting": facts.waiting,
            "broker": {
                "kind": broker.kind,
                "running": broker.running,
                "connected": facts.connected,
                "address": broker.address,
                "note": broker.note or facts.note,
            },
            "store": {
                "pending": kept.pending,
                "note": store_note,
                "restored": _restored(kept.restored),
                "unreadable": unreadable,
            },
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
            unreadable=(*store.unreadable.told, *view.damaged),
            note=_store_note(store, wall=site.clock.wall()),
        )
    except Exception as away:  # noqa: BLE001 - whatever is wrong with it, this page is there to say so
        _log.warning("the store cannot be asked", why=repr(away))
        return _Kept(note=str(away) or type(away).__name__, unreadable=store.unreadable.told)


def _store_note(store: Store, *, wall: datetime) -> str | None:
    """What is wrong with a store that can be asked; what was done about it is worth a note for a day."""
    if store.damage:
        return (
            f"the store is damaged ({store.damage}): end the server and start it again, "
            "and the last whole backup takes its place; "
            "if this is said again then, put one there by scale-sense restore"
        )
    done = store.restored
    if done is None or wall - done.at > _NEWS:
        return _remade_note(store) if wall - store.opened_at <= _NEWS else None
    return (
        f"the store was damaged and is restored from the backup of {iso(done.backup)}: "
        f"what came after it, until {iso(done.until)}, is lost"
    )


def _remade_note(store: Store) -> str | None:
    rows = ", ".join(f"{key.pk} / {key.sk}" for key in store.unreadable.remade)
    return f"rows that could not be read at the start are made anew by the next readings: {rows}" if rows else None


def _rows_note(unreadable: Sequence[str]) -> str | None:
    """Which rows cannot be read, the first few of them by name, and what that means."""
    if not unreadable:
        return None
    more = f", and {len(unreadable) - _NAMED} more" if len(unreadable) > _NAMED else ""
    named = "; ".join(why.removesuffix(f": {MENDING}") for why in unreadable[:_NAMED])
    return f"single rows cannot be read, and all others go on: {named}{more}: {MENDING}"


def _restored(done: Restored | None) -> dict[str, str] | None:
    if done is None:
        return None
    return {"at": iso(done.at), "backup": iso(done.backup), "until": iso(done.until)}
