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
LEAST_SHELL_LBS: Final = 1.0
"""Where no usual shell is known: nothing that holds beer under pressure weighs less."""
INFERRED_WITHIN_LBS: Final = 3.5
"""A full keg tells its shell where that is no further from the usual than shells and fillings differ."""
ASK_ABOVE_LBS: Final = 0.5
"""A zero that would move further is asked about first: a hand or a hose may lie on the platform."""
AGREES_LBS: Final = 0.2
"""What was confirmed and what is weighed then are the same within this."""
EMPTY_SHARE: Final = 0.02
"""A keg of which the books hold more than this is hardly empty."""
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
    check_shell(lbs, type_id=keg.type_id, full_lbs=keg.full_lbs, do="Put the empty keg on by itself")
    return Tare(empty_lbs=lbs, source=TareSource.WEIGHED_EMPTY)


def check_shell(lbs: float, *, type_id: str, full_lbs: float, do: str = "Check the figure") -> None:
    """Raises Invalid where no shell of this type weighs `lbs`; the sentence ends in what to `do`.

    `full_lbs` is the weight of the full keg, by which a shell is judged whose usual weight is not known.
    """
    kind = keg_type(type_id)
    if kind.tare_lbs is not None:
        least, most = kind.tare_lbs * (1 - SHELL_SHARE), kind.tare_lbs * (1 + SHELL_SHARE)
    else:
        least, most = LEAST_SHELL_LBS, full_lbs * MOST_SHELL_SHARE
    if not least <= lbs <= most:
        raise Invalid(
            f"{lbs:.1f} lb is no empty {kind.name}: its shell weighs {least:.0f} to {most:.0f} lb. "
            f"{do}, or correct the size of this keg"
        )


def shell_of_full(lbs: float, *, keg: Keg, beer_lbs: float) -> float | None:
    """Give what the shell of a keg weighs that reads `lbs` full of `beer_lbs`; None where that can be no such shell."""
    shell = lbs - beer_lbs
    usual = keg.tare.empty_lbs if keg.tare.source is TareSource.BEER_TYPE else keg_type(keg.type_id).tare_lbs
    if usual is None:
        return shell if LEAST_SHELL_LBS <= shell <= MOST_SHELL_SHARE * lbs else None
    return shell if shell > 0 and abs(shell - usual) <= INFERRED_WITHIN_LBS else None


def tare_of_full(lbs: float, *, keg: Keg) -> Tare:
    """Give the tare of a keg that reads `lbs` full: what it weighs less its beer.

    Raises:
        Conflict: its shell was weighed or read from its stamp, which is better.
        Invalid: that cannot be a full keg of this size.
    """
    if keg.tare.source in _KNOWN_BETTER:
        raise Conflict(f"the shell of this keg is known ({keg.tare.source.value}): there is nothing to infer")
    shell = shell_of_full(lbs, keg=keg, beer_lbs=keg.beer_lbs)
    if shell is None:
        kind, usual = keg_type(keg.type_id).name, keg_type(keg.type_id).tare_lbs
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


def holds_beer(lbs: float, *, keg: Keg, remaining: float, opening: float) -> bool:
    """Whether a keg said to be empty still holds what its books say (US gallons), as its weight `lbs` bears out.

    A weight near that of the shell denies them: they were counted with the tare that is to be found.
    """
    if remaining <= EMPTY_SHARE * opening:
        return False
    left_lbs = remaining / opening * keg.beer_lbs
    return lbs > keg.tare.empty_lbs + min(left_lbs / 2, INFERRED_WITHIN_LBS)
