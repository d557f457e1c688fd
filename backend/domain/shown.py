"""What the board shows: the level without jitter, wander or bumps, so that people go on believing it.

A platform in a cooler wanders by 100 to 180 g an hour with nobody pouring, more than a taster weighs. So what is
shown moves by *falls* from the last rest, not by absolute weight, and is set to the absolute weight only where the
two have grown apart by more than the wander can explain. The store keeps the absolute truth.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The beer on show (`net_lbs`), and the rest it is told from.

    `rest_lbs` is the gross weight of the last rest and `rest_net_lbs` the beer shown there. `odd_since` is set while
    the weight stands where beer cannot have brought it; `under_lbs` is the rest from before such a weight was
    accepted, so that a hand that leaned for minutes can be lifted again without costing beer.
    """

    net_lbs: float
    rest_lbs: float
    rest_net_lbs: float
    rest_at: datetime
    pouring: bool = False
    odd_since: datetime | None = None
    under_lbs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What stands on the platform as far as is known: shell mass, gross mass when full, gravity of the beer."""

    empty_lbs: float
    full_lbs: float
    specific_gravity: float

    @property
    def apart_lbs(self) -> float:
        """By how much (lb) shown and absolute may differ."""
        return max(
            APART_SHARE * (self.full_lbs - self.empty_lbs),
            lbs_of(APART_GALLONS, specific_gravity=self.specific_gravity),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One reading as `shown_level` needs it.

    `stable` is the scale's own word. `continuous` is False after a reboot of the scale. `claimed` says that the
    reading carries a pour, so that the smallest fall counts.
    """

    gross_lbs: float
    at: datetime
    stable: bool = True
    continuous: bool = True
    claimed: bool = False


def shown_at(net_lbs: float, *, gross_lbs: float, at: datetime, under_lbs: float | None = None) -> Shown:
    """Show this much beer at rest: after a swap, a tare, a correction, or for the first time."""
    net = max(0.0, net_lbs)
    return Shown(net_lbs=net, rest_lbs=gross_lbs, rest_net_lbs=net, rest_at=at, under_lbs=under_lbs)


def shown_level(before: Shown | None, weighed: Weighed, *, load: Load) -> Shown:
    """Give what to show after a reading, from what was shown before it."""
    if before is None:
        return shown_at(weighed.gross_lbs - load.empty_lbs, gross_lbs=weighed.gross_lbs, at=weighed.at)
    if not weighed.stable:
        return _moving(before, weighed)
    return _resting(before, weighed, load=load)


def _moving(before: Shown, weighed: Weighed) -> Shown:
    """Follow the weight down while a pour runs; everything else that moves is waited out."""
    fall = before.rest_lbs - weighed.gross_lbs
    if fall < FALL_LBS or _too_fast(before, weighed):
        return replace(before, odd_since=None)
    net = min(before.net_lbs, max(0.0, before.rest_net_lbs - fall))
    return replace(before, net_lbs=net, pouring=True, odd_since=None)


def _resting(before: Shown, weighed: Weighed, *, load: Load) -> Shown:
    """Rest on the settled weight: carry a fall over, let wander pass, and wait with what beer cannot do."""
    fall = before.rest_lbs - weighed.gross_lbs
    if weighed.claimed and fall > 0:
        return _at_rest(before.rest_net_lbs - fall, before, weighed, load=load)
    if abs(fall) < FALL_LBS:
        return _at_rest(before.rest_net_lbs, before, weighed, load=load)
    if before.under_lbs is not None and abs(before.under_lbs - weighed.gross_lbs) < FALL_LBS:
        return shown_at(before.rest_net_lbs, gross_lbs=weighed.gross_lbs, at=weighed.at)
    if before.odd_since is not None or fall < 0 or _too_fast(before, weighed):
        return _odd(before, weighed, load=load)
    unbroken = weighed.continuous and weighed.at - before.rest_at <= GAP
    beer = fall if unbroken or before.pouring or fall >= GAP_FALL_LBS else 0.0
    return _at_rest(before.rest_net_lbs - beer, before, weighed, load=load)


def _at_rest(net_lbs: float, before: Shown, weighed: Weighed, *, load: Load) -> Shown:
    """Show `net_lbs` unless the absolute weight has grown too far apart from it: down at once, up after a wait."""
    apart = (weighed.gross_lbs - load.empty_lbs) - max(0.0, net_lbs)
    if apart < -load.apart_lbs:
        net_lbs = weighed.gross_lbs - load.empty_lbs
    elif apart > load.apart_lbs:
        since = before.odd_since or weighed.at
        if weighed.at - since < BELIEVED_AFTER:
            return replace(shown_at(net_lbs, gross_lbs=weighed.gross_lbs, at=weighed.at), odd_since=since)
        net_lbs = weighed.gross_lbs - load.empty_lbs
    return shown_at(net_lbs, gross_lbs=weighed.gross_lbs, at=weighed.at, under_lbs=before.under_lbs)


def _odd(before: Shown, weighed: Weighed, *, load: Load) -> Shown:
    """Wait until an odd weight has stood stable long enough, then believe it."""
    since = before.odd_since or weighed.at
    if weighed.at - since < BELIEVED_AFTER:
        return replace(before, net_lbs=before.rest_net_lbs, pouring=False, odd_since=since)
    absolute = weighed.gross_lbs - load.empty_lbs
    fall = before.rest_lbs - weighed.gross_lbs
    relative = before.rest_net_lbs - max(0.0, fall)
    net = relative if abs(absolute - relative) <= load.apart_lbs else absolute
    under = before.rest_lbs if fall < 0 else None
    return shown_at(net, gross_lbs=weighed.gross_lbs, at=weighed.at, under_lbs=under)


def _too_fast(before: Shown, weighed: Weighed) -> bool:
    """Whether the weight fell faster than beer flows; a second is added because scales tell whole seconds."""
    seconds = (weighed.at - before.rest_at).total_seconds() + 1.0
    return before.rest_lbs - weighed.gross_lbs > FALL_LBS + FASTEST_LBS_PER_S * seconds
