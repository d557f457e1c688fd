"""A host clock that was ahead and is set right: nothing stays behind in the future, and nothing else goes back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from bar import FULL, HALF, ONE, Bar, at, opened, said

from backend.domain.ids import TapId
from backend.domain.member import OWNER
from backend.domain.reading import Reading
from backend.usecases.change_keg import change_keg
from backend.usecases.set_up import place_scale, set_up_tap
from backend.usecases.take_readings import take_readings

AHEAD = 86_400.0
"""A day, in seconds of the story."""


@pytest.fixture
def bar(tmp_path: Path) -> Iterator[Bar]:
    """A keg that was weighed by a clock a day ahead."""
    with opened(tmp_path) as made:
        made.change(second=-60)
        made.take([said(AHEAD, 120.0, seq=1)])
        yield made


def test_readings_after_the_correction_move_the_tap_again(bar: Bar) -> None:
    first = bar.take([said(10, 119.0, seq=2)])
    second = bar.take([said(20, 118.0, seq=3)])

    assert (first.moved, first.clock_set_back) == (1, 1)
    assert (second.moved, second.clock_set_back) == (1, 0)
    assert (bar.state().updated_at, bar.state().weight_lbs) == (at(20), 118.0)
    shown = bar.state().shown
    assert shown is not None
    assert shown.net_lbs == pytest.approx(118.0 - 29.7)


def test_a_level_that_waits_to_be_believed_is_believed_a_minute_after_the_correction(bar: Bar) -> None:
    bar.take([said(AHEAD + 5, 150.0, seq=2)])

    bar.take([said(second, 150.0, seq=10 + second) for second in range(10, 91, 10)])

    shown = bar.state().shown
    assert shown is not None
    assert shown.net_lbs == pytest.approx(150.0 - 29.7)


def test_a_reading_that_its_scale_sent_before_is_no_news_after_a_correction_either(bar: Bar) -> None:
    taken = bar.take([said(10, 119.0, seq=1)])

    assert taken.moved == 0


@pytest.mark.parametrize(("ahead", "scale", "moved"), [(119, 1, 0), (121, 1, 1), (121, 60, 0), (7201, 60, 1)])
def test_a_mark_within_the_tolerance_is_not_passed(bar: Bar, ahead: float, scale: float, moved: int) -> None:
    reading: Reading = said(AHEAD - ahead, 119.0, seq=2)

    taken = take_readings(bar.ports, readings=[reading], tolerance_scale=scale)

    assert (taken.moved, taken.clock_set_back) == (moved, moved)


def test_a_keg_that_was_put_on_by_a_clock_ahead_is_weighed_after_the_correction(bar: Bar) -> None:
    bar.change(second=AHEAD + 60)

    taken = bar.take([said(30, FULL, seq=2)])

    assert taken.moved == 1
    assert bar.state().keg_id == bar.tap().keg_id


def test_a_keg_that_was_put_on_by_a_clock_ahead_can_be_changed_after_the_correction(bar: Bar) -> None:
    bar.change(second=AHEAD + 60)

    keg = change_keg(bar.ports, tap_id=ONE, keg=HALF, at=at(40), member=OWNER, now=at(41))

    assert bar.tap().keg_id == keg.keg_id
    assert bar.take([said(50, FULL, seq=2)]).moved == 1
    assert bar.recorded()[0][2] == keg.keg_id


def test_a_scale_that_was_placed_by_a_clock_ahead_is_heard_after_the_correction(bar: Bar) -> None:
    tap_id = TapId("loc-001", 9)
    set_up_tap(bar.ports, tap_id=tap_id, member=OWNER)
    place_scale(bar.ports, device_id="NEW-1", tap_id=tap_id, member=OWNER, now=at(0) + timedelta(days=1))

    taken = bar.take([said(30, 50.0, device_id="NEW-1")])

    assert (taken.moved, taken.set_apart) == (1, 0)
