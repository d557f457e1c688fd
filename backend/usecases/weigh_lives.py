"""Weighing, from history, the kegs a scale saw: full as they were put on, empty as they were lifted, bare between."""

from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from backend.cellar import kegs, pours
from backend.domain.drift import Life, shell_of, was_full
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.ports import Ports, Recorded
from backend.usecases import load

_LOOK: Final = timedelta(minutes=15)
"""A fresh weight is looked for within this; a keg nobody heard of by then is not weighed."""
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


def begun_life(ports: Ports, stay: kegs.OnTap, before: kegs.OnTap | None, *, device_id: str) -> Life:
    """The life of a keg on a tap as far as its beginning tells it; `before` is the keg that stood there before."""
    keg, tapped_at = load.keg(ports, stay.keg_id), stay.tapped_at
    gravity = load.gravity(ports, load.ledger(ports, stay.keg_id))
    shell, shell_off = shell_of(keg, keg.tare)
    closed_at = before.closed_at if before is not None and before.closed_at is not None else tapped_at
    life = Life(
        device_id=device_id,
        tap_id=stay.tap_id,
        keg_id=keg.keg_id,
        tapped_at=tapped_at,
        beer_lbs=keg.beer_lbs,
        gallons=keg.opening_gal(specific_gravity=gravity),
        specific_gravity=gravity,
        shell_lbs=shell,
        shell_plus_minus_lbs=shell_off,
        zero_before_lbs=_bare(ports, stay.tap_id, device_id, since=closed_at, until=tapped_at, shell_lbs=shell),
    )
    fresh = _fresh(ports, keg, life) if _untouched(ports, keg, tapped_at) else None
    return replace(life, fresh_lbs=fresh)


def ended_life(ports: Ports, stay: kegs.OnTap, life: Life, *, zero_after: float | None) -> Life:
    """The life of a keg that was taken off, with the last weight it was seen with; it may stand there again."""
    closed_at = stay.closed_at
    if closed_at is None:
        return replace(life, empty_lbs=None, zero_after_lbs=None, ended_at=None)
    last = None
    for back in (timedelta(minutes=30), _BEFORE_LIFT):
        found = _still(ports, life.tap_id, life.device_id, start=closed_at - back, end=closed_at)
        last = next((row.weight_lbs for row in reversed(found) if row.keg_id == life.keg_id), None)
        if last is not None:
            break
    return replace(life, empty_lbs=last, zero_after_lbs=zero_after, ended_at=closed_at)


def heard_since(ports: Ports, tap_id: TapId, since: datetime) -> bool:
    """Whether the tap was weighed at rest since its keg was put on."""
    rows = ports.history.readings(tap_id=tap_id, start=since, end=since + _LOOK, limit=200)
    return any(row.stable is not False for row in rows)


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


def _bare(
    ports: Ports, tap_id: TapId, device_id: str, *, since: datetime, until: datetime, shell_lbs: float
) -> float | None:
    """What the platform read with nothing on it between two kegs; None where it was not seen so."""
    start = max(since, until - _LONGEST_GAP) - _AROUND
    most = min(_MOST_BARE_LBS, _BARE_SHARE * shell_lbs)
    found = _still(ports, tap_id, device_id, start=start, end=until + _AROUND)
    bare = [row.weight_lbs for row in found if abs(row.weight_lbs) < most]
    return median(bare) if bare else None


def _still(ports: Ports, tap_id: TapId, device_id: str, *, start: datetime, end: datetime) -> list[Recorded]:
    """What one scale read at rest in [start, end), oldest first."""
    rows = ports.history.readings(tap_id=tap_id, start=start, end=end)
    return [row for row in rows if row.stable is not False and row.device_id == device_id]
