"""Asking back: a new keg is said to be on, while the scale saw nothing lifted and weighs something else."""

from datetime import datetime, timedelta
from typing import Final

from backend.domain.keg_type import KEG_TYPES
from backend.domain.level import is_lifted
from backend.domain.offers import FULL_SHARE, KNOWN_LBS, LOST_LBS
from backend.domain.refusal import NotLifted
from backend.domain.tap import Tap
from backend.ports import Ports
from backend.usecases.put_on import Coming, state_of

WEIGHS_FOR: Final = timedelta(minutes=5)
"""What a scale said longer ago tells nothing of what stands there now."""


def must_have_come(ports: Ports, *, tap: Tap, coming: Coming, now: datetime) -> None:
    """Raises NotLifted where a keg is on `tap` already and its scale does not weigh the one that is coming.

    An empty platform says nothing: the keg may be set down in a minute. A tap without a keg had nothing to lift.
    """
    state = state_of(ports, tap.tap_id)
    if tap.keg_id is None or state is None or now - state.updated_at > WEIGHS_FOR:
        return
    there_lbs = state.weight_lbs
    if is_lifted(there_lbs, empty_lbs=coming.keg.tare.empty_lbs) or _fits(there_lbs, coming):
        return
    raise NotLifted(f"nothing was lifted: {there_lbs:.1f} lb stand there, {_weighs(coming)}. Is the new keg on?")


def _fits(there_lbs: float, coming: Coming) -> bool:
    keg, before = coming.keg, coming.before
    if before is not None and before.taken_lbs is not None:
        return -KNOWN_LBS - LOST_LBS <= there_lbs - before.taken_lbs <= KNOWN_LBS
    most_lbs = keg.full_lbs * (1 + FULL_SHARE)
    if before is not None and before.tapped_at is not None:  # opened: how much is left in it nobody weighed
        return keg.tare.empty_lbs - KNOWN_LBS <= there_lbs <= most_lbs
    return keg.full_lbs * (1 - FULL_SHARE) <= there_lbs <= most_lbs


def _weighs(coming: Coming) -> str:
    known_lbs = coming.before.taken_lbs if coming.before is not None else None
    if known_lbs is not None:
        return f"that keg weighed {known_lbs:.1f} lb"
    kind = KEG_TYPES.get(coming.keg.type_id)
    return f"a full {kind.in_words if kind else 'keg'} weighs {coming.keg.full_lbs:.1f} lb"
