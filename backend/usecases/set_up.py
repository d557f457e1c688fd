"""Setting up a bar: the location, its beers, its taps, and which scale stands under which tap."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from backend.cellar import beers, locations, scales, taps
from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.tap import Tap
from backend.ports import Action, Delete, Ports
from backend.usecases import load
from backend.usecases.commit import commit


def open_location(ports: Ports, *, location: Location, member: Member) -> None:
    """Make a location, or change it. Raises Forbidden, NotFound."""
    member.must(Act.MANAGE_FLEET, location_id=location.location_id)
    commit(ports, lambda: (locations.puts(location), None))


def add_beer(ports: Ports, *, beer: Beer, location_id: str, member: Member) -> None:
    """Put a beer into the catalogue, or change it, on behalf of a location. Raises Forbidden, NotFound."""
    member.must(Act.ASSIGN, location_id=location_id)

    def decide() -> tuple[Sequence[Action], None]:
        item = ports.table.get(beers.key(beer.beer_id))
        listed = beers.listed_key(beers.from_item(item)) if item else None
        renamed = listed is not None and listed != beers.listed_key(beer)
        return [*beers.puts(beer), *([Delete(key=listed)] if listed and renamed else [])], None

    commit(ports, decide)


def set_up_tap(ports: Ports, *, tap_id: TapId, member: Member) -> None:
    """Make a tap of a location; one that exists stays as it is. Raises Forbidden, NotFound."""
    member.must(Act.MANAGE_FLEET, location_id=tap_id.location_id)
    load.location(ports, tap_id.location_id)

    def decide() -> tuple[Sequence[Action], None]:
        if ports.table.get(taps.key(tap_id)) is not None:
            return [], None
        return [taps.put(Tap(tap_id=tap_id))], None

    commit(ports, decide)


def place_scale(ports: Ports, *, device_id: str, tap_id: TapId, member: Member, now: datetime) -> None:
    """Claim a scale, if need be, and put it under a tap from `now` on; readings from before stay where they were.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such tap.
        Conflict: the tap has another scale, take that away first; or the scale is retired.
    """
    member.must(Act.MANAGE_FLEET, location_id=tap_id.location_id)

    def decide() -> tuple[Sequence[Action], None]:
        tap = load.tap(ports, tap_id)
        if tap.shares is not None:
            raise Conflict(f"tap {tap_id} pours from the keg of tap {tap.shares}: let it stand for itself first")
        if tap.scale_id not in {None, device_id}:
            raise Conflict(f"tap {tap_id} has scale {tap.scale_id} already: take that one away first")
        item = ports.table.get(scales.key(device_id))
        scale = scales.from_item(item) if item else Scale(device_id=device_id)
        if scale.tap_id == tap_id and tap.scale_id == device_id:
            return [], None
        if scale.status is ScaleStatus.RETIRED:
            raise Conflict(f"scale {device_id} is retired: place another one")
        status = ScaleStatus.OFFLINE if scale.status is ScaleStatus.UNCLAIMED else scale.status
        placed = replace(scale, location_id=tap_id.location_id, tap_id=tap_id, status=status)
        actions: list[Action] = [
            scales.put(placed),
            scales.put_listed(placed),
            scales.put_placed(device_id, tap_id=tap_id, since=now),
            scales.forget_unclaimed(device_id),
            taps.put(replace(tap, scale_id=device_id, scale_since=now)),
        ]
        if scale.location_id is not None and scale.location_id != tap_id.location_id:
            actions.append(scales.unlist(device_id, location_id=scale.location_id))
        if scale.tap_id is not None and scale.tap_id != tap_id:
            left = load.tap(ports, scale.tap_id)
            actions.append(taps.put(replace(left, scale_id=None, scale_since=None)))
        return actions, None

    commit(ports, decide)
