"""What the board shows of a location, and of the taps that just changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.cellar import beers, rows, scales, taps
from backend.domain.beer import Beer
from backend.domain.face import TapFace, face_of, unreadable_face
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import Act, Member
from backend.domain.refusal import Invalid
from backend.domain.tap import Tap
from backend.ports import Item, Key, Ports, Query
from backend.usecases import load


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """A location and the faces of its taps, by number.

    `damaged` names each row that could not be read, once; the taps they belong to show no level (`face.damage`).
    """

    location: Location
    faces: tuple[TapFace, ...]
    damaged: tuple[str, ...] = ()


def view_board(ports: Ports, *, location_id: str, member: Member) -> BoardView:
    """Give the whole board. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=location_id)
    location = load.location(ports, location_id)
    items = load.every(ports, Query(partition=f"LOCATION#{location_id}", begins_with=taps.PREFIX))
    faces, nameless = _faces(ports, [item for item in items if not taps.is_state(item)], location)
    damages = [*nameless, *(face.damage for face in faces if face.damage is not None)]
    return BoardView(location=location, faces=faces, damaged=tuple(dict.fromkeys(damages)))


def view_faces(ports: Ports, *, location: Location, tap_ids: Sequence[TapId], member: Member) -> tuple[TapFace, ...]:
    """Give the faces of some taps of a location, and of those that pour from their kegs. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=location.location_id)
    items = ports.table.get_many([taps.key(tap_id) for tap_id in tap_ids])
    faucets = {key for item in items.values() for key in _faucets(item)} - items.keys()
    if faucets:
        items = {**items, **ports.table.get_many(list(faucets))}
    return _faces(ports, list(items.values()), location)[0]


def _faucets(item: Item) -> list[Key]:
    """Where the taps lie that pour from the keg of this one."""
    try:
        tap = taps.from_item(item)
    except rows.BadRow:
        return []
    return [taps.key(TapId(tap.tap_id.location_id, number)) for number in tap.shared_by]


@dataclass(frozen=True, slots=True)
class _Found:
    """A tap as its row tells of it, or what is wrong with that row."""

    tap_id: TapId
    told: Tap | str


def _faces(ports: Ports, items: Sequence[Item], location: Location) -> tuple[tuple[TapFace, ...], list[str]]:
    """Give a face for each row of a tap, and what is wrong with rows that do not even name their tap."""
    found: list[_Found] = []
    nameless: list[str] = []
    for item in items:
        try:
            found.append(_found(item))
        except rows.BadRow as bad:
            nameless.append(str(bad))
    found.sort(key=lambda one: one.tap_id)
    holders = _holders(ports, found)
    beside = ports.table.get_many(list({key for one in holders.values() for key in _keys(one.told)}))
    return tuple(_face(holders[one.tap_id], beside, location, faucet=one.told) for one in found), nameless


def _holders(ports: Ports, found: Sequence[_Found]) -> dict[TapId, _Found]:
    """Give for each tap the one whose keg it pours from: itself, but where it shares that of another."""
    there = {one.tap_id: one for one in found}
    shared = {one.tap_id: one.told.shares for one in found if isinstance(one.told, Tap) and one.told.shares is not None}
    missing = [taps.key(tap_id) for tap_id in set(shared.values()) - there.keys()]
    if missing:
        there |= {one.tap_id: one for one in (_found(item) for item in ports.table.get_many(missing).values())}
    return {one.tap_id: there.get(shared.get(one.tap_id, one.tap_id), one) for one in found}


def _found(item: Item) -> _Found:
    tap_id = taps.tap_id_of(item)
    try:
        return _Found(tap_id, taps.from_item(item))
    except rows.BadRow as bad:
        return _Found(tap_id, str(bad))


def _keys(tap: Tap | str) -> list[Key]:
    """Where the rows beside a tap's own lie."""
    if isinstance(tap, str):
        return []
    return [
        taps.state_key(tap.tap_id),
        *([beers.key(tap.beer_id)] if tap.beer_id else []),
        *([scales.key(tap.scale_id)] if tap.scale_id else []),
    ]


def _face(found: _Found, items: Mapping[Key, Item], location: Location, *, faucet: Tap | str) -> TapFace:
    """Give the face of one tap; whatever is wrong with its rows stays its own affair."""
    tap, beer = found.told, None
    if isinstance(faucet, str):
        return unreadable_face(found.tap_id, beer=None, damage=faucet)
    if isinstance(tap, str):
        return unreadable_face(faucet.tap_id, beer=None, damage=tap)
    try:
        beer = _beer(tap, items)
        state = items.get(taps.state_key(tap.tap_id))
        scale = items.get(scales.key(tap.scale_id)) if tap.scale_id else None
        return face_of(
            tap,
            state=taps.state_from_item(state) if state else None,
            beer=beer,
            scale=scales.from_item(scale) if scale else None,
            settings=location.settings,
            faucet=faucet,
        )
    except (rows.BadRow, Invalid) as bad:
        return unreadable_face(faucet.tap_id, beer=beer, damage=str(bad))


def _beer(tap: Tap, items: Mapping[Key, Item]) -> Beer | None:
    item = items.get(beers.key(tap.beer_id)) if tap.beer_id else None
    return beers.from_item(item) if item else None
