"""What people did in the past of a tap, beside pouring: kegs changed, the line cleaned, the scale calibrated."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from backend.cellar import asides as aside_rows
from backend.cellar import calibrations as calibration_rows
from backend.cellar import swaps
from backend.domain.audit import Deed
from backend.domain.calibration import Calibration
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState
from backend.domain.ledger import Waste
from backend.domain.maintenance import Aside, Cleaned
from backend.domain.member import SYSTEM, Member
from backend.domain.swap import KegBefore, SwapRecord
from backend.domain.times import iso
from backend.ports import Action
from backend.usecases.audit import record


def changed_kegs(tap_id: TapId, kegs: Sequence[Keg], *, confirmed_by: str | None) -> list[Action]:
    """Give the records of changes that the scale found and somebody confirmed; `kegs` are in order."""
    return [swaps.put(_change(tap_id, old, new, confirmed_by)) for old, new in pairwise(kegs)]


def cleaned_lines(tap_id: TapId, asides: Sequence[Aside], people: Mapping[str, Member]) -> Iterator[Action]:
    """Yield the rows of times at which a line was cleaned, each ended by whoever began it."""
    for aside in asides:
        cleaned = Cleaned(at=aside.end, by=aside.by, seconds=(aside.end - aside.since).total_seconds())
        yield aside_rows.put(tap_id, aside)
        yield aside_rows.put_cleaned(tap_id, cleaned)
        for deed, at, after in (
            (Deed.SET_ASIDE, aside.since, {"kind": aside.kind.value, "until": iso(aside.until)}),
            (Deed.CLEANED, aside.end, {"cleaned_at": iso(aside.end)}),
        ):
            yield record(
                location_id=tap_id.location_id,
                at=at,
                member=people.get(aside.by, SYSTEM),
                deed=deed,
                subject=str(tap_id),
                after=after,
            )


def calibrated_scale(
    tap_id: TapId, calibrations: Sequence[Calibration], people: Mapping[str, Member]
) -> Iterator[Action]:
    """Yield the rows of calibrations in order; the last of them is in force."""
    before: Calibration | None = None
    for calibration in calibrations:
        yield calibration_rows.put_past(calibration)
        yield record(
            location_id=tap_id.location_id,
            at=calibration.calibrated_at,
            member=people.get(calibration.by, SYSTEM),
            deed=Deed.CALIBRATED,
            subject=calibration.device_id,
            before=_facts(before),
            after=_facts(calibration),
        )
        before = calibration
    if before is not None:
        yield calibration_rows.put(before)


def wasted(waste: Waste, member: Member) -> Action:
    """Give the audit of waste that a person told of."""
    return record(
        location_id=waste.tap_id.location_id,
        at=waste.at,
        member=member,
        deed=Deed.WASTED,
        subject=str(waste.tap_id),
        after={"keg_id": waste.keg_id, "gallons": waste.gallons, "reason": waste.reason, "at": iso(waste.at)},
    )


def _facts(calibration: Calibration | None) -> dict[str, float | int | str | None]:
    if calibration is None:
        return {}
    return {
        "factor": calibration.factor,
        "zero": calibration.zero,
        "rev": calibration.rev,
        "method": calibration.method.value,
        "known_lbs": calibration.known_lbs,
    }


def _change(tap_id: TapId, old: Keg, new: Keg, confirmed_by: str | None) -> SwapRecord:
    at = new.tapped_at or old.closed_at
    if at is None:
        raise ValueError(f"keg {new.keg_id} of the past does not say when it was tapped")
    return SwapRecord(
        tap_id=tap_id,
        at=at,
        lifted_at=old.closed_at or at,
        by=SYSTEM.sub,
        automatic=True,
        old_keg_id=old.keg_id,
        new_keg_id=new.keg_id,
        old_before=KegBefore(
            state=KegState.ON_TAP,
            empty_lbs=old.tare.empty_lbs,
            tare_source=old.tare.source,
            full_lbs=old.full_lbs,
            tap_id=tap_id,
            tapped_at=old.tapped_at,
        ),
        gross_lbs=new.full_lbs,
        before_lbs=old.taken_lbs,
        confirmed_by=confirmed_by,
    )
