"""A scale whose zero and factor nobody knows is asked for them, and not again and again."""

from collections.abc import Callable

import pytest
from asking import asking, wall
from bar import Bar, at
from pretended_scale import PretendedScale

from backend.domain.reading import StatusReport
from backend.usecases.learn_settings import AGAIN, learn_settings
from backend.usecases.take_statuses import take_statuses
from backend.usecases.wizards import calibration_of


@pytest.fixture
def scale(bar: Bar) -> PretendedScale:
    scale = PretendedScale(asking(bar), rev=3)
    online(bar, here=True)
    return scale


def online(bar: Bar, *, here: bool) -> None:
    report = StatusReport(device_id="SCALE-1", received_at=at(0), online=here, session=1, sent_t=int(at(0).timestamp()))
    take_statuses(bar.ports, reports=[report])


@pytest.fixture
def learn(bar: Bar) -> Callable[[float], int]:
    return lambda second: learn_settings(bar.ports, location_id="loc-001", wall=wall(second))


def test_a_scale_that_is_new_here_tells_its_settings(
    bar: Bar, scale: PretendedScale, learn: Callable[[float], int]
) -> None:
    asked = learn(0)
    scale.work()

    assert asked == 1
    calibration = calibration_of(bar.ports, "SCALE-1")
    assert calibration is not None
    assert (calibration.rev, calibration.zero, calibration.factor) == (3, 84_000, 9500.0)
    assert learn(10_000) == 0


def test_a_scale_that_does_not_answer_is_not_asked_every_minute(
    scale: PretendedScale, learn: Callable[[float], int]
) -> None:
    asked = [learn(second) for second in (0, 60, AGAIN.total_seconds() - 1, AGAIN.total_seconds() + 1)]

    assert asked == [1, 0, 0, 1]
    assert scale.rev == 3


def test_one_that_computes_by_another_revision_is_asked_again(
    bar: Bar, scale: PretendedScale, learn: Callable[[float], int]
) -> None:
    learn(0)
    scale.work()
    scale.rev, scale.factor = 5, 9600.0
    scale.say(10)

    asked = learn(1000)
    scale.clock = 1000
    scale.work()

    assert asked == 1
    calibration = calibration_of(bar.ports, "SCALE-1")
    assert calibration is not None
    assert (calibration.rev, calibration.factor) == (5, 9600.0)


def test_one_that_lost_its_memory_is_believed(bar: Bar, scale: PretendedScale, learn: Callable[[float], int]) -> None:
    learn(0)
    scale.work()
    scale.rev, scale.zero, scale.factor = 0, 0, 9500.0
    scale.say(10)

    learn(1000)
    scale.clock = 1000
    scale.work()

    calibration = calibration_of(bar.ports, "SCALE-1")
    assert calibration is not None
    assert (calibration.rev, calibration.zero) == (0, 0)


def test_one_that_is_away_is_left_alone(bar: Bar, scale: PretendedScale, learn: Callable[[float], int]) -> None:
    online(bar, here=False)

    assert learn(0) == 0
    assert scale.ask.way.said == []
