"""What each act of a board comes to: a use case in the member's name, the words for it, and the way back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from app.ask import ask
from app.wall_asked import AtTap, BookWaste, Choose, Confirm, PutBack, SetAside, TakeBack, Wait
from app.wall_sheet import glasses_of, keg_words, seen_of
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.maintenance import AsideKind
from backend.domain.member import Member
from backend.domain.refusal import Conflict, Invalid, NotFound
from backend.domain.units import OZ_PER_GALLON
from backend.ports import Ports
from backend.usecases.choose_keg import choose_keg
from backend.usecases.keg_stock import queue_next
from backend.usecases.maintenance import begin_maintenance, end_maintenance
from backend.usecases.record_waste import record_waste, undo_waste
from backend.usecases.undo_swap import confirm_swap, undo_swap
from backend.usecases.view_board import view_board
from backend.usecases.view_swap import view_swap

ASIDE_WORDS: Final = {AsideKind.CLEANING: "its line is being cleaned", AsideKind.MAINTENANCE: "set aside"}
TOO_SHORT: Final = "its line not cleaned: that takes 3 minutes at least"

Back = Callable[[Member, datetime], object]
"""Takes an act back, in the name of a member, at a moment of the bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, of which tap, and when in the bar; `wall` reads the clock that people go by."""

    ports: Ports
    member: Member
    tap_id: TapId
    now: datetime
    wall: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done, in words; how it is taken back, where it can be, and the words for that."""

    words: str
    back: Back | None = None
    back_words: str = ""


async def face_at(asker: Asker) -> tuple[TapFace, Location]:
    """Give the tap as it stands now, and its bar; raises NotFound."""
    view = await ask(view_board, asker.ports, location_id=asker.tap_id.location_id, member=asker.member)
    for face in view.faces:
        if face.tap_id == asker.tap_id:
            return face, view.location
    raise NotFound(f"there is no tap {asker.tap_id}")


async def do(act: AtTap, asker: Asker) -> Done:  # noqa: PLR0911 - one for each act
    """Do what is asked; raises Refusal, and what the store raises."""
    match act:
        case Choose():
            return await _choose(act, asker)
        case Wait():
            return await _wait(act, asker)
        case Confirm():
            return await _confirm(asker)
        case TakeBack():
            return await _take_back(asker)
        case SetAside():
            return await _set_aside(AsideKind(act.kind), asker)
        case PutBack():
            return await _put_back(asker)
        case BookWaste():
            return await _book_waste(act, asker)
        case _:
            raise Invalid(f"a board cannot {act.do} here: load the page again")


async def _choose(act: Choose, asker: Asker) -> Done:
    if act.seen is not None:
        swap = await ask(view_swap, asker.ports, tap_id=asker.tap_id, member=asker.member, now=asker.now)
        if seen_of(swap) != act.seen:
            raise Conflict("somebody has just changed this tap: close the sheet and look what fits now")
    record = await ask(
        choose_keg,
        asker.ports,
        tap_id=asker.tap_id,
        keg_id=act.keg,
        beer_id=act.beer,
        type_id=act.size,
        member=asker.member,
        now=asker.now,
        sure=act.sure,
    )
    face, _ = await face_at(asker)
    back = partial(_undo_swap, ports=asker.ports, tap_id=asker.tap_id) if record.stands else None
    return Done(
        words=f"{_name(asker)}: {keg_words(face)}", back=back, back_words=f"{_name(asker)}: the keg before is on again"
    )


async def _wait(act: Wait, asker: Asker) -> Done:
    """The keg is queued here: once the scale sees it set down, it is on."""
    await ask(queue_next, asker.ports, tap_id=asker.tap_id, keg_id=act.keg, member=asker.member, now=asker.now)
    return Done(words=f"{_name(asker)}: waits for the new keg, nothing is changed yet")


async def _confirm(asker: Asker) -> Done:
    await ask(confirm_swap, asker.ports, tap_id=asker.tap_id, member=asker.member, now=asker.now)
    face, _ = await face_at(asker)
    return Done(
        words=f"{_name(asker)}: {keg_words(face)}, confirmed",
        back=partial(_ask_again, ports=asker.ports, tap_id=asker.tap_id),
        back_words=f"{_name(asker)}: not confirmed",
    )


