"""Taking a correction of a keg back, out of the audit: what it changed becomes again what it was before."""

from datetime import datetime

from backend.domain.audit import Audited, Deed, Facts
from backend.domain.correction import NOMINAL_LBS, Wanted
from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.keg_type import keg_type
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, NotFound
from backend.domain.times import from_iso
from backend.ports import Ports
from backend.usecases.correct import Corrected, correct_keg
from backend.usecases.view_keg import view_keg


def revert_correction(
    ports: Ports, *, keg_id: str, audit_id: str, at: datetime, member: Member, now: datetime
) -> Corrected:
    """Put back what the correction named by `audit_id` and `at` changed; what others changed since stays.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such correction of this keg.
        Conflict, Invalid: as `correct_keg` does; or it has been taken back already.
    """
    view = view_keg(ports, keg_id=keg_id, member=member, now=now)
    member.must(Act.ASSIGN, location_id=view.keg.location_id)
    for entry in view.audit or ():
        if entry.audit_id == audit_id and entry.at == at and entry.deed is Deed.CORRECTED:
            break
    else:
        raise NotFound("there is no such correction of this keg: load the page again")
    wanted = wanted_before(entry, view.keg, gravity=view.specific_gravity)
    done = correct_keg(
        ports,
        keg_id=keg_id,
        tare=wanted.tare,
        specific_gravity=wanted.specific_gravity,
        beer_id=wanted.beer_id,
        type_id=wanted.type_id,
        tapped_at=wanted.tapped_at,
        full_lbs=wanted.full_lbs,
        member=member,
        now=now,
        reason="taken back",
        as_it_was=True,
    )
    if not done.after:
        raise Conflict("this correction was taken back already: nothing more to do")
    return done


def wanted_before(entry: Audited, keg: Keg, *, gravity: float) -> Wanted:
    """Give what has to be said of a keg, whose beer has this specific gravity, to make it what it was before."""
    was: Facts = entry.before
    tare = None
    if "empty_lbs" in was or "tare_source" in was:
        empty_lbs, source = was.get("empty_lbs"), was.get("tare_source")
        tare = Tare(
            empty_lbs=float(empty_lbs) if empty_lbs is not None else keg.tare.empty_lbs,
            source=TareSource(str(source)) if source is not None else keg.tare.source,
        )
    gravity_before, tapped_at = was.get("specific_gravity"), was.get("tapped_at")
    return Wanted(
        tare=tare,
        specific_gravity=float(gravity_before) if gravity_before is not None else None,
        beer_id=_text(was, "beer_id"),
        type_id=_text(was, "keg_type"),
        tapped_at=from_iso(str(tapped_at)) if tapped_at else None,
        full_lbs=_weighed_full(was, tare or keg.tare, float(gravity_before or gravity)),
    )


def _weighed_full(was: Facts, tare: Tare, gravity: float) -> float | None:
    """The full weight (lb) that another size took away, where it was weighed; one that was worked out follows."""
    size, full_lbs = was.get("keg_type"), was.get("full_lbs")
    if size is None or full_lbs is None:
        return None
    usual = keg_type(str(size)).full_lbs(empty_lbs=tare.empty_lbs, specific_gravity=gravity)
    return float(full_lbs) if abs(float(full_lbs) - usual) > NOMINAL_LBS else None


def _text(was: Facts, name: str) -> str | None:
    found = was.get(name)
    return str(found) if found is not None else None
