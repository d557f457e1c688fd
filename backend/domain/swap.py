"""A change of kegs as a scale sees it: a lift, a gap, a new load; or only a weight that no beer can explain.

A change is told by what stands on the platform, never by how long it took: nothing (the keg is lifted), then a load
that stands still (set down), which is judged once it has stood for a few seconds. What was set down and lifted again is
still the same change. A scale that was silent shows no lift; then a weight that no pouring can explain stands for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from backend.domain.ids import TapId
from backend.domain.keg import KegState, TareSource
from backend.domain.level import is_lifted
from backend.domain.offers import Offer
from backend.domain.shown import GAP, Shown

STANDS: Final = timedelta(seconds=4)
"""So long must a load stand still before it is judged: who sets a keg down shifts it once more within that."""
_LIFT_TAKES: Final = timedelta(seconds=2)
_BARE_LBS: Final = 4.0
"""Where no keg is known: less than half of the lightest shell stands on the platform."""
JUMP_LBS: Final = 3.0
"""Over a silence the wander of a cooler explains less than half a pound; more than this is worth a look."""
_STIRRED_LBS: Final = 0.7
"""A load that has not been judged and is off by this much is another load."""
_ANOTHER_LBS: Final = 5.0
"""The same for a load that was judged and of which beer may have been poured since."""


class Swap(NamedTuple):
    """A change of kegs under way, as far as the readings of a tap tell.

    `keg_id` stood there until `lifted_at` and weighed `before_lbs` (gross) when it stood still last. Since `placed_at`
    a load of `gross_lbs` stands there, and stood there still at `stood_at`; None while the platform is bare.
    `over_gap` says that nobody saw the lift: the scale was silent since `lifted_at`. `judged` says that no keg was
    found that fits, so that a person has to say which it is.
    """

    lifted_at: datetime
    keg_id: str | None = None
    before_lbs: float | None = None
    placed_at: datetime | None = None
    gross_lbs: float | None = None
    stood_at: datetime | None = None
    over_gap: bool = False
    judged: bool = False

    @property
    def ripe(self) -> bool:
        """Whether the load has stood long enough, by what the scale itself said, to be judged."""
        return self.placed_at is not None and not self.judged and (self.stood_at or self.placed_at) >= self.ripe_at

    @property
    def ripe_at(self) -> datetime:
        """From when on the load can be judged; never, in effect, while there is none."""
        return (self.placed_at or datetime.max.replace(tzinfo=self.lifted_at.tzinfo) - STANDS) + STANDS


class Standing(NamedTuple):
    """One reading as `swap_after` needs it; `silence` is how long nothing was heard before it."""

    gross_lbs: float
    at: datetime
    stable: bool
    silence: timedelta = timedelta(0)


def swap_after(
    swap: Swap | None, seen: Standing, *, keg_id: str | None, empty_lbs: float | None, before: Shown | None
) -> Swap | None:
    """Give what is known of a change of kegs after a reading.

    `keg_id` with its shell of `empty_lbs` is the keg that should stand there, `before` what was shown before this.
    """
    if _is_bare(seen.gross_lbs, empty_lbs):
        return _lifted(swap, seen, keg_id, before)
    if swap is None:
        if keg_id is None:
            return _placed(Swap(lifted_at=seen.at), seen) if seen.stable else None
        return _jumped(seen, keg_id, before)
    return _placed(swap, seen) if seen.stable else swap


def swap_set_back(swap: Swap, *, at: datetime) -> Swap:
    """Give what is known of a change where the clock was ahead and has been set right to `at`: its load counts anew."""
    return swap._replace(lifted_at=min(swap.lifted_at, at), placed_at=None, gross_lbs=None, stood_at=None, judged=False)


def _is_bare(gross_lbs: float, empty_lbs: float | None) -> bool:
    return gross_lbs < _BARE_LBS if empty_lbs is None else is_lifted(gross_lbs, empty_lbs=empty_lbs)


def _lifted(swap: Swap | None, seen: Standing, keg_id: str | None, before: Shown | None) -> Swap:
    """Nothing stands there now; a load that was set down meanwhile was not the end of the change."""
    if swap is not None:
        if swap.placed_at is None:
            return swap
        return swap._replace(placed_at=None, gross_lbs=None, stood_at=None, judged=False)
    since = seen.at - _LIFT_TAKES
    return Swap(
        lifted_at=max(since, before.rest_at) if before is not None and before.rest_at <= seen.at else seen.at,
        keg_id=keg_id,
        before_lbs=_stood(before),
    )


def _jumped(seen: Standing, keg_id: str, before: Shown | None) -> Swap | None:
    """A weight that has changed by more than wander while nobody was heard."""
    if seen.silence <= GAP or before is None or abs(seen.gross_lbs - before.rest_lbs) < JUMP_LBS:
        return None
    swap = Swap(lifted_at=seen.at - seen.silence, keg_id=keg_id, before_lbs=_stood(before), over_gap=True)
    return _placed(swap, seen) if seen.stable else swap


def _placed(swap: Swap, seen: Standing) -> Swap:
    """A load stands still: the one that stood there, or another."""
    if swap.gross_lbs is not None:
        off = abs(seen.gross_lbs - swap.gross_lbs)
        if swap.judged:
            if seen.gross_lbs - swap.gross_lbs < _ANOTHER_LBS:
                return swap
        elif off <= _STIRRED_LBS:
            return swap._replace(stood_at=seen.at)
    return swap._replace(placed_at=seen.at, gross_lbs=seen.gross_lbs, stood_at=seen.at, judged=False)


def _stood(before: Shown | None) -> float | None:
    """What the keg weighed when it was lifted: less than at its last rest where it was lifted in mid-pour."""
    if before is None or not before.settled:
        return None
    return before.rest_lbs - max(0.0, before.rest_net_lbs - before.net_lbs)


class SwapStep(StrEnum):
    """How far a change of kegs has come, for screens."""

    NONE = "none"
    LIFTED = "lifted"
    PLACED = "placed"
    UNKNOWN = "unknown"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class KegBefore:
    """What a keg was before a change, so that the change can be taken back."""

    state: KegState
    empty_lbs: float
    tare_source: TareSource
    full_lbs: float
    tap_id: TapId | None = None
    tapped_at: datetime | None = None
    closed_at: datetime | None = None
    queued_on: TapId | None = None
    taken_lbs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksBefore:
    """What the books of the keg before were anchored to, before they were closed as of its last weight.

    `version` is that of its ledger afterwards: while it is the same nobody has touched it since.
    """

    version: int
    unseen: float
    rest_lbs: float | None = None
    rest_at: datetime | None = None
    rest_cal: int | None = None
    weighed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapRecord:
    """One change of kegs: what it was, who said so, and how to take it back.

    `at` is since when the new keg counts, and names the record. `old_keg_id` stood there until `lifted_at`;
    `new_keg_id` None: nobody knows yet which keg was set down. `old_before` and `new_before` are what both kegs were
    before; the new one did not exist where `new_before` is None. `from_tap` is where the new keg stood until then,
    lifted off and not yet replaced there. `old_books` is how the books of the one before stood.
    `said_at` is when a person said so.
    """

    tap_id: TapId
    at: datetime
    lifted_at: datetime
    by: str
    automatic: bool
    old_keg_id: str | None = None
    new_keg_id: str | None = None
    old_before: KegBefore | None = None
    new_before: KegBefore | None = None
    old_books: BooksBefore | None = None
    from_tap: TapId | None = None
    gross_lbs: float | None = None
    before_lbs: float | None = None
    offers: Sequence[Offer] = ()
    confirmed_by: str | None = None
    said_at: datetime | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None
    version: int = 0

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return self.undone_at is None

    @property
    def open(self) -> bool:
        """Whether it is only what the scale guessed: it stands, and no person has said so."""
        return self.stands and self.automatic and self.confirmed_by is None
