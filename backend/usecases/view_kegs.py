"""The kegs of a bar, state by state: what they are worth, how fresh they are, and what came out of those used up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from backend.cellar import beers, kegs
from backend.domain.beer import Beer
from backend.domain.freshness import Keeping, keeping
from backend.domain.keg import Keg, KegState
from backend.domain.ledger import Ledger
from backend.domain.location import Location
from backend.domain.member import Act, Member
from backend.ports import Item, Key, Ports
from backend.usecases import load
from backend.usecases.candidates import MOST_LISTED, listed

MOST_USED_UP: Final = 60
"""Of the kegs that were taken off, the last so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KegLine:
    """A keg as a list tells it: its beer, how fresh it is, what it cost, and its books once it stood on a tap.

    `value_cents` is what the beer left in it has cost; None where nobody said what it cost.
    """

    keg: Keg
    beer: Beer | None
    keeping: Keeping
    ledger: Ledger | None
    cost_cents: int | None
    value_cents: int | None

    @property
    def yield_pct(self) -> float | None:
        """How much of what it held was poured, in percent; None before it was tapped."""
        if self.ledger is None or self.ledger.opening <= 0:
            return None
        return 100 * self.ledger.poured / self.ledger.opening


@dataclass(frozen=True, slots=True, kw_only=True)
class KegsView:
    """The kegs of a location by state, the stock by what should be used first, those used up newest first."""

    location: Location
    in_stock: tuple[KegLine, ...]
    next: tuple[KegLine, ...]
    on_tap: tuple[KegLine, ...]
    lifted: tuple[KegLine, ...]
    kicked: tuple[KegLine, ...]

    @property
    def value_cents(self) -> int:
        """What the beer on hand has cost, as far as anybody said."""
        on_hand = (*self.in_stock, *self.next, *self.on_tap, *self.lifted)
        return sum(line.value_cents or 0 for line in on_hand)


def view_kegs(ports: Ports, *, location_id: str, member: Member, now: datetime) -> KegsView:
    """Give the kegs of a location. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=location_id)
    location = load.location(ports, location_id)
    today = now.astimezone(location.zone).date()
    found = {
        state: listed(ports, location_id, state, limit=MOST_USED_UP if state is KegState.KICKED else MOST_LISTED)
        for state in KegState
    }
    every = [keg for some in found.values() for keg in some]
    items = ports.table.get_many(list({key for keg in every for key in _keys(keg)}))
    lines = {state: [_line(keg, items, today) for keg in some] for state, some in found.items()}
    return KegsView(
        location=location,
        in_stock=tuple(sorted(lines[KegState.IN_STOCK], key=_use_first)),
        next=tuple(sorted(lines[KegState.NEXT], key=lambda line: str(line.keg.queued_on))),
        on_tap=tuple(sorted(lines[KegState.ON_TAP], key=lambda line: str(line.keg.tap_id))),
        lifted=tuple(_newest(lines[KegState.LIFTED])),
        kicked=tuple(_newest(lines[KegState.KICKED])),
    )


def _keys(keg: Keg) -> list[Key]:
    return [beers.key(keg.beer_id), kegs.ledger_key(keg.keg_id)]


def _line(keg: Keg, items: Mapping[Key, Item], today: date) -> KegLine:
    beer_item, ledger_item = items.get(beers.key(keg.beer_id)), items.get(kegs.ledger_key(keg.keg_id))
    beer = next(load.readable(beers.from_item, [beer_item] if beer_item else []), None)
    ledger = next(load.readable(kegs.ledger_from_item, [ledger_item] if ledger_item else []), None)
    cost = keg.cost_cents if keg.cost_cents is not None else beer.cost_cents if beer else None
    return KegLine(
        keg=keg,
        beer=beer,
        keeping=keeping(filled_on=keg.filled_on, best_by=keg.best_by, today=today),
        ledger=ledger,
        cost_cents=cost,
        value_cents=None if cost is None else round(cost * _share_left(keg, ledger)),
    )


def _share_left(keg: Keg, ledger: Ledger | None) -> float:
    if keg.state is KegState.KICKED:
        return 0.0
    if ledger is None or ledger.opening <= 0:
        return 1.0
    return min(1.0, max(0.0, ledger.remaining / ledger.opening))


def _use_first(line: KegLine) -> tuple[str, str, str]:
    name = line.beer.name if line.beer else line.keg.beer_id
    best = line.keg.best_by.isoformat() if line.keg.best_by else "9999"
    filled = line.keg.filled_on.isoformat() if line.keg.filled_on else "9999"
    return name.casefold(), best + filled, line.keg.keg_id


def _newest(lines: Sequence[KegLine]) -> list[KegLine]:
    return sorted(lines, key=lambda line: str(line.keg.closed_at), reverse=True)
