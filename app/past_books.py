"""The books of a keg as a scale that has aged would have them: what left and what is left, by its weights."""

from dataclasses import replace
from math import fsum

from app.tap_story import TapStory
from backend.domain.units import gallons_of
from backend.usecases.book_past import PastKeg


def told_by_weight(tap: TapStory, keg: PastKeg) -> PastKeg:
    """Give a keg whose scale shows `aged_pct` more than there is.

    Its pours are larger by that, and so is what is left; the difference to what a keg holds is unseen, as books that
    follow the weight would have it. What a person told of stays as they told it.
    """
    factor = 1 + tap.aged_pct / 100
    pours = tuple(
        replace(
            pour,
            gallons=factor * pour.gallons,
            before_lbs=factor * pour.before_lbs,
            after_lbs=factor * pour.after_lbs,
        )
        for pour in keg.pours
    )
    left = tap.left_gallons if keg.keg.closed_at is None else 0.0
    shown = gallons_of(factor * tap.gross_lbs(left) - tap.shell_lbs, specific_gravity=tap.beer.specific_gravity)
    booked = fsum([*(pour.gallons for pour in pours), *(waste.gallons for waste in keg.wastes)])
    taken = keg.keg.taken_lbs
    return replace(
        keg,
        keg=replace(keg.keg, taken_lbs=None if taken is None else factor * taken),
        pours=pours,
        unseen=tap.kind.gallons - booked - fsum(fall.gallons for fall in keg.falls) - shown,
    )
