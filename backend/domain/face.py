"""The face of a tap: all that a screen shows of it, and the word for how it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.keg import empty_net_lbs
from backend.domain.level import Level, NoLevel, level_of_net
from backend.domain.location import Settings
from backend.domain.maintenance import Aside
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.shown import Load
from backend.domain.swap import SwapStep
from backend.domain.tap import Tap, TapState
from backend.domain.units import gallons_of


class Condition(StrEnum):
    """How a tap stands, in the order in which a bartender should care."""

    EMPTY = "empty"
    CHANGE = "change"
    LOW = "low"
    LIFTED = "lifted"
    NO_KEG = "no_keg"
    NO_READING = "no_reading"
    OK = "ok"


_WITHOUT_KEG: Final = {SwapStep.PLACED: NoLevel.SET_DOWN, SwapStep.UNKNOWN: NoLevel.WHICH_KEG}
_WITHOUT_LEVEL: Final = {
    NoLevel.LIFTED: Condition.LIFTED,
    NoLevel.SET_DOWN: Condition.LIFTED,
    NoLevel.NO_READING: Condition.NO_READING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TapFace:
    """What a screen shows of a tap; `level` is the shown one, None with a reason in `why`.

    `at` is when the reading behind it was measured. `online` is False once the scale's last will was heard, and None
    for a scale that never said of itself that it is there: that one is judged by the age of its readings. `damage`
    says which row could not be read. `aside` says why the tap is set aside, while it is; `cleaning_due` when its line
    is to be cleaned. `swap` says how far a change of kegs has come, and `new_since` since when a keg is on that the
    scale found and nobody has confirmed yet. `price_cents` is what a serving sells for and `value_left_cents` what the
    beer that is left has cost, in minor units of the bar's currency.
    """

    tap_id: TapId
    beer: Beer | None
    type_id: str | None
    condition: Condition
    level: Level | None
    why: str | None
    servings: int | None
    at: datetime | None
    pouring: bool
    online: bool | None
    damage: str | None = None
    aside: Aside | None = None
    cleaning_due: datetime | None = None
    swap: SwapStep = SwapStep.NONE
    new_since: datetime | None = None
    price_cents: int | None = None
    value_left_cents: int | None = None


def face_of(
    tap: Tap,
    *,
    state: TapState | None,
    beer: Beer | None,
    scale: Scale | None,
    settings: Settings,
    faucet: Tap | None = None,
) -> TapFace:
    """Put a tap's rows together into what a screen shows; `faucet` is another tap that pours from the same keg."""
    level, why = _level(tap, state)
    faucet = faucet or tap
    return TapFace(
        tap_id=faucet.tap_id,
        beer=beer,
        type_id=tap.type_id,
        condition=_condition(level, why, settings, tap),
        level=level,
        why=why.value if why else None,
        servings=beer.serving.in_gallons(level.gallons) if beer and level else None,
        at=state.updated_at if state else None,
        pouring=level is not None and state is not None and state.pouring,
        online=_online(scale),
        aside=_aside(faucet, state),
        cleaning_due=faucet.cleaning_due,
        swap=swap_step(tap, state),
        new_since=tap.swapped_at if tap.found and tap.keg_id and faucet is tap else None,
        price_cents=beer.price_cents if beer else None,
        value_left_cents=_value_left_cents(tap, beer, level),
    )


def is_empty(net_lbs: float, *, load: Load | None) -> bool:
    """Whether so little (net lb) is left of a keg that it is empty: the gas above the beer weighs something too."""
    if load is None:
        return net_lbs <= 0
    capacity = gallons_of(load.full_lbs - load.empty_lbs, specific_gravity=load.specific_gravity)
    return net_lbs <= empty_net_lbs(capacity)


def unreadable_face(tap_id: TapId, *, beer: Beer | None, damage: str) -> TapFace:
    """Give the face of a tap of which a row is damaged: no level, why, and its beer where that is known."""
    return TapFace(
        tap_id=tap_id,
        beer=beer,
        type_id=None,
        condition=Condition.NO_READING,
        level=None,
        why=NoLevel.UNREADABLE.value,
        servings=None,
        at=None,
        pouring=False,
        online=None,
        damage=damage,
    )


def _online(scale: Scale | None) -> bool | None:
    if scale is None or scale.session is None:
        return None
    return {ScaleStatus.ONLINE: True, ScaleStatus.OFFLINE: False}.get(scale.status)


def _aside(tap: Tap, state: TapState | None) -> Aside | None:
    """Give the time the tap is set aside for, unless it is known to be over."""
    over = tap.aside is None or tap.aside.over(state.updated_at if state else None)
    return None if over else tap.aside


def swap_step(tap: Tap, state: TapState | None) -> SwapStep:
    """Say how far a change of kegs has come that is under way."""
    swap = state.swap if state is not None else None
    if swap is None or (swap.keg_id is None and tap.swapped_at is None):
        return SwapStep.NONE
    if swap.placed_at is None:
        return SwapStep.LIFTED
    return SwapStep.UNKNOWN if swap.judged else SwapStep.PLACED


def _value_left_cents(tap: Tap, beer: Beer | None, level: Level | None) -> int | None:
    """What the beer that is left has cost: by the keg's own price, else by what a keg of this beer usually costs."""
    cost_cents = tap.cost_cents if tap.cost_cents is not None else beer.cost_cents if beer else None
    return None if cost_cents is None or level is None else round(cost_cents * level.percent / 100)


def _level(tap: Tap, state: TapState | None) -> tuple[Level | None, NoLevel | None]:
    if tap.keg_id is None:
        return None, _WITHOUT_KEG.get(swap_step(tap, state), NoLevel.NO_KEG)
    load = tap.load
    if load is None:
        return None, NoLevel.NO_TARE
    if state is None or state.keg_id != tap.keg_id:
        return None, NoLevel.NO_READING
    if state.level is NoLevel.LIFTED:
        return None, NoLevel.LIFTED
    if state.shown is None or state.shown.unseated:
        return None, NoLevel.SET_DOWN
    shown = level_of_net(
        state.shown.net_lbs, capacity_lbs=load.full_lbs - load.empty_lbs, specific_gravity=load.specific_gravity
    )
    return shown, None


def _condition(level: Level | None, why: NoLevel | None, settings: Settings, tap: Tap) -> Condition:
    if level is None:
        return _WITHOUT_LEVEL.get(why or NoLevel.NO_KEG, Condition.NO_KEG)
    if is_empty(level.net_lbs, load=tap.load):
        return Condition.EMPTY
    if level.percent <= settings.low_keg_critical_pct:
        return Condition.CHANGE
    return Condition.LOW if level.percent <= settings.low_keg_warning_pct else Condition.OK
