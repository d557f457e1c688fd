"""Whether a keg can have been what a correction says: by what it weighed, and by what was poured from it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from backend.cellar import kegs
from backend.domain.keg import Keg
from backend.domain.keg_type import keg_type
from backend.domain.ledger import Ledger
from backend.domain.level import is_lifted
from backend.domain.refusal import Invalid
from backend.ports import Action, Key, Ports, Put
from backend.usecases import load

_MOST_WEIGHED: Final = 1.06
"""Of its full weight: a keg filled to the brim on a scale that is off is not heavier."""
_MOST_TAKEN: Final = 1.10
"""Of what it holds: pours that were foam or counted a little high are not more."""
_WORSE: Final = 0.005
"""A correction that leaves the books at least as true as they were is let through."""
_FIRST: Final = timedelta(hours=1)
_SOME: Final = 3
"""The lowest of the first few weights at rest: a hand on the keg is not taken for beer."""


def must_be_possible(ports: Ports, keg: Keg, facts: Sequence[Action]) -> None:
    """Raises Invalid where what is to be written of `keg` cannot be true: it weighs, or has given, more than it held.

    What is as wrong already is no reason to refuse; only what becomes worse by the correction is.
    """
    new, books = _written(keg, facts)
    before = load.ledger(ports, keg.keg_id) if books is not None else None
    size = keg_type(new.type_id).name
    if new.full_lbs < keg.full_lbs:
        weighed = _weighed(ports, new, books)
        if weighed is not None and weighed > _MOST_WEIGHED * new.full_lbs:
            raise Invalid(
                f"this keg weighed {weighed:.1f} lb on its scale, and a {size} with such a shell weighs "
                f"{new.full_lbs:.1f} lb when full: check the size and the shell"
            )
    if books is not None and before is not None and _taken(books) > max(_MOST_TAKEN, _taken(before) + _WORSE):
        raise Invalid(
            f"{100 * _taken(books):.0f} % of its beer would have been poured or wasted ({_gone(books):.1f} gal of the "
            f"{books.opening:.1f} gal that a {size} holds): check the size, and when it was tapped"
        )


def _written(keg: Keg, facts: Sequence[Action]) -> tuple[Keg, Ledger | None]:
    """Give the keg and its books as they would be."""
    put = {Key(str(one.item["PK"]), str(one.item["SK"])): one.item for one in facts if isinstance(one, Put)}
    item, books = put.get(kegs.key(keg.keg_id)), put.get(kegs.ledger_key(keg.keg_id))
    return kegs.from_item(item) if item else keg, kegs.ledger_from_item(books) if books else None


def _weighed(ports: Ports, new: Keg, books: Ledger | None) -> float | None:
    """Give the most it weighed (lb): at rest now or last, or at first in its stay; None where neither is known."""
    found = [] if books is None or books.rest_lbs is None else [books.rest_lbs]
    if new.tap_id is not None and new.tapped_at is not None:
        end = new.tapped_at + _FIRST
        told = ports.history.readings(tap_id=new.tap_id, start=new.tapped_at, end=end, limit=1000)
        at_rest = [
            one.weight_lbs
            for one in told
            if one.stable is True and not is_lifted(one.weight_lbs, empty_lbs=new.tare.empty_lbs)
        ]
        found += [min(at_rest[:_SOME])] if len(at_rest) >= _SOME else []
    return max(found, default=None)


def _gone(books: Ledger) -> float:
    return books.poured + books.wasted + books.cleaned


def _taken(books: Ledger) -> float:
    """Give how much of what it held has gone, as a fraction."""
    return _gone(books) / books.opening if books.opening > 0 else 0.0
