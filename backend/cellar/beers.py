"""Rows of a beer: `BEER#guinness-draught / META`, and the catalogue `BEERS / NAME#guinness draught#…`."""

from backend.cellar import rows
from backend.domain.beer import Beer, Serving
from backend.ports import Item, Key, Put

CATALOGUE = "BEERS"


def key(beer_id: str) -> Key:
    """Where a beer lies."""
    return Key(f"BEER#{beer_id}", "META")


def puts(beer: Beer) -> list[Put]:
    """Rows that make a beer."""
    where = key(beer.beer_id)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "name": beer.name,
        "brewery": beer.brewery,
        "style": beer.style,
        "abv": beer.abv,
        "specific_gravity": beer.specific_gravity,
        "srm": beer.srm,
        "serving_name": beer.serving.name,
        "serving_oz": beer.serving.oz,
        "price_cents": beer.price_cents,
        "cost_cents": beer.cost_cents,
    }
    place = listed_key(beer)
    listed: Item = {"PK": place.pk, "SK": place.sk, "beer_id": beer.beer_id}
    return [Put(item=item), Put(item=listed)]


def listed_key(beer: Beer) -> Key:
    """Where a beer stands in the catalogue: by its name."""
    return Key(CATALOGUE, f"NAME#{beer.name.casefold()[:200]}#{beer.beer_id}")


@rows.reads
def from_item(item: Item) -> Beer:
    """Read a beer's META row; raises BadRow."""
    return Beer(
        beer_id=rows.text(item, "PK").removeprefix("BEER#"),
        name=rows.text(item, "name"),
        brewery=rows.text_or_none(item, "brewery") or "",
        style=rows.text_or_none(item, "style") or "",
        abv=rows.number_or_none(item, "abv"),
        specific_gravity=rows.number(item, "specific_gravity"),
        srm=rows.whole_or_none(item, "srm"),
        serving=Serving(
            name=rows.text_or_none(item, "serving_name") or "pints", oz=rows.number_or_none(item, "serving_oz") or 16.0
        ),
        price_cents=rows.whole_or_none(item, "price_cents"),
        cost_cents=rows.whole_or_none(item, "cost_cents"),
    )
