"""What a weight tells of a tare: near zero, an empty shell, a full keg; and what cannot be so."""

from typing import Final

from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.keg_type import keg_type
from backend.domain.refusal import Conflict, Invalid

NEAR_ZERO_LBS: Final = 0.1
"""An empty platform within this of zero is well: less than a cooler's wander."""
MOST_OFF_LBS: Final = 5.0
"""A platform further off than this carries something, or its calibration is lost."""
SHELL_SHARE: Final = 0.3
"""A shell may differ by so much from the usual one of its type."""
MOST_SHELL_SHARE: Final = 0.4
"""Where no usual shell is known: no empty keg weighs more than this share of the full one."""
FULL_OFF_LBS: Final = 5.0
"""So far a tare that is inferred from full may lie from the usual one of its type."""
FRESH_SHARE: Final = 0.01
"""A keg of which more than this is gone is not full any more."""
_KNOWN_BETTER: Final = (TareSource.WEIGHED_EMPTY, TareSource.STAMPED)


def check_platform(lbs: float, *, again: bool) -> None:
    """Raises Invalid where an empty platform cannot read this (lb), or still reads it after it was set to zero."""
    if again:
        raise Invalid(f"the platform still reads {lbs:+.1f} lb after it was set to zero: let it rest, then tare again")
    if abs(lbs) > MOST_OFF_LBS:
        raise Invalid(
            f"{lbs:.1f} lb stand on the platform: take everything off, then tare. "
            "If it is empty, the scale has lost its calibration: ask a Manager to calibrate it"
        )


def tare_of_empty(lbs: float, *, keg: Keg) -> Tare:
    """Give the tare of a keg whose empty shell reads `lbs`. Raises Invalid where that cannot be the empty shell."""
    usual = keg_type(keg.type_id).tare_lbs
    if usual is not None:
        least, most = usual * (1 - SHELL_SHARE), usual * (1 + SHELL_SHARE)
    else:
        least, most = 1.0, keg.full_lbs * MOST_SHELL_SHARE
    if not least <= lbs <= most:
        kind = keg_type(keg.type_id).name
        raise Invalid(
            f"{lbs:.1f} lb is no empty {kind}: its shell weighs {least:.0f} to {most:.0f} lb. "
            "Put the empty keg on by itself, or correct the size of this keg"
        )
    return Tare(empty_lbs=lbs, source=TareSource.WEIGHED_EMPTY)


def tare_of_full(lbs: float, *, keg: Keg) -> Tare:
    """Give the tare of a keg that reads `lbs` full: what it weighs less its beer.

    Raises:
        Conflict: its shell was weighed or read from its stamp, which is better.
        Invalid: that cannot be a full keg of this size.
    """
    if keg.tare.source in _KNOWN_BETTER:
        raise Conflict(f"the shell of this keg is known ({keg.tare.source.value}): there is nothing to infer")
    shell = lbs - keg.beer_lbs
    usual = keg_type(keg.type_id).tare_lbs
    off = MOST_SHELL_SHARE * keg.full_lbs if usual is None else FULL_OFF_LBS
    middle = shell if usual is None else usual
    if not 0 < shell <= off + middle or abs(shell - middle) > off:
        kind = keg_type(keg.type_id).name
        raise Invalid(
            f"{lbs:.1f} lb is no full {kind}: it weighs about {keg.beer_lbs + (usual or keg.tare.empty_lbs):.0f} lb. "
            "Check its size and beer"
        )
    return Tare(empty_lbs=shell, source=TareSource.INFERRED_FROM_FULL)


def check_full_enough(keg: Keg, *, gone: float, opening: float) -> None:
    """Raises Invalid for a keg of which so much is gone (of `opening`, US gallons) that it is not full any more."""
    if gone > FRESH_SHARE * opening:
        raise Invalid(
            f"{gone:.1f} gal were poured from {keg.keg_id} already: weigh it empty when it is, or enter its stamp"
        )
