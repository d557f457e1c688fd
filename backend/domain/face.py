"""The face of a tap: all that a screen shows of it, and the word for how it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.level import Level, NoLevel, level_of_net
from backend.domain.location import Settings
from backend.domain.scale import Scale, ScaleStatus
from backend.domain.tap import Tap, TapState

EMPTY_LBS: Final = 0.6
"""Net weight at which a keg counts as empty: the gas in an emptied half barrel alone weighs about 0.46 lb."""


class Condition(StrEnum):
    """How a tap stands, in the order in which a bartender should care."""

    EMPTY = "empty"
    CHANGE = "change"
    LOW = "low"
    LIFTED = "lifted"
    NO_KEG = "no_keg"
    NO_READING = "no_reading"
    OK = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class TapFace:
    """What a screen shows of a tap; `level` is the shown one, None with a reason in `why`.

    `at` is when the reading behind it was measured; `online` is False once the scale's last will was heard.
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


def face_of(tap: Tap, *, state: TapState | None, beer: Beer | None, scale: Scale | None, settings: Settings) -> TapFace:
    """Put a tap's rows together into what a screen shows."""
    level, why = _level(tap, state)
    return TapFace(
        tap_id=tap.tap_id,
        beer=beer,
        type_id=tap.type_id,
        condition=_condition(level, why, settings),
        level=level,
        why=why.value if why else None,
        servings=beer.serving.in_gallons(level.gallons) if beer and level else None,
        at=state.updated_at if state else None,
        pouring=state.pouring if state else False,
        online=None if scale is None else scale.status is ScaleStatus.ONLINE,
    )


def _level(tap: Tap, state: TapState | None) -> tuple[Level | None, NoLevel | None]:
    if tap.keg_id is None:
        return None, NoLevel.NO_KEG
    load = tap.load
    if load is None:
        return None, NoLevel.NO_TARE
    if state is None or state.keg_id != tap.keg_id:
        return None, NoLevel.NO_READING
    if state.level is NoLevel.LIFTED or state.shown is None:
        return None, NoLevel.LIFTED
    shown = level_of_net(
        state.shown.net_lbs, capacity_lbs=load.full_lbs - load.empty_lbs, specific_gravity=load.specific_gravity
    )
    return shown, None


def _condition(level: Level | None, why: NoLevel | None, settings: Settings) -> Condition:
    if level is None:
        return {NoLevel.LIFTED: Condition.LIFTED, NoLevel.NO_READING: Condition.NO_READING}.get(
            why or NoLevel.NO_KEG, Condition.NO_KEG
        )
    if level.net_lbs <= EMPTY_LBS:
        return Condition.EMPTY
    if level.percent <= settings.low_keg_critical_pct:
        return Condition.CHANGE
    return Condition.LOW if level.percent <= settings.low_keg_warning_pct else Condition.OK
