"""The catalogue of beers, by name."""

from backend.cellar import beers, rows
from backend.domain.beer import Beer
from backend.domain.member import Act, Member
from backend.ports import Ports, Query
from backend.usecases import load


def list_beers(ports: Ports, *, location_id: str, member: Member) -> tuple[Beer, ...]:
    """Give every beer of the account, by name. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=location_id)
    catalogue = load.every(ports, Query(partition=beers.CATALOGUE))
    listed = [beers.key(beer_id) for beer_id in load.readable(lambda item: rows.text(item, "beer_id"), catalogue)]
    items = ports.table.get_many(listed)
    return tuple(load.readable(beers.from_item, [items[key] for key in listed if key in items]))
