"""Why this number: loads what the level of a tap is made of, and says how far each part of it may be off."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.cellar import kegs, rows, scales, taps
from backend.domain.calibration import Calibration
from backend.domain.ids import TapId
from backend.domain.keg import Keg
from backend.domain.ledger import Ledger
from backend.domain.level import Level
from backend.domain.member import Act, Member
from backend.domain.scale import Scale
from backend.domain.tap import Tap, TapState
from backend.domain.units import OZ_PER_GALLON, gallons_of
from backend.domain.why import Fact, Why, together
from backend.domain.why_facts import (
    Weighing,
    books_fact,
    drift_fact,
    factor_fact,
    gas_fact,
    gravity_fact,
    raw_fact,
    swap_fact,
    tare_fact,
    weight_fact,
    zero_fact,
)
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.drift import drift_now
from backend.usecases.wizards import calibration_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """The rows behind a level."""

    tap: Tap
    state: TapState | None
    scale: Scale | None
    calibration: Calibration | None
    keg: Keg | None
    ledger: Ledger | None
    tared_at: datetime | None
    tared_by: str | None


def why(ports: Ports, *, tap_id: TapId, member: Member, now: datetime) -> Why:
    """Give the facts behind a tap's level; of one that shares a keg, those of that keg. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=tap_id.location_id)
    behind = _behind(ports, load.holder(ports, tap_id))
    state, tap = behind.state, behind.tap
    level = state.level if state is not None and isinstance(state.level, Level) else None
    facts = tuple(_facts(ports, behind, level, now))
    off = together(facts) if level is not None else None
    servings = None
    if off is not None and tap.load is not None and tap.beer_id is not None:
        gallons = gallons_of(tap.load.full_lbs - tap.load.empty_lbs, specific_gravity=tap.load.specific_gravity)
        servings = off / 100.0 * gallons * OZ_PER_GALLON / load.beer(ports, tap.beer_id).serving.oz
    return Why(
        tap_id=tap_id,
        level=level,
        no_level=_no_level(behind),
        shown_pct=_shown_pct(tap, state),
        facts=facts,
        plus_minus_pct=off,
        plus_minus_servings=servings,
    )


def _behind(ports: Ports, tap_id: TapId) -> _Behind:
    tap = load.tap(ports, tap_id)
    state = ports.table.get(taps.state_key(tap_id))
    scale = ports.table.get(scales.key(tap.scale_id)) if tap.scale_id else None
    tare = ports.table.get(kegs.tare_key(tap.keg_id)) if tap.keg_id else None
    return _Behind(
        tap=tap,
        state=taps.state_from_item(state) if state else None,
        scale=scales.from_item(scale) if scale else None,
        calibration=calibration_of(ports, tap.scale_id) if tap.scale_id else None,
        keg=load.keg(ports, tap.keg_id) if tap.keg_id else None,
        ledger=load.ledger(ports, tap.keg_id) if tap.keg_id else None,
        tared_at=rows.moment_or_none(tare, "tared_at") if tare else None,
        tared_by=rows.text_or_none(tare, "tared_by") if tare else None,
    )


def _facts(ports: Ports, behind: _Behind, level: Level | None, now: datetime) -> list[Fact]:
    """Those parts of a level that are known, in the order in which they are reckoned."""
    tap, state, keg, calibration = behind.tap, behind.state, behind.keg, behind.calibration
    found: list[Fact] = []
    gross = state.weight_lbs if state is not None else None
    weighing = Weighing(gross_lbs=gross, load=tap.load, level=level)
    span = drift_now(ports, device_id=tap.scale_id, location_id=tap.tap_id.location_id) if tap.scale_id else None
    if state is not None:
        found.append(raw_fact(_raw(ports, state), at=state.updated_at, device_id=state.mark.device_id))
    if tap.scale_id is not None:
        found.append(factor_fact(calibration, span.span if span else None, weighing))
        found.append(zero_fact(calibration, span.zero if span else None, weighing))
    if state is not None:
        found.append(weight_fact(state, weighing))
    if keg is not None and tap.load is not None:
        found.append(tare_fact(keg, weighing, at=behind.tared_at, by=behind.tared_by))
        found.append(gravity_fact(tap.load, weighing))
        found.append(gas_fact(tap.load, weighing))
        found.append(swap_fact(tap, weighing, now=now))
    if span is not None and span.span is not None:
        found.append(drift_fact(span.span))
    if behind.ledger is not None:
        found.append(books_fact(behind.ledger, level))
    return found


def _raw(ports: Ports, state: TapState) -> int | None:
    """The raw count of the newest reading; None where the scale sends none."""
    second = timedelta(seconds=1)
    found = ports.history.readings(tap_id=state.tap_id, start=state.updated_at, end=state.updated_at + second)
    same = [row for row in found if row.boot == state.mark.boot and row.seq == state.mark.seq]
    return same[-1].raw if same else None


def _no_level(behind: _Behind) -> str | None:
    state = behind.state
    if state is None:
        return "no reading yet"
    return None if isinstance(state.level, Level) else state.level.value


def _shown_pct(tap: Tap, state: TapState | None) -> float | None:
    if state is None or state.shown is None or tap.load is None:
        return None
    return min(100.0, 100.0 * state.shown.net_lbs / (tap.load.full_lbs - tap.load.empty_lbs))
