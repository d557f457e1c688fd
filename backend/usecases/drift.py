"""Watching for drift: each keg that a scale saw full and empty is a check of its span, each gap one of its zero."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Final

from backend.cellar import calibrations, kegs, lives, pours, taps
from backend.cellar.rows import BadRow
from backend.domain.calibration import Calibration
from backend.domain.drift import Drift, DriftNoted, Life, ZeroDrift, drift_of, shell_of, was_full, zero_drift_of
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.tap import Tap
from backend.ports import Action, Ports, Query, Recorded
from backend.usecases import load
from backend.usecases.commit import commit
from backend.usecases.wizards import calibration_of

KEPT: Final = 12
"""Kegs that are remembered of each scale."""
_SETTLED: Final = timedelta(minutes=3)
"""So long after it was put on a keg is weighed fresh: it has been set down for good, and hardly cooled or poured."""
_LOOK: Final = timedelta(minutes=15)
"""A fresh weight is looked for within this; a keg nobody heard of by then is not weighed."""
_GAVE_UP: Final = timedelta(hours=1)
_BEFORE_LIFT: Final = timedelta(hours=12)
"""How far before it was lifted the last weight of a keg is looked for: a bar that is closed says little."""
_LONGEST_GAP: Final = timedelta(hours=12)
_MOST_BARE_LBS: Final = 10.0
"""More than this on the platform is no zero that has wandered."""
_BARE_SHARE: Final = 0.4
"""Less than this share of a shell is no keg: the lightest shell weighs 9 lb."""
_AROUND: Final = timedelta(minutes=5)
"""A change that was told by hand is told a little early or late."""
_FIRST: Final = timedelta(seconds=60)
"""A keg is weighed fresh by its first minute at rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How many kegs were looked at, and which rows could not be read."""

    looked_at: int = 0
    damaged: tuple[str, ...] = ()


def watch_drift(ports: Ports, *, location_id: str, now: datetime) -> Watched:
    """Weigh, from history, each keg that was put on since the last look, and the one before it as it was lifted.

    Writes what its scale showed of them, and its drift by the last kegs, beside its calibration; says it (DriftNoted)
    where it is worth telling. Twice is harmless. Raises StoreUnavailable.
    """
    query = Query(partition=f"LOCATION#{location_id}", begins_with=taps.PREFIX)
    damaged: list[str] = []
    waiting: list[Tap] = []
    for item in load.every(ports, query):
        try:
            if not taps.is_state(item):
                waiting.append(taps.from_item(item))
        except BadRow as bad:
            damaged.append(str(bad))
    found = {
        lives.key(tap.scale_id, tapped_at=tap.tapped_at): tap
        for tap in waiting
        if tap.scale_id and tap.keg_id and tap.tapped_at and now >= tap.tapped_at + _SETTLED
    }
    known = ports.table.get_many(list(found))
    looked_at = 0
    for where, tap in found.items():
        if where in known:
            continue
        try:
            looked_at += _look_at(ports, tap, now=now)
        except BadRow as bad:
            damaged.append(str(bad))
    return Watched(looked_at=looked_at, damaged=tuple(damaged))


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftView:
    """How far a scale is off by the last kegs it saw, and by what it reads with nothing on it; None: not known yet."""

    span: Drift | None
    zero: ZeroDrift | None
    lives: tuple[Life, ...]


def drift_now(ports: Ports, *, device_id: str, location_id: str) -> DriftView:
    """Give how far a scale is off since its factor was set last, by the kegs it saw."""
    warn_pct = load.location(ports, location_id).settings.calibration_drift_warn
    return _drift(_lives(ports, device_id), calibration_of(ports, device_id), warn_pct=warn_pct)


def _look_at(ports: Ports, tap: Tap, *, now: datetime) -> int:
    """Weigh the keg on a tap as it was put on, and the one before it as it was lifted; gives 1 where that is done."""
    device_id, tapped_at = str(tap.scale_id), tap.tapped_at or now
    stays = [
        kegs.stay_from_item(item, tap_id=tap.tap_id)
        for item in ports.table.query(kegs.stays(tap.tap_id, until=tapped_at, limit=2)).items
    ]
    before = next((stay for stay in stays if stay.tapped_at < tapped_at), None)
    life = _begun(ports, tap, before, device_id=device_id, tapped_at=tapped_at)
    if life.fresh_lbs is None and now < tapped_at + _GAVE_UP and not _heard(ports, tap.tap_id, tapped_at):
        return 0  # it may be weighed yet
    warn_pct = load.location(ports, tap.tap_id.location_id).settings.calibration_drift_warn
    ended = partial(_ended, ports, before, zero_after=life.zero_before_lbs) if before is not None else None

    def decide() -> tuple[Sequence[Action], DriftView]:
        known = _lives(ports, device_id)
        rows: list[Action] = [lives.put(life)]
        fresh = [life]
        for one in known:
            last = before is not None and one.tapped_at == before.tapped_at and one.tap_id == tap.tap_id
            after = ended(one) if last and ended is not None else one
            fresh.append(after)
            if after is not one:
                rows.append(lives.put(after))
        rows += [lives.delete(one) for one in fresh[KEPT:] if one in known]
        calibration = calibration_of(ports, device_id)
        view = _drift(fresh, calibration, warn_pct=warn_pct)
        if calibration is not None:
            rows.append(calibrations.put(_with(calibration, view)))
        return rows, view

    view = commit(ports, decide)
    _tell(ports, tap, view)
    return 1


def _begun(ports: Ports, tap: Tap, before: kegs.OnTap | None, *, device_id: str, tapped_at: datetime) -> Life:
    """The life of the keg on a tap as far as it has come."""
    keg = load.keg(ports, str(tap.keg_id))
    gravity = tap.specific_gravity or load.beer(ports, keg.beer_id).specific_gravity
    shell, shell_off = shell_of(keg, keg.tare)
    closed_at = before.closed_at if before is not None and before.closed_at is not None else tapped_at
    life = Life(
        device_id=device_id,
        tap_id=tap.tap_id,
        keg_id=keg.keg_id,
        tapped_at=tapped_at,
        beer_lbs=keg.beer_lbs,
        gallons=keg.opening_gal(specific_gravity=gravity),
        specific_gravity=gravity,
        shell_lbs=shell,
        shell_plus_minus_lbs=shell_off,
        zero_before_lbs=_bare(ports, tap.tap_id, device_id, since=closed_at, until=tapped_at, shell_lbs=shell),
    )
    fresh = _fresh(ports, keg, life) if _untouched(ports, keg, tapped_at) else None
    return replace(life, fresh_lbs=fresh)


def _untouched(ports: Ports, keg: Keg, tapped_at: datetime) -> bool:
    """Whether nothing had left a keg before it was put on here."""
    since = load.ledger(ports, keg.keg_id).since
    return since is None or since >= tapped_at


def _fresh(ports: Ports, keg: Keg, life: Life) -> float | None:
    """What a full keg read once it stood, with what was poured until then; None where it was not full, or not seen."""
    found = _still(ports, life.tap_id, life.device_id, start=life.tapped_at, end=life.tapped_at + _LOOK)
    standing = [row for row in found if row.keg_id == keg.keg_id]
    if not standing:
        return None
    first = standing[0].measured_at
    weight = median(row.weight_lbs for row in standing if row.measured_at <= first + _FIRST)
    query = pours.between(life.tap_id.location_id, start=life.tapped_at, end=first, limit=100)
    booked = (pours.from_item(item) for item in load.every(ports, query))
    weight += sum(pour.before_lbs - pour.after_lbs for pour in booked if pour.keg_id == keg.keg_id)
    return weight if was_full(life, weight - (life.zero_before_lbs or 0.0)) else None


def _ended(ports: Ports, stay: kegs.OnTap, life: Life, *, zero_after: float | None) -> Life:
    """The life of a keg that was taken off, with the last weight it was seen with."""
    closed_at = stay.closed_at
    if closed_at is None:
        return life
    last = None
    for back in (timedelta(minutes=30), _BEFORE_LIFT):
        found = _still(ports, life.tap_id, life.device_id, start=closed_at - back, end=closed_at)
        last = next((row.weight_lbs for row in reversed(found) if row.keg_id == life.keg_id), None)
        if last is not None:
            break
    return replace(life, empty_lbs=last, zero_after_lbs=zero_after, ended_at=closed_at)


def _bare(
    ports: Ports, tap_id: TapId, device_id: str, *, since: datetime, until: datetime, shell_lbs: float
) -> float | None:
    """What the platform read with nothing on it between two kegs; None where it was not seen so."""
    start = max(since, until - _LONGEST_GAP) - _AROUND
    most = min(_MOST_BARE_LBS, _BARE_SHARE * shell_lbs)
    found = _still(ports, tap_id, device_id, start=start, end=until + _AROUND)
    bare = [row.weight_lbs for row in found if abs(row.weight_lbs) < most]
    return median(bare) if bare else None


def _heard(ports: Ports, tap_id: TapId, since: datetime) -> bool:
    """Whether the tap was weighed at rest since its keg was put on."""
    rows = ports.history.readings(tap_id=tap_id, start=since, end=since + _LOOK, limit=200)
    return any(row.stable is not False for row in rows)


def _still(ports: Ports, tap_id: TapId, device_id: str, *, start: datetime, end: datetime) -> list[Recorded]:
    """What one scale read at rest in [start, end), oldest first."""
    rows = ports.history.readings(tap_id=tap_id, start=start, end=end)
    return [row for row in rows if row.stable is not False and row.device_id == device_id]


def _lives(ports: Ports, device_id: str) -> list[Life]:
    found = ports.table.query(lives.newest(device_id, limit=KEPT + 1)).items
    return [lives.from_item(item) for item in found]


def _drift(known: Sequence[Life], calibration: Calibration | None, *, warn_pct: float) -> DriftView:
    """Judge by the kegs that were weighed under the factor in force; a zero counts since it was set last."""
    span = [life for life in known if calibration is None or life.tapped_at >= calibration.factor_since]
    bare = [life for life in known if calibration is None or life.tapped_at >= calibration.calibrated_at]
    return DriftView(
        span=drift_of(span, warn_pct=warn_pct), zero=zero_drift_of(bare, warn_pct=warn_pct), lives=tuple(known)
    )


def _with(calibration: Calibration, view: DriftView) -> Calibration:
    return replace(
        calibration,
        drift_pct=view.span.pct if view.span else None,
        drift_plus_minus_pct=view.span.plus_minus_pct if view.span else None,
        zero_drift_lbs=view.zero.lbs if view.zero else None,
    )


def _tell(ports: Ports, tap: Tap, view: DriftView) -> None:
    span = view.span if view.span is not None and view.span.reported else None
    zero = view.zero if view.zero is not None and view.zero.reported else None
    if span is None and zero is None:
        return
    noted = DriftNoted(
        location_id=tap.tap_id.location_id,
        device_id=str(tap.scale_id),
        tap_id=str(tap.tap_id),
        pct=span.pct if span else None,
        plus_minus_pct=span.plus_minus_pct if span else None,
        zero_lbs=zero.lbs if zero else None,
    )
    ports.feed.publish([noted])
