"""What a correction of a keg would change, before anybody says so: nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backend.cellar import kegs, taps
from backend.domain.audit import Facts, changed
from backend.domain.correction import Underway, Wanted
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger
from backend.domain.level import Level
from backend.domain.member import Member
from backend.domain.refusal import NotFound
from backend.ports import Action, Item, Key, Ports, Put
from backend.usecases import load
from backend.usecases.correct import must_correct, whole_second
from backend.usecases.correcting import plan_of
from backend.usecases.could_be import must_be_possible


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be another than before: facts, books and level; None where nothing is booked, or no level is known.

    `rows` is how many pours, wastes and unseen falls would be counted anew.
    """

    before: Facts
    after: Facts
    ledger_before: Ledger | None
    ledger_after: Ledger | None
    percent_before: float | None
    percent_after: float | None
    rows: int


def preview_correction(ports: Ports, *, keg_id: str, wanted: Wanted, member: Member, now: datetime) -> Preview:
    """Say what `correct_keg` would do; raises as it does where it would be refused."""
    keg = load.keg(ports, keg_id)
    if member.role_at(keg.location_id) is None:
        raise NotFound(f"there is no keg {keg_id}")
    must_correct(keg, wanted, member=member, now=now)
    if wanted.tapped_at is not None:
        wanted = replace(wanted, tapped_at=whole_second(wanted.tapped_at, now=now))
    asked = Underway(
        keg_id=keg_id, location_id=keg.location_id, wanted=wanted, by=member.sub, by_name=member.name, at=now
    )
    plan = plan_of(ports, asked)
    must_be_possible(ports, keg, plan.facts)
    before, after = changed(plan.before, plan.after)
    item = ports.table.get(kegs.ledger_key(keg_id))
    ledger = kegs.ledger_from_item(item) if item else None
    written = {Key(str(action.item["PK"]), str(action.item["SK"])): action.item for action in _puts(plan.facts)}
    counted = written.get(kegs.ledger_key(keg_id))
    standing = _standing(ports, keg)
    return Preview(
        before=before,
        after=after,
        ledger_before=ledger,
        ledger_after=kegs.ledger_from_item(counted) if counted else ledger,
        percent_before=_percent(standing),
        percent_after=_percent(written.get(taps.state_key(keg.tap_id), standing) if keg.tap_id else standing),
        rows=len(plan.rows),
    )


def _puts(actions: Sequence[Action]) -> list[Put]:
    return [action for action in actions if isinstance(action, Put)]


def _standing(ports: Ports, keg: Keg) -> Item | None:
    """The state of the tap the keg stands on, None where it stands on none."""
    item = ports.table.get(taps.state_key(keg.tap_id)) if keg.tap_id and keg.closed_at is None else None
    return item if item is not None and item.get("keg_id") == keg.keg_id else None


def _percent(item: Item | None) -> float | None:
    state = taps.state_from_item(item) if item is not None else None
    return state.level.percent if state is not None and isinstance(state.level, Level) else None
