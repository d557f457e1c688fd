"""One tap in full: its face, the facts behind the number, its pours and its kegs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from backend.cellar import kegs, pours, scales, taps
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger, Pour
from backend.domain.location import Location
from backend.domain.member import Act, Member
from backend.domain.scale import Scale
from backend.domain.tap import Tap, TapState
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.view_board import view_faces

RECENT: Final = timedelta(hours=24)
MOST_POURS: Final = 500
MOST_KEGS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TapView:
    """What a tap page shows; newest pours and kegs first, and the books of those kegs by their ids."""

    location: Location
    tap: Tap
    face: TapFace
    state: TapState | None
    keg: Keg | None
    ledger: Ledger | None
    scale: Scale | None
    pours: tuple[Pour, ...]
    kegs: tuple[Keg, ...]
    ledgers: Mapping[str, Ledger] = field(default_factory=dict)


def view_tap(ports: Ports, *, tap_id: TapId, member: Member, now: datetime) -> TapView:
    """Give all there is to say of a tap, with the pours of the last 24 h; of one that shares a keg, those of that keg.

    Raises NotFound, Forbidden.
    """
    member.must(Act.VIEW_LEVELS, location_id=tap_id.location_id)
    location = load.location(ports, tap_id.location_id)
    faucet_id, tap_id = tap_id, load.holder(ports, tap_id)
    tap = load.tap(ports, tap_id)
    state = ports.table.get(taps.state_key(tap_id))
    scale = ports.table.get(scales.key(tap.scale_id)) if tap.scale_id else None
    stood = kegs_of(ports, tap_id=tap_id, until=now, limit=MOST_KEGS)
    return TapView(
        location=location,
        tap=tap,
        face=_face(ports, location, faucet_id, member),
        state=taps.state_from_item(state) if state else None,
        keg=load.keg(ports, tap.keg_id) if tap.keg_id else None,
        ledger=load.ledger(ports, tap.keg_id) if tap.keg_id else None,
        scale=scales.from_item(scale) if scale else None,
        pours=_recent(ports, tap_id, now),
        kegs=stood,
        ledgers=_books_of(ports, stood),
    )


def _face(ports: Ports, location: Location, tap_id: TapId, member: Member) -> TapFace:
    faces = view_faces(ports, location=location, tap_ids=[tap_id], member=member)
    return next(face for face in faces if face.tap_id == tap_id)


def kegs_of(ports: Ports, *, tap_id: TapId, until: datetime, limit: int) -> tuple[Keg, ...]:
    """Give the kegs that stood on a tap, newest first."""
    page = ports.table.query(kegs.stays(tap_id, until=until, limit=limit))
    stays = list(load.readable(partial(kegs.stay_from_item, tap_id=tap_id), page.items))
    items = ports.table.get_many([kegs.key(stay.keg_id) for stay in stays])
    there = [items[kegs.key(stay.keg_id)] for stay in stays if kegs.key(stay.keg_id) in items]
    return tuple(load.readable(kegs.from_item, there))


def _books_of(ports: Ports, stood: Sequence[Keg]) -> dict[str, Ledger]:
    items = ports.table.get_many([kegs.ledger_key(keg.keg_id) for keg in stood])
    return {ledger.keg_id: ledger for ledger in load.readable(kegs.ledger_from_item, items.values())}


def _recent(ports: Ports, tap_id: TapId, now: datetime) -> tuple[Pour, ...]:
    query = pours.between(tap_id.location_id, start=now - RECENT, end=now, limit=1000, descending=True)
    found = load.readable(pours.from_item, load.every(ports, query))
    return tuple(pour for pour in found if pour.tap_id == tap_id)[:MOST_POURS]
