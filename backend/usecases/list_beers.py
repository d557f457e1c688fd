"""The catalogue of beers, by name."""

from backend.cellar import beers, rows
from backend.domain.beer import Beer
from backend.domain.member import Act, Member
from backend.ports import Ports, Query
from backend.usecases import load


def list_beers(ports: Ports, *, location_id: str, member: Member) -> tuple[Beer, ...]:
    """Give every beer of the account, by name. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=location_id)
    listed = [rows.text(item, "beer_id") for item in load.every(ports, Query(partition=beers.CATALOGUE))]
    items = ports.table.get_many([beers.key(beer_id) for beer_id in listed])
    return tuple(beers.from_item(items[beers.key(beer_id)]) for beer_id in listed if beers.key(beer_id) in items)
