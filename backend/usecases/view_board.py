"""What the board shows of a location, and of the taps that just changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.cellar import beers, scales, taps
from backend.domain.face import TapFace, face_of
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import Act, Member
from backend.domain.tap import Tap
from backend.ports import Item, Key, Ports, Query
from backend.usecases import load


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """A location and the faces of its taps, by number."""

    location: Location
    faces: tuple[TapFace, ...]


def view_board(ports: Ports, *, location_id: str, member: Member) -> BoardView:
    """Give the whole board. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=location_id)
    location = load.location(ports, location_id)
    items = load.every(ports, Query(partition=f"LOCATION#{location_id}", begins_with=taps.PREFIX))
    set_up = [taps.from_item(item) for item in items if not taps.is_state(item)]
    return BoardView(location=location, faces=_faces(ports, set_up, location))


def view_faces(ports: Ports, *, location: Location, tap_ids: Sequence[TapId], member: Member) -> tuple[TapFace, ...]:
    """Give the faces of some taps of a location. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=location.location_id)
    items = ports.table.get_many([taps.key(tap_id) for tap_id in tap_ids])
    return _faces(ports, [taps.from_item(item) for item in items.values()], location)


def _faces(ports: Ports, set_up: Sequence[Tap], location: Location) -> tuple[TapFace, ...]:
    ordered = sorted(set_up, key=lambda tap: tap.tap_id)
    keys: set[Key] = set()
    for tap in ordered:
        keys.add(taps.state_key(tap.tap_id))
        if tap.beer_id:
            keys.add(beers.key(tap.beer_id))
        if tap.scale_id:
            keys.add(scales.key(tap.scale_id))
    items = ports.table.get_many(list(keys))
    return tuple(_face(tap, items, location) for tap in ordered)


def _face(tap: Tap, items: Mapping[Key, Item], location: Location) -> TapFace:
    state = items.get(taps.state_key(tap.tap_id))
    beer = items.get(beers.key(tap.beer_id)) if tap.beer_id else None
    scale = items.get(scales.key(tap.scale_id)) if tap.scale_id else None
    return face_of(
        tap,
        state=taps.state_from_item(state) if state else None,
        beer=beers.from_item(beer) if beer else None,
        scale=scales.from_item(scale) if scale else None,
        settings=location.settings,
    )