async def _take_back(asker: Asker) -> Done:
    """The keg before is on again; what was on can be said again, for the same moment."""
    face, _ = await face_at(asker)
    record = await ask(undo_swap, asker.ports, tap_id=asker.tap_id, member=asker.member, now=asker.now)
    again = None
    if face.beer is not None and face.type_id is not None:
        again = partial(
            _choose_again,
            ports=asker.ports,
            tap_id=asker.tap_id,
            keg_id=record.new_keg_id if record.new_before is not None else None,
            beer_id=face.beer.beer_id,
            type_id=face.type_id,
            at=record.at,
        )
    there, _ = await face_at(asker)
    return Done(
        words=f"{_name(asker)}: {keg_words(there)}, as before",
        back=again,
        back_words=f"{_name(asker)}: {keg_words(face)}",
    )


async def _set_aside(kind: AsideKind, asker: Asker) -> Done:
    ports, tap_id = asker.ports, asker.tap_id
    await ask(begin_maintenance, ports, tap_id=tap_id, kind=kind, member=asker.member, now=asker.now)

    def back(member: Member, now: datetime) -> None:
        end_maintenance(ports, tap_id=tap_id, member=member, now=now, done=False)

    return Done(
        words=f"{_name(asker)}: {ASIDE_WORDS[kind]}", back=back, back_words=f"{_name(asker)} is back in service"
    )


async def _put_back(asker: Asker) -> Done:
    ports, tap_id = asker.ports, asker.tap_id
    ended = await ask(end_maintenance, ports, tap_id=tap_id, member=asker.member, now=asker.now)

    def back(member: Member, now: datetime) -> None:
        minutes = max(1.0, (ended.until - now).total_seconds() / 60)
        begin_maintenance(ports, tap_id=tap_id, kind=ended.kind, minutes=minutes, member=member, now=now)

    short = f", {TOO_SHORT}" if ended.kind is AsideKind.CLEANING and not ended.cleans else ""
    return Done(
        words=f"{_name(asker)} is back in service{short}",
        back=back,
        back_words=f"{_name(asker)}: {ASIDE_WORDS[ended.kind]}",
    )


async def _book_waste(act: BookWaste, asker: Asker) -> Done:
    ports, tap_id = asker.ports, asker.tap_id
    _, location = await face_at(asker)
    glasses = glasses_of(location.settings.volume_unit)
    if act.glass >= len(glasses):
        raise Invalid(f"there is no glass {act.glass}: choose one of the list")
    name, ounces = glasses[act.glass]
    waste = await ask(
        record_waste,
        ports,
        tap_id=tap_id,
        gallons=ounces / OZ_PER_GALLON,
        reason=act.reason,
        at=asker.now,
        member=asker.member,
        now=asker.now,
        wall=asker.wall(),
    )

    def back(member: Member, now: datetime) -> None:
        undo_waste(
            ports, tap_id=tap_id, waste_id=waste.waste_id, at=waste.at, member=member, now=now, wall=asker.wall()
        )

    return Done(
        words=f"{_name(asker)}: {name.lower() if name[0].isalpha() else name} of {waste.reason} booked",
        back=back,
        back_words=f"{_name(asker)}: no waste booked",
    )


def _name(asker: Asker) -> str:
    return f"Tap {asker.tap_id.number}"


def _undo_swap(member: Member, now: datetime, *, ports: Ports, tap_id: TapId) -> None:
    undo_swap(ports, tap_id=tap_id, member=member, now=now)


def _ask_again(member: Member, now: datetime, *, ports: Ports, tap_id: TapId) -> None:
    confirm_swap(ports, tap_id=tap_id, member=member, now=now, right=False)


def _choose_again(
    member: Member,
    now: datetime,
    *,
    ports: Ports,
    tap_id: TapId,
    keg_id: str | None,
    beer_id: str,
    type_id: str,
    at: datetime,
) -> None:
    choose_keg(ports, tap_id=tap_id, keg_id=keg_id, beer_id=beer_id, type_id=type_id, at=at, member=member, now=now)
