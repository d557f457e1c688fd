"""What the board shows: the level without jitter, wander or bumps, so that people go on believing it.

A platform in a cooler wanders by 100 to 180 g an hour with nobody pouring, more than a taster weighs. So what is
shown moves by *falls* from the last rest, not by absolute weight, and is set to the absolute weight only where the
two have grown apart by more than the wander can explain. The store keeps the absolute truth.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from backend.domain.refusal import Invalid
from backend.domain.units import lbs_of

FALL_LBS: Final = 0.1
"""A weight this far below the last rest is beer leaving (1.5 oz); less is wander or noise."""
GAP: Final = timedelta(seconds=90)
"""Silence longer than this: the wander in between is unknown."""
GAP_FALL_LBS: Final = 0.45
"""After silence only a fall larger than the wander of a cooler (180 g peak to peak) is taken for beer."""
APART_SHARE: Final = 0.005
APART_GALLONS: Final = 0.1
"""Shown and absolute may differ by 0.5 % of the keg or 0.1 gal, whichever is more, before shown gives way."""
BELIEVED_AFTER: Final = timedelta(seconds=60)
"""How long an odd weight (higher, or fallen faster than beer flows) must stand stable before it is believed."""
FASTEST_LBS_PER_S: Final = 0.4
"""Beer does not leave faster than this (6 oz/s); a quicker fall is a hand, a bump or a lift."""
_STEP_LBS: Final = 0.01
"""Two weights this far apart are not the same weight with noise on it: the one lies lower than the other."""
_STEPS_OF_A_POUR: Final = 2
"""So many readings in a row, each lower than the one before, are beer; a keg that swings comes up in between."""
_SWINGS: Final = -1
"""Steps of a weight that has come up: it swings, and has to fall once more often before that is beer."""


class Shown(NamedTuple):
    """The beer on show (`net_lbs`), and the rest it is told from.

    `rest_lbs` is the gross weight of the last rest and `rest_net_lbs` the beer shown there. `odd_since` is set while
    the weight stands where beer cannot have brought it, `low_since` while the beer shown is less than the platform
    carries. `extra_lbs` is the last change that may be taken back, and `extra_net_lbs` what it did to the beer shown:
    above zero something that leans on the keg, below zero a fall taken for beer that may have been a hand under it.
    `settled` is False until the first rest, `unseated` True from a lift until the next rest. `seen_lbs` is the gross
    weight of the last reading, and `steps` how many restless readings in a row were lower than the one before.
    """

    net_lbs: float
    rest_lbs: float
    rest_net_lbs: float
    rest_at: datetime
    pouring: bool = False
    odd_since: datetime | None = None
    low_since: datetime | None = None
    extra_lbs: float = 0.0
    extra_net_lbs: float = 0.0
    settled: bool = True
    unseated: bool = False
    seen_lbs: float | None = None
    steps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What stands on the platform as far as is known: shell mass, gross mass when full, gravity of the beer.

    `apart_lbs` follows from them: by how much (lb) shown and absolute may differ.
    """

    empty_lbs: float
    full_lbs: float
    specific_gravity: float
    apart_lbs: float = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a keg that weighs no more full than empty: it has no level."""
        if not self.full_lbs > self.empty_lbs:
            raise Invalid(f"a keg of {self.full_lbs} lb full and {self.empty_lbs} lb empty holds no beer")
        share = APART_SHARE * (self.full_lbs - self.empty_lbs)
        # Worked out once for all the readings of a keg, not for each of them.
        object.__setattr__(self, "apart_lbs", max(share, lbs_of(APART_GALLONS, specific_gravity=self.specific_gravity)))


class Weighed(NamedTuple):
    """One reading as `shown_level` needs it.

    `stable` is the scale's own word. `continuous` is False after a reboot of the scale. `claimed_lbs` is the fall of
    the pour that the reading carries, so that the smallest one counts; 0 without one.
    """

    gross_lbs: float
    at: datetime
    stable: bool = True
    continuous: bool = True
    claimed_lbs: float = 0.0


def shown_at(net_lbs: float, *, gross_lbs: float, at: datetime, settled: bool = True) -> Shown:
    """Show this much beer at rest: after a swap, a tare, a correction, or for the first time."""
    net = max(0.0, net_lbs)
    return Shown(net_lbs=net, rest_lbs=gross_lbs, rest_net_lbs=net, rest_at=at, settled=settled)


def shown_level(before: Shown | None, weighed: Weighed, *, load: Load) -> Shown:
    """Give what to show after a reading, from what was shown before it."""
    if before is None or not before.settled:
        absolute = weighed.gross_lbs - load.empty_lbs
        return shown_at(absolute, gross_lbs=weighed.gross_lbs, at=weighed.at, settled=weighed.stable)
    return _resting(before, weighed, load=load) if weighed.stable else _moving(before, weighed)


def shown_lifted(before: Shown) -> Shown:
    """Give what to remember while the keg is off its platform: the beer shown last, and that of its last rest."""
    return before._replace(
        pouring=False, odd_since=None, low_since=None, unseated=before.settled, seen_lbs=None, steps=_SWINGS
    )


def shown_after_silence(before: Shown, *, at: datetime) -> Shown:
    """Give what to remember where the time since the last rest is not known, as after a clock was set back."""
    return before._replace(rest_at=at - GAP - timedelta(seconds=1), odd_since=None, low_since=None)


def _rest(
    net_lbs: float,
    weighed: Weighed,
    *,
    low_since: datetime | None = None,
    extra_lbs: float = 0.0,
    extra_net_lbs: float = 0.0,
) -> Shown:
    """Show this much beer, resting on this reading: made in one go, because nearly every reading ends here."""
    net = max(0.0, net_lbs)
    gross, at = weighed.gross_lbs, weighed.at
    # In the order of its fields, which takes half as long as by their names.
    return Shown(net, gross, net, at, False, None, low_since, extra_lbs, extra_net_lbs, True, False, gross)


def _moving(before: Shown, weighed: Weighed) -> Shown:
    """Follow the weight down while a pour runs; everything else that moves is waited out."""
    # A restart is a silence, also for the readings that follow it before the first rest.
    silence = weighed.at - GAP - timedelta(seconds=1)
    rest_at = before.rest_at if weighed.continuous else min(before.rest_at, silence)
    steps = _steps(before, weighed)
    fall = before.rest_lbs - weighed.gross_lbs
    flows = (
        fall >= _least(before, weighed)
        and not before.unseated
        and not _too_fast(fall, since=rest_at, until=weighed.at)
        and (before.pouring or steps >= _STEPS_OF_A_POUR)
    )
    net = before.net_lbs
    if flows:
        # Only as far as two readings in a row show it: a knock in mid-pour swings far below the beer for one of them.
        net = min(net, max(0.0, before.rest_net_lbs - min(fall, before.rest_lbs - _seen(before))))
    return before._replace(
        net_lbs=net,
        rest_at=rest_at,
        pouring=before.pouring or flows,
        odd_since=None,
        low_since=None,
        seen_lbs=weighed.gross_lbs,
        steps=steps,
    )


def _steps(before: Shown, weighed: Weighed) -> int:
    """Count the readings in a row, each lower than the one before, below the last rest."""
    seen = _seen(before)
    if weighed.gross_lbs > seen + _STEP_LBS:
        return _SWINGS
    lower = weighed.gross_lbs < min(seen, before.rest_lbs) - _STEP_LBS
    return before.steps + 1 if lower else before.steps


def _seen(before: Shown) -> float:
    return before.rest_lbs if before.seen_lbs is None else before.seen_lbs


def _resting(before: Shown, weighed: Weighed, *, load: Load) -> Shown:
    """Rest on the settled weight: carry a fall over, let wander pass, and wait with what beer cannot do."""
    fall = before.rest_lbs - weighed.gross_lbs
    if before.unseated:
        return _seated(before, weighed, load=load)
    if weighed.claimed_lbs and abs(fall - weighed.claimed_lbs) < GAP_FALL_LBS:
        return _at_rest(before.rest_net_lbs - fall, before, weighed, load=load)
    if abs(fall) < _least(before, weighed) or _rose_in_silence(before, weighed, load=load):
        return _at_rest(before.rest_net_lbs, before, weighed, load=load)
    if before.extra_lbs > 0 and abs(fall - before.extra_lbs) < FALL_LBS:  # what leaned on the keg leans no more
        return _at_rest(before.rest_net_lbs - before.extra_net_lbs, before, weighed, load=load, extra=(0.0, 0.0))
    if fall < 0 or _too_fast(fall, since=before.rest_at, until=before.odd_since or weighed.at):
        return _odd(before, weighed, load=load)
    extra = (-fall, -fall) if before.extra_lbs <= 0 else None
    return _at_rest(before.rest_net_lbs - fall, before, weighed, load=load, extra=extra)


def _at_rest(
    net_lbs: float, before: Shown, weighed: Weighed, *, load: Load, extra: tuple[float, float] | None = None
) -> Shown:
    """Show `net_lbs` unless the absolute weight has grown too far apart from it: down at once, up after a wait.

    `extra` is the last change that may be taken back and what it did to the beer shown, where that is a new one.
    """
    absolute = weighed.gross_lbs - load.empty_lbs
    apart = absolute - max(0.0, net_lbs)
    low_since = (before.low_since or weighed.at) if apart > load.apart_lbs else None
    if apart < -load.apart_lbs or (low_since is not None and weighed.at - low_since >= BELIEVED_AFTER):
        return _rest(absolute, weighed)
    extra_lbs, extra_net_lbs = extra or (before.extra_lbs, before.extra_net_lbs)
    return _rest(net_lbs, weighed, low_since=low_since, extra_lbs=extra_lbs, extra_net_lbs=extra_net_lbs)


def _seated(before: Shown, weighed: Weighed, *, load: Load) -> Shown:
    """Show the same beer where the same keg was put back: it never stands twice in quite the same place."""
    poured = before.rest_net_lbs - before.net_lbs  # above zero where it was lifted, or seemed to be, in mid-pour
    fall = before.rest_lbs - weighed.gross_lbs
    too_fast = _too_fast(fall, since=before.rest_at, until=before.odd_since or weighed.at)
    if 0 < poured <= 2 * fall and not too_fast:
        return _at_rest(min(before.net_lbs, before.rest_net_lbs - fall), before, weighed, load=load)
    if abs(weighed.gross_lbs - load.empty_lbs - before.rest_net_lbs) <= load.apart_lbs:
        return _rest(before.rest_net_lbs, weighed)
    return _odd(before, weighed, load=load)


def _odd(before: Shown, weighed: Weighed, *, load: Load) -> Shown:
    """Wait until an odd weight has stood stable long enough, then believe it."""
    since = before.odd_since or weighed.at
    if weighed.at - since < BELIEVED_AFTER:
        return before._replace(pouring=False, odd_since=since, seen_lbs=weighed.gross_lbs, steps=_SWINGS)
    rise = weighed.gross_lbs - before.rest_lbs
    if _taken_back(before, rise=rise, since=since):
        return _rest(before.rest_net_lbs - before.extra_net_lbs, weighed)
    absolute = weighed.gross_lbs - load.empty_lbs
    relative = before.rest_net_lbs + min(0.0, rise)
    net = max(0.0, relative if abs(absolute - relative) <= load.apart_lbs else absolute)
    if before.unseated:
        return _rest(net, weighed)
    leaning = rise > 0 and before.extra_lbs > 0  # a second hand on the keg: both may be taken away together
    return _rest(
        net,
        weighed,
        extra_lbs=rise + (before.extra_lbs if leaning else 0.0),
        extra_net_lbs=net - before.rest_net_lbs + (before.extra_net_lbs if leaning else 0.0),
    )


def _taken_back(before: Shown, *, rise: float, since: datetime) -> bool:
    """Whether a rise undoes the last fall: beer does not come back, so that fall was a hand under the keg."""
    return before.extra_lbs < 0 and abs(rise + before.extra_lbs) < FALL_LBS and since - before.rest_at <= GAP


def _least(before: Shown, weighed: Weighed) -> float:
    """The least change (lb) that cannot be wander."""
    return FALL_LBS if before.pouring or _unbroken(before, weighed) else GAP_FALL_LBS


def _rose_in_silence(before: Shown, weighed: Weighed, *, load: Load) -> bool:
    """Whether a small rise came while nobody was heard: wander or gas, and the next pour is told from there."""
    rise = weighed.gross_lbs - before.rest_lbs
    return 0 < rise <= load.apart_lbs and not before.pouring and not _unbroken(before, weighed)


def _unbroken(before: Shown, weighed: Weighed) -> bool:
    """Whether the scale was heard all the time since the last rest, so that wander cannot have grown to a fall."""
    return weighed.continuous and weighed.at - before.rest_at <= GAP


def _too_fast(fall_lbs: float, *, since: datetime, until: datetime) -> bool:
    """Whether a weight fell faster than beer flows; a second is added because scales tell whole seconds.

    `until` is when it came to where beer cannot have brought it: it has not become beer by standing there.
    """
    return fall_lbs > FALL_LBS + FASTEST_LBS_PER_S * ((until - since).total_seconds() + 1.0)
