"""Rows and books of a corrected keg: what left it counted anew, and whose each row is after its time moved."""

from dataclasses import dataclass, replace
from datetime import datetime

from backend.cellar import kegs, pours, taps
from backend.domain.anchor import Rest, at_rest
from backend.domain.correction import Rows, recounted
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger, Pour, Unseen, Waste
from backend.domain.refusal import Invalid
from backend.domain.times import iso
from backend.domain.units import gallons_of
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.booked import booked, last_rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A keg's last stay on its tap as it was and as it should have been, and the one before it, if any."""

    tap_id: TapId
    old: kegs.OnTap
    new: kegs.OnTap
    before: kegs.OnTap | None
    before_closed: datetime

    @property
    def since(self) -> datetime:
        """From when on history may change."""
        moments = [self.old.tapped_at, self.new.tapped_at]
        if self.before is not None and self.before.closed_at is not None:
            moments.append(self.before.closed_at)
        return min(moments)

    def owner(self, tap_id: TapId, at: datetime, keg_id: str) -> str:
        """Whose keg's a row is."""
        if tap_id != self.tap_id or self.before is None or at < min(self.old.tapped_at, self.new.tapped_at):
            return keg_id
        if keg_id == self.before.keg_id and at >= self.new.tapped_at:
            return self.new.keg_id
        if keg_id == self.new.keg_id and at < self.new.tapped_at:
            return self.before.keg_id
        return keg_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """A keg with its ledger and the gravity its volumes are counted by."""

    keg: Keg
    ledger: Ledger
    gravity: float


def books_of(ports: Ports, own: Books, *, moved: Moved | None) -> tuple[list[Action], list[Action]]:
    """Give the rows that change, and the ledgers counted anew from all of them."""
    keg = own.keg
    earlier = _earlier(ports, moved, keg)
    every = [own, *([earlier] if earlier else [])]
    gravities = {one.keg.keg_id: one.gravity for one in every}
    found = booked(
        ports, location_id=keg.location_id, keg_ids=set(gravities), since=min(_since(one, moved) for one in every)
    )
    if moved is not None and earlier is None:
        _refuse_orphans(found, moved)
    right = Rows(
        pours=[_pour(pour, moved, gravities, keg.keg_id) for pour in found.pours],
        wastes=[_waste(waste, moved, gravities, keg.keg_id) for waste in found.wastes],
        unseens=[_unseen(unseen, moved, gravities, keg.keg_id) for unseen in found.unseens],
    )
    rows: list[Action] = []
    rows += [pours.put(new) for old, new in zip(found.pours, right.pours, strict=True) if old != new]
    rows += [pours.put_waste(new) for old, new in zip(found.wastes, right.wastes, strict=True) if old != new]
    rows += [pours.put_unseen(new) for old, new in zip(found.unseens, right.unseens, strict=True) if old != new]
    counted = [
        recounted(
            one.ledger,
            keg=one.keg,
            specific_gravity=one.gravity,
            booked=right.of(one.keg.keg_id),
            rest=_rest(ports, one, moved),
        )
        for one in every
    ]
    return rows, [kegs.put_ledger(ledger) for ledger in counted]


def _earlier(ports: Ports, moved: Moved | None, keg: Keg) -> Books | None:
    """The keg that stood there before, where it gains or loses something."""
    if moved is None or moved.before is None or moved.before.keg_id == keg.keg_id:
        return None
    ledger = load.ledger(ports, moved.before.keg_id)
    return Books(keg=load.keg(ports, moved.before.keg_id), ledger=ledger, gravity=load.gravity(ports, ledger))


def _since(books: Books, moved: Moved | None) -> datetime:
    """From when on anything can have been booked of a keg."""
    moments = [moment for moment in (books.ledger.since, books.keg.tapped_at) if moment is not None]
    moments += [moved.since] if moved else []
    return min(moments)


def _refuse_orphans(found: Rows, moved: Moved) -> None:
    """Beer that was poured or wasted must have come from a keg."""
    left = [("a pour", pour.started_at) for pour in found.pours]
    left += [("waste", waste.at) for waste in found.wastes]
    lost = [(at, what) for what, at in left if at < moved.new.tapped_at]
    if lost and moved.before is None:
        at, what = min(lost)
        raise Invalid(f"{what} was booked at {iso(at)}, and no keg stood there before: give an earlier moment")


def _rest(ports: Ports, books: Books, moved: Moved | None) -> Rest | None:
    """Give the last weight at rest that tells of this keg: the present one, the one in its books, or history's."""
    keg, ledger = books.keg, books.ledger
    kept = None
    if ledger.rest_lbs is not None and ledger.rest_at is not None:
        kept = Rest(ledger.rest_lbs, ledger.rest_at, ledger.rest_cal)
    if keg.tap_id is None or keg.tapped_at is None:
        return kept
    if moved is not None and moved.before is not None and keg.keg_id == moved.before.keg_id:
        start, end = moved.before.tapped_at, moved.before_closed
        found = last_rest(ports, tap_id=moved.tap_id, start=start, end=end, shell_lbs=keg.tare.empty_lbs)
        return found or (kept if kept and kept.at < end else None)
    present = _standing(ports, keg)
    if present is not None:
        return present
    return kept if kept and kept.at >= keg.tapped_at else None


def _standing(ports: Ports, keg: Keg) -> Rest | None:
    """Give what the keg weighs now, where it stands at rest."""
    item = ports.table.get(taps.state_key(keg.tap_id)) if keg.tap_id and keg.closed_at is None else None
    state = taps.state_from_item(item) if item else None
    if state is None or not at_rest(state, keg_id=keg.keg_id) or state.updated_at < (keg.tapped_at or state.updated_at):
        return None
    return Rest(state.weight_lbs, state.updated_at, state.mark.cal)


def _pour(pour: Pour, moved: Moved | None, gravities: dict[str, float], own: str) -> Pour:
    keg_id = moved.owner(pour.tap_id, pour.started_at, pour.keg_id) if moved else pour.keg_id
    if keg_id == pour.keg_id != own:
        return pour
    gallons = gallons_of(pour.before_lbs - pour.after_lbs, specific_gravity=gravities[keg_id])
    return replace(pour, keg_id=keg_id, gallons=gallons)


def _waste(waste: Waste, moved: Moved | None, gravities: dict[str, float], own: str) -> Waste:
    """What a person told in gallons stays as many; what was weighed is counted anew."""
    keg_id = moved.owner(waste.tap_id, waste.at, waste.keg_id) if moved else waste.keg_id
    if waste.before_lbs is None or waste.after_lbs is None or keg_id == waste.keg_id != own:
        return replace(waste, keg_id=keg_id)
    gallons = gallons_of(waste.before_lbs - waste.after_lbs, specific_gravity=gravities[keg_id])
    return replace(waste, keg_id=keg_id, gallons=gallons)


def _unseen(unseen: Unseen, moved: Moved | None, gravities: dict[str, float], own: str) -> Unseen:
    keg_id = moved.owner(unseen.tap_id, unseen.at, unseen.keg_id) if moved else unseen.keg_id
    if keg_id == unseen.keg_id != own:
        return unseen
    gallons = gallons_of(unseen.before_lbs - unseen.after_lbs, specific_gravity=gravities[keg_id])
    return replace(unseen, keg_id=keg_id, gallons=gallons)
