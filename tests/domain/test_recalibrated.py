"""A weight by another calibration is told at once: it is neither a pour nor a lift."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.domain.ids import TapId
from backend.domain.reading import Reading
from backend.domain.tap import Tap, TapState, moved_by

T0 = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)
TAP = Tap(
    tap_id=TapId("loc-001", 1),
    scale_id="SCALE-1",
    beer_id="pils",
    keg_id="keg-1",
    type_id="half_barrel",
    tapped_at=T0,
    full_lbs=160.34,
    empty_lbs=29.7,
    specific_gravity=1.010,
)


def reading(second: float, lbs: float, *, cal: int | None, stable: bool = True) -> Reading:
    at = T0 + timedelta(seconds=second)
    return Reading(
        device_id="SCALE-1",
        received_at=at,
        measured_at=at,
        weight_lbs=lbs,
        digest=None,
        boot=1,
        seq=int(second),
        stable=stable,
        cal=cal,
    )


def shown_after(*readings: Reading) -> TapState:
    state = moved_by(None, readings, tap=TAP).state
    assert state is not None
    assert state.shown is not None
    return state


@pytest.mark.parametrize("lbs", [103.0, 97.0, 100.4])
def test_up_or_down_it_is_shown_with_the_first_reading(lbs: float) -> None:
    state = shown_after(reading(1, 100.0, cal=1), reading(31, 100.0, cal=1), reading(40, lbs, cal=2))

    assert state.shown is not None
    assert state.shown.net_lbs == pytest.approx(lbs - 29.7)
    assert not state.pouring
    assert state.mark.cal == 2


def test_without_a_new_revision_a_rise_is_waited_for_as_ever() -> None:
    state = shown_after(reading(1, 100.0, cal=1), reading(31, 100.0, cal=1), reading(40, 103.0, cal=1))

    assert state.shown is not None
    assert state.shown.net_lbs == pytest.approx(70.3)


def test_a_restless_first_weight_is_settled_by_the_next() -> None:
    state = shown_after(reading(1, 100.0, cal=1), reading(40, 96.0, cal=2, stable=False), reading(42, 97.0, cal=2))

    assert state.shown is not None
    assert state.shown.net_lbs == pytest.approx(67.3)
    assert not state.pouring


def test_a_scale_that_tells_no_revision_is_taken_as_one_that_never_changes() -> None:
    state = shown_after(reading(1, 100.0, cal=None), reading(31, 100.0, cal=2), reading(40, 103.0, cal=None))

    assert state.shown is not None
    assert state.shown.net_lbs == pytest.approx(70.3)
