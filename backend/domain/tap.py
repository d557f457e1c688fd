"""A tap: what is set up on it, and the state that readings move."""

from dataclasses import dataclass
from datetime import datetime

from backend.domain.ids import TapId
from backend.domain.level import Level, NoLevel, level_of
from backend.domain.reading import Reading, Watermark, in_the_future
from backend.domain.shown import Load, Shown, Weighed, shown_after_silence, shown_level, shown_lifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A numbered faucet and what hangs on it.

    `full_lbs`, `empty_lbs` and `specific_gravity` are the values in force for the keg that is on; None without one.
    `scale_since` is when this scale was put under this tap.
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
    version: int = 0

    @property
    def load(self) -> Load | None:
        """What should stand on its platform; None without a keg whose tare is known."""
        if self.keg_id is None or self.full_lbs is None or self.empty_lbs is None or self.specific_gravity is None:
            return None
        return Load(empty_lbs=self.empty_lbs, full_lbs=self.full_lbs, specific_gravity=self.specific_gravity)


@dataclass(frozen=True, slots=True, kw_only=True)
class TapState:
    """What the newest reading says of a tap; `level` is the absolute truth, `shown` what the board tells."""

    tap_id: TapId
    weight_lbs: float
    level: Level | NoLevel
    updated_at: datetime
    mark: Watermark
    keg_id: str | None = None
    stable: bool = True
    shown: Shown | None = None
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


def state_after(state: TapState | None, reading: Reading, *, tap: Tap, tolerance_scale: float = 1.0) -> TapState | None:
    """Give the state of `tap` after a reading; None where the reading is not newer than the state.

    A reading measured before the present keg was tapped tells nothing of that keg, so it moves nothing either. Times
    in the future of its receipt (by more than 120 s, times `tolerance_scale`) are those of a clock that was ahead and
    is not any more: then the time of the state goes back, once.
    """
    if state is not None and not state.mark.passed_by(reading, tolerance_scale=tolerance_scale):
        return None
    if _before_the_keg(reading, tap, tolerance_scale):
        return None
    same_keg = state is not None and state.keg_id == tap.keg_id
    same_scale = state is not None and state.mark.device_id == reading.device_id
    # Another scale weighs a little differently: what was shown cannot be carried over to it.
    before = state.shown if state is not None and same_keg and same_scale else None
    if before is not None and state is not None and reading.measured_at < state.updated_at:
        before = shown_after_silence(before, at=reading.measured_at)
    level = NoLevel.NO_TARE if tap.keg_id and not tap.load else absolute_level(reading.weight_lbs, load=tap.load)
    return TapState(
        tap_id=tap.tap_id,
        weight_lbs=reading.weight_lbs,
        level=level,
        updated_at=reading.measured_at,
        mark=Watermark.of(reading),
        keg_id=tap.keg_id,
        stable=reading.stable is not False,
        shown=_shown(before, reading, level=level, tap=tap, state=state),
        version=state.version if state is not None else 0,
    )


def _before_the_keg(reading: Reading, tap: Tap, tolerance_scale: float) -> bool:
    """Whether it was measured before the present keg was tapped, as far as that time can be believed."""
    tapped_at = tap.tapped_at
    if tapped_at is None or reading.measured_at >= tapped_at:
        return False
    return not in_the_future(tapped_at, received_at=reading.received_at, tolerance_scale=tolerance_scale)


def _shown(
    before: Shown | None, reading: Reading, *, level: Level | NoLevel, tap: Tap, state: TapState | None
) -> Shown | None:
    load = tap.load
    if load is None:
        return None
    if level is NoLevel.LIFTED:
        return shown_lifted(before) if before else None
    being_set_down = state is not None and state.keg_id == tap.keg_id and state.shown is None
    if being_set_down and reading.stable is False:
        return None
    weighed = Weighed(
        gross_lbs=reading.weight_lbs,
        at=reading.measured_at,
        stable=reading.stable is not False,
        continuous=state is not None and state.mark.boot == reading.boot,
        claimed_lbs=reading.pour.before_lbs - reading.pour.after_lbs if reading.pour else 0.0,
    )
    return shown_level(before, weighed, load=load)
