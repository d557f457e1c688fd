"""Each bar keeps its readings as long as its own setting says."""

from datetime import timedelta

import pytest
from bar import ELSEWHERE, ONE, T0, Bar

from backend.domain.ids import TapId
from backend.domain.location import FOR_EVER, Location, Settings
from backend.domain.member import OWNER
from backend.ports import Recorded
from backend.usecases.retention import forget_old_readings
from backend.usecases.set_up import open_location

DAYS = 40


def daily(tap_id: TapId) -> list[Recorded]:
    """A reading a day, the last one today."""
    return [
        Recorded(
            device_id=f"SCALE-{tap_id}",
            boot=1,
            seq=number,
            digest=None,
            measured_at=T0 - timedelta(days=DAYS - 1 - number),
            received_at=T0,
            tap_id=tap_id,
            keg_id=None,
            weight_lbs=100.0,
        )
        for number in range(DAYS)
    ]


def keep(bar: Bar, location_id: str, days: float) -> None:
    location = Location(location_id=location_id, name="Bar", timezone="UTC", settings=Settings(history_days=days))
    open_location(bar.ports, location=location, member=OWNER)


@pytest.mark.parametrize(("days", "left"), [(FOR_EVER, DAYS), (365, DAYS), (30, 31), (7, 8)])
def test_readings_older_than_the_setting_are_forgotten(bar: Bar, days: float, left: int) -> None:
    bar.ports.history.record(daily(ONE))
    keep(bar, ONE.location_id, days)

    while forget_old_readings(bar.ports, now=T0):
        pass

    assert bar.ports.history.count() == left


def test_every_location_has_its_own_setting(bar: Bar) -> None:
    bar.ports.history.record([*daily(ONE), *daily(ELSEWHERE)])
    keep(bar, ONE.location_id, 30)
    keep(bar, ELSEWHERE.location_id, 7)

    while forget_old_readings(bar.ports, now=T0):
        pass

    span = {"start": T0 - timedelta(days=99), "end": T0 + timedelta(days=1)}
    assert [len(bar.ports.history.readings(tap_id=tap_id, **span)) for tap_id in (ONE, ELSEWHERE)] == [31, 8]
