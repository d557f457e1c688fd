"""A tap: what is set up on it, and the state that readings move."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.level import LIFTED_SHARE, Level, NoLevel, is_lifted, level_of
from backend.domain.maintenance import CLEANING_EVERY, Aside
from backend.domain.pour import Seeking
from backend.domain.reading import Reading, Watermark, in_the_future, is_newer
from backend.domain.shown import GAP, Load, Shown, Weighed, shown_after_silence, shown_level, shown_lifted
from backend.domain.swap import Standing, Swap, swap_after, swap_set_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A numbered faucet and what hangs on it.

    `full_lbs`, `empty_lbs` and `specific_gravity` are the values in force for the keg that is on; None without one.
    `scale_since` is when this scale was put under this tap. `aside` is the last time the tap was set aside, also when
    that is over; `cleaned_at` is when its line was cleaned last. `swapped_at` names the record of the last change of
    kegs, and `cost_cents` is what the keg cost that is on. `found` says that a scale found that change and nobody has
    said yet that it is right. A tap that pours from the keg of another one names it in
    `shares` and has no keg or scale of its own; that one lists the numbers of such taps in `shared_by`.
    """

    tap_id: TapId
    scale_id: str | None = None
    scale_since: datetime | None = None
    beer_id: str | None = None
    keg_id: str | None = None
    type_id: str | None = None
    tapped_at: datetime | None = None
    full_lbs: float | None = None
    empty_lbs: float | None = None
    specific_gravity: float | None = None
    aside: Aside | None = None
    cleaned_at: datetime | None = None
    swapped_at: datetime | None = None
    cost_cents: int | None = None
    found: bool = False
    shares: TapId | None = None
    shared_by: tuple[int, ...] = ()
    version: int = 0

    def holding(self, keg: Keg, *, specific_gravity: float) -> "Tap":
        """Give the tap with this keg on it, full of such beer."""
        return replace(
            self,
            beer_id=keg.beer_id,
            keg_id=keg.keg_id,
            type_id=keg.type_id,
            tapped_at=keg.tapped_at,
            full_lbs=keg.full_lbs,
            empty_lbs=keg.tare.empty_lbs,
            specific_gravity=specific_gravity,
            cost_cents=keg.cost_cents,
        )

    def bare(self) -> "Tap":
        """Give the tap without a keg."""
        return replace(
            self,
            beer_id=None,
            keg_id=None,
            type_id=None,
            tapped_at=None,
            full_lbs=None,
            empty_lbs=None,
            specific_gravity=None,
            cost_cents=None,
            found=False,
        )

    @property
    def cleaning_due(self) -> datetime | None:
        """When its line is to be cleaned: two weeks after it was, or after it was first set up with a scale."""
        since = self.cleaned_at or self.scale_since
        return None if since is None else since + CLEANING_EVERY

    @property
    def load(self) -> Load | None:
        """What should stand on its platform; None without a keg whose tare is known."""
        if self.keg_id is None or self.full_lbs is None or self.empty_lbs is None or self.specific_gravity is None:
            return None
        return Load(empty_lbs=self.empty_lbs, full_lbs=self.full_lbs, specific_gravity=self.specific_gravity)


@dataclass(frozen=True, slots=True, kw_only=True)
class TapState:
    """What the newest reading says of a tap; `level` is the absolute truth, `shown` what the board tells.

    `swap` is the change of kegs under way, where there is one; `seeking` what is remembered where the scale claims no
    pours.
    """

    tap_id: TapId
    weight_lbs: float
    level: Level | NoLevel
    updated_at: datetime
    mark: Watermark
    keg_id: str | None = None
    stable: bool = True
    shown: Shown | None = None
    swap: Swap | None = None
    seeking: Seeking | None = None
    version: int = 0

    @property
    def pouring(self) -> bool:
        """Whether beer is leaving the keg now."""
        return self.shown is not None and self.shown.pouring


