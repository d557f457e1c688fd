"""Watching for drift: each keg that a scale saw full and empty is a check of its span, each gap one of its zero."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import calibrations, kegs, lives, taps
from backend.cellar.rows import BadRow
from backend.domain.calibration import Calibration
from backend.domain.drift import KEGS, Drift, DriftNoted, Life, ZeroDrift, drift_of, zero_drift_of
from backend.domain.tap import Tap
from backend.ports import Action, Ports, Query
from backend.usecases import load
from backend.usecases.commit import commit
from backend.usecases.weigh_lives import begun_life, ended_life, heard_since
from backend.usecases.wizards import calibration_of

KEPT: Final = 12
"""Kegs that are remembered of each scale."""
_SETTLED: Final = timedelta(minutes=3)
"""So long after it was put on a keg is weighed fresh: it has been set down for good, and hardly cooled or poured."""
_GAVE_UP: Final = timedelta(hours=1)


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
    """Weigh the keg on a tap as it was put on, and those before it as they were lifted; gives 1 where that is done."""
    device_id, tapped_at = str(tap.scale_id), tap.tapped_at or now
    weighed = _weighed(ports, tap, device_id=device_id, until=tapped_at)
    newest = weighed[0]
    if newest.fresh_lbs is None and now < tapped_at + _GAVE_UP and not heard_since(ports, tap.tap_id, tapped_at):
        return 0  # it may be weighed yet
    warn_pct = load.location(ports, tap.tap_id.location_id).settings.calibration_drift_warn

    def decide() -> tuple[Sequence[Action], DriftView]:
        known = {life.tapped_at: life for life in _lives(ports, device_id)}
        now_known = dict(known)
        for life in weighed:
            before = known.get(life.tapped_at)
            now_known[life.tapped_at] = replace(life, version=before.version if before else 0)
        listed = sorted(now_known.values(), key=lambda life: life.tapped_at, reverse=True)
        rows: list[Action] = [lives.put(life) for life in listed[:KEPT] if life != known.get(life.tapped_at)]
        rows += [lives.delete(life) for life in listed[KEPT:] if life.tapped_at in known]
        calibration = calibration_of(ports, device_id)
        view = _drift(listed[:KEPT], calibration, warn_pct=warn_pct)
        if calibration is not None:
            rows.append(calibrations.put(_with(calibration, view)))
        return rows, view

    view = commit(ports, decide)
    _tell(ports, tap, view)
    return 1


def _weighed(ports: Ports, tap: Tap, *, device_id: str, until: datetime) -> list[Life]:
    """The last kegs of a tap as its scale saw them, newest first; what is known of them already is not weighed again.

    A scale that was never looked at has as many kegs behind it as tell its drift.
    """
    query = kegs.stays(tap.tap_id, until=until, limit=KEGS + 2)
    stays = [kegs.stay_from_item(item, tap_id=tap.tap_id) for item in ports.table.query(query).items]
    known = {life.tapped_at: life for life in _lives(ports, device_id)}
    found: list[Life] = []
    for place, stay in enumerate(stays[: KEGS + 1]):
        life = known.get(stay.tapped_at)
        if life is None:
            before = stays[place + 1] if place + 1 < len(stays) else None
            life = begun_life(ports, stay, before, device_id=device_id)
        if life.ended_at != stay.closed_at:
            zero_after = found[-1].zero_before_lbs if found else None
            life = ended_life(ports, stay, life, zero_after=zero_after)
        found.append(life)
    return found


def _lives(ports: Ports, device_id: str) -> list[Life]:
    found = ports.table.query(lives.newest(device_id, limit=KEPT + 1)).items
    return list(load.readable(lives.from_item, found))


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
