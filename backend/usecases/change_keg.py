"""Changing a keg by hand: the old one is closed, the next one opened, and history follows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import kegs, taps
from backend.domain.beer import Beer
from backend.domain.face import EMPTY_LBS
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, KegTapped, Tare, TareSource
from backend.domain.keg_type import keg_type
from backend.domain.ledger import Ledger
from backend.domain.level import Level
from backend.domain.location import Location
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Invalid
from backend.domain.shown import shown_at
from backend.domain.tap import Tap, TapState, absolute_level
from backend.domain.units import gallons_of
from backend.ports import Action, KegSpan, Ports
from backend.usecases import load
from backend.usecases.commit import commit

_AHEAD: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextKeg:
    """What is put on: its beer and size, what its shell weighs if that is known, and its gross weight when full."""

    beer_id: str
    type_id: str
    tare: Tare | None = None
    full_lbs: float | None = None


def change_keg(
    ports: Ports,
    *,
    tap_id: TapId,
    keg: NextKeg,
    at: datetime,
    member: Member,
    now: datetime,
    lifted_at: datetime | None = None,
) -> Keg:
    """Put the next keg on a tap from `at` on; the one before was there until `lifted_at` (or `at`).

    Readings that were taken meanwhile are told apart again: those before `lifted_at` stay with the old keg, those
    between belong to no keg. Gives the new keg.

    Raises:
        Forbidden, NotFound: the member may not; there is no such tap or beer.
        Invalid: the times are in the future or out of order, or the shell's weight is not known for this size.
        Conflict: others change the same tap.
    """
    member.must(Act.ASSIGN, location_id=tap_id.location_id)
    location = load.location(ports, tap_id.location_id)
    beer = load.beer(ports, keg.beer_id)
    until = lifted_at or at
    if not until <= at <= now + _AHEAD:
        raise Invalid("a keg is lifted first, then the next is put on, and not in the future: check the times")

    def decide() -> tuple[Sequence[Action], tuple[Keg, Tap]]:
        tap = load.tap(ports, tap_id)
        if tap.tapped_at is not None and until < tap.tapped_at:
            raise Invalid(f"the keg on tap {tap_id} was put on after that moment: give a later one")
        opened = _opened(keg, beer=beer, tap_id=tap_id, at=at, location=location)
        if ports.table.get(kegs.key(opened.keg_id)) is not None:
            raise Conflict(f"keg {opened.keg_id} is on already: nothing more to do")
        # History is told first, never after: told twice it is the same, and a crash in between is healed by a repeat.
        ports.history.assign(tap_id=tap_id, spans=_spans(opened.keg_id, until=until, at=at))
        actions = [*_closing(ports, tap, until), *_opening(ports, tap, opened, beer=beer, at=at, member=member)]
        return actions, (opened, tap)

    opened, before = commit(ports, decide)
    ports.feed.publish(
        [
            KegTapped(
                location_id=tap_id.location_id,
                tap_id=str(tap_id),
                keg_id=opened.keg_id,
                closed_keg_id=before.keg_id,
                at=at,
            )
        ]
    )
    return opened


def _spans(keg_id: str, *, until: datetime, at: datetime) -> list[KegSpan]:
    between = [KegSpan(keg_id=None, start=until, end=at)] if until < at else []
    return [*between, KegSpan(keg_id=keg_id, start=at)]


def _opened(keg: NextKeg, *, beer: Beer, tap_id: TapId, at: datetime, location: Location) -> Keg:
    kind = keg_type(keg.type_id)
    if keg.tare is None and kind.tare_lbs is None:
        raise Invalid(f"no shell weight is known for {kind.name}: weigh the empty keg or read the stamp, and enter it")
    tare = keg.tare or Tare(empty_lbs=kind.tare_lbs or 0.0, source=TareSource.TYPE_DEFAULT)
    full_lbs = keg.full_lbs or kind.full_lbs(empty_lbs=tare.empty_lbs, specific_gravity=beer.specific_gravity)
    local = at.astimezone(location.zone)
    return Keg(
        keg_id=f"keg-{local:%Y%m%d}-{tap_id.number:02d}-{at:%H%M%S}-{tap_id.location_id}"[:63],
        location_id=tap_id.location_id,
        beer_id=beer.beer_id,
        type_id=keg.type_id,
        state=KegState.ON_TAP,
        tare=tare,
        full_lbs=full_lbs,
        tap_id=tap_id,
        tapped_at=at,
    )


def _closing(ports: Ports, tap: Tap, until: datetime) -> list[Action]:
    """Rows that close the keg that was on, if any: kicked where it was empty, lifted where beer was left."""
    if tap.keg_id is None or tap.tapped_at is None:
        return []
    old = load.keg(ports, tap.keg_id)
    item = ports.table.get(taps.state_key(tap.tap_id))
    state = taps.state_from_item(item) if item else None
    empty = state is not None and state.shown is not None and state.shown.net_lbs <= EMPTY_LBS
    return [
        kegs.put(replace(old, state=KegState.KICKED if empty else KegState.LIFTED, closed_at=until)),
        kegs.put_on_tap(kegs.OnTap(tap_id=tap.tap_id, keg_id=old.keg_id, tapped_at=tap.tapped_at, closed_at=until)),
    ]


def _opening(ports: Ports, tap: Tap, keg: Keg, *, beer: Beer, at: datetime, member: Member) -> list[Action]:
    opening = gallons_of(keg.full_lbs - keg.tare.empty_lbs, specific_gravity=beer.specific_gravity)
    changed = replace(
        tap,
        beer_id=beer.beer_id,
        keg_id=keg.keg_id,
        type_id=keg.type_id,
        tapped_at=at,
        full_lbs=keg.full_lbs,
        empty_lbs=keg.tare.empty_lbs,
        specific_gravity=beer.specific_gravity,
    )
    actions: list[Action] = [
        taps.put(changed),
        kegs.put(keg),
        kegs.put_tare(keg, tared_by=member.sub, tared_at=at),
        kegs.put_ledger(Ledger(keg_id=keg.keg_id, opening=opening)),
        kegs.put_on_tap(kegs.OnTap(tap_id=tap.tap_id, keg_id=keg.keg_id, tapped_at=at)),
    ]
    state = _state_with(ports, changed, at)
    return [*actions, taps.put_state(state)] if state else actions


def _state_with(ports: Ports, tap: Tap, at: datetime) -> TapState | None:
    """Let a weight that was measured with the new keg on already tell its level at once."""
    item = ports.table.get(taps.state_key(tap.tap_id))
    state = taps.state_from_item(item) if item else None
    load_now = tap.load
    if state is None or load_now is None or state.updated_at < at:
        return None
    level = absolute_level(state.weight_lbs, load=load_now)
    shown = (
        shown_at(level.net_lbs, gross_lbs=state.weight_lbs, at=state.updated_at) if isinstance(level, Level) else None
    )
    return replace(state, keg_id=tap.keg_id, level=level, shown=shown)