def absolute_level(gross_lbs: float, *, load: Load | None) -> Level | NoLevel:
    """Level by weight alone, or why there is none."""
    if load is None:
        return NoLevel.NO_KEG
    return level_of(
        gross_lbs=gross_lbs,
        empty_lbs=load.empty_lbs,
        full_lbs=load.full_lbs,
        specific_gravity=load.specific_gravity,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What readings made of a tap: its state after them, those that moved it, and how often its time went back.

    `decided` is how many of the readings given were looked at: those behind a change of kegs that is to be judged first
    (`ripe`) were not.
    """

    state: TapState | None
    readings: Sequence[Reading]
    set_back: int
    decided: int
    ripe: bool = False


def state_after(state: TapState | None, reading: Reading, *, tap: Tap, tolerance_scale: float = 1.0) -> TapState | None:
    """Give the state of `tap` after one reading; None where it moves nothing, see `moved_by`."""
    moved = moved_by(state, [reading], tap=tap, tolerance_scale=tolerance_scale)
    return moved.state if moved.readings else None


def moved_by(
    state: TapState | None,
    readings: Sequence[Reading],
    *,
    tap: Tap,
    tolerance_scale: float = 1.0,
    judged: datetime | None = None,
) -> Moved:
    """Give what readings make of the state of `tap`, taken one after the other.

    One that is not newer than the state moves nothing, nor does one measured before the present keg was tapped: it
    tells nothing of that keg. Times in the future of their receipt (by more than 120 s, times `tolerance_scale`) are
    those of a clock that was ahead and is not any more: then the time of the state goes back, once. Where a change of
    kegs is ripe to be judged the rest waits for that, unless the load that was put on at `judged` is meant: it was
    looked at already.
    """
    swap = state.swap if state is not None else None
    if swap is not None and swap.ripe and swap.placed_at != judged:
        return Moved(state=state, readings=[], set_back=0, decided=0, ripe=True)
    moving: list[Reading] = []
    set_back = 0
    load, tapped_at = tap.load, tap.tapped_at
    same_keg = state is not None and state.keg_id == tap.keg_id
    shown = state.shown if state is not None and same_keg and load is not None else None
    mark: Watermark | Reading | None = state.mark if state is not None else None
    bare_lbs = load.empty_lbs * LIFTED_SHARE if load is not None else None
    decided, ripe = 0, False
    for reading in readings:
        decided += 1
        if mark is not None and not is_newer(reading, than=mark, tolerance_scale=tolerance_scale):
            continue
        if tapped_at is not None and reading.measured_at < tapped_at and _believed(tapped_at, reading, tolerance_scale):
            continue
        back = mark is not None and reading.measured_at < mark.measured_at
        set_back += back
        if back and swap is not None:
            swap = swap_set_back(swap, at=reading.measured_at)
        if (
            swap is not None
            or bare_lbs is None
            or reading.weight_lbs < bare_lbs
            or (mark is not None and reading.measured_at - mark.measured_at > GAP)
        ):
            swap = _swap(swap, reading, mark=mark, tap=tap, before=shown)
            ripe = swap is not None and swap.ripe and swap.placed_at != judged
        if load is not None:
            before = shown_after_silence(shown, at=reading.measured_at) if back and shown else shown
            shown = _shown(before, reading, mark=mark, load=load, being_set_down=same_keg and shown is None)
        same_keg, mark = True, reading
        moving.append(reading)
        if ripe:
            break
    if moving:
        state = _state(state, moving[-1], tap, shown, swap)
    return Moved(state=state, readings=moving, set_back=set_back, decided=decided, ripe=ripe)


def _swap(
    swap: Swap | None, reading: Reading, *, mark: Watermark | Reading | None, tap: Tap, before: Shown | None
) -> Swap | None:
    """What is known of a change of kegs after a reading; nothing is compared with what another scale said."""
    same_scale = mark is not None and mark.device_id == reading.device_id
    return swap_after(
        swap,
        Standing(
            gross_lbs=reading.weight_lbs,
            at=reading.measured_at,
            stable=reading.stable is not False,
            silence=reading.measured_at - mark.measured_at if mark is not None and same_scale else timedelta(0),
        ),
        keg_id=tap.keg_id,
        empty_lbs=tap.empty_lbs if tap.keg_id is not None else None,
        before=before if same_scale else None,
    )


def _state(before: TapState | None, newest: Reading, tap: Tap, shown: Shown | None, swap: Swap | None) -> TapState:
    """The state that the newest reading leaves."""
    load = tap.load
    return TapState(
        tap_id=tap.tap_id,
        weight_lbs=newest.weight_lbs,
        level=NoLevel.NO_TARE if tap.keg_id and not load else absolute_level(newest.weight_lbs, load=load),
        updated_at=newest.measured_at,
        mark=Watermark.of(newest),
        keg_id=tap.keg_id,
        stable=newest.stable is not False,
        shown=shown,
        swap=swap,
        version=before.version if before is not None else 0,
    )


def _calibrated(mark: Watermark | Reading, reading: Reading) -> bool:
    """Whether the scale computes by another calibration than before."""
    return mark.cal is not None and reading.cal is not None and mark.cal != reading.cal


def _believed(tapped_at: datetime, reading: Reading, tolerance_scale: float) -> bool:
    """Whether the keg can have been tapped when it says, or was that told by a clock that was ahead."""
    return not in_the_future(tapped_at, received_at=reading.received_at, tolerance_scale=tolerance_scale)


def _shown(
    before: Shown | None, reading: Reading, *, mark: Watermark | Reading | None, load: Load, being_set_down: bool
) -> Shown | None:
    """What the board tells after a reading, `mark` being the one before it."""
    if mark is not None and (mark.device_id != reading.device_id or _calibrated(mark, reading)):
        # Another scale weighs a little differently, as does the same one by another calibration: what was shown cannot
        # be carried over, and that the weight has moved is neither a pour nor a lift.
        before, being_set_down = None, False
    if is_lifted(reading.weight_lbs, empty_lbs=load.empty_lbs):
        return shown_lifted(before) if before else None
    if being_set_down and reading.stable is False:
        return None
    continuous = mark is not None and mark.boot == reading.boot
    claimed_lbs = reading.pour.before_lbs - reading.pour.after_lbs if reading.pour else 0.0
    weighed = Weighed(reading.weight_lbs, reading.measured_at, reading.stable is not False, continuous, claimed_lbs)
    return shown_level(before, weighed, load=load)
