"""What the pages of a scale ask for: a stream for whoever tares, the tares before, and a scale in full."""

import pytest
from asking import asking, wall
from bar import MANAGER, ONE, STAFF, Bar, at
from pretended_scale import PretendedScale

from backend.domain.audit import Deed
from backend.domain.command import CommandName
from backend.domain.ids import TapId
from backend.domain.member import Grant, Member, Role
from backend.domain.refusal import NotFound
from backend.domain.wizard import TareOf
from backend.usecases.commands import view_commands
from backend.usecases.tare import tare, undo_tare
from backend.usecases.view_scale import view_scale
from backend.usecases.view_tares import view_tares
from backend.usecases.watch_scale import watch_scale
from backend.usecases.wizards import calibration_of

SCALE = "SCALE-1"
STRANGER = Member(
    sub="stranger", name="Stranger", ceiling=Role.MANAGER, grants=(Grant(location_id="loc-009", role=Role.MANAGER),)
)


@pytest.fixture
def scale(bar: Bar) -> PretendedScale:
    return PretendedScale(asking(bar))


def watched(bar: Bar, second: float, member: Member = STAFF) -> list[CommandName]:
    watch_scale(bar.ports, tap_id=ONE, member=member, now=at(second), wall=wall(second))
    return [one.name for one in view_commands(bar.ports, device_id=SCALE, member=MANAGER)]


def test_staff_may_let_a_scale_stream_and_it_is_asked_once_what_it_computes_with(
    bar: Bar, scale: PretendedScale
) -> None:
    first = watched(bar, 10)
    scale.clock = 10
    scale.work()
    again = watched(bar, 70)

    assert sorted(first) == [CommandName.GET_CONFIG, CommandName.STREAM]
    assert calibration_of(bar.ports, SCALE) is not None
    assert sorted(again) == [CommandName.GET_CONFIG, CommandName.STREAM, CommandName.STREAM]


def test_nobody_of_another_bar_watches_or_looks(bar: Bar) -> None:
    with pytest.raises(NotFound):
        watch_scale(bar.ports, tap_id=ONE, member=STRANGER, now=at(10), wall=wall(10))
    with pytest.raises(NotFound):
        view_tares(bar.ports, tap_id=ONE, member=STRANGER, now=at(10))
    with pytest.raises(NotFound):
        view_scale(bar.ports, device_id=SCALE, member=STRANGER)


def test_the_tares_of_a_tap_are_told_newest_first_to_staff_too(bar: Bar, scale: PretendedScale) -> None:
    scale.load_lbs, scale.clock = 0.4, 100
    tare(bar.ports, tap_id=ONE, tare_of=TareOf.PLATFORM, member=STAFF, now=at(100), wall=wall(100))
    scale.work()
    scale.clock = 200
    undo_tare(bar.ports, tap_id=ONE, member=STAFF, now=at(200), wall=wall(200))
    scale.work()

    found = view_tares(bar.ports, tap_id=ONE, member=STAFF, now=at(300))

    assert [one.deed for one in found] == [Deed.TARE_UNDONE, Deed.TARED]
    assert {one.by for one in found} == {STAFF.sub}
    assert view_tares(bar.ports, tap_id=TapId("loc-001", 2), member=STAFF, now=at(300)) == []


def test_a_scale_in_full_tells_every_calibration_it_had(bar: Bar, scale: PretendedScale) -> None:
    before = view_scale(bar.ports, device_id=SCALE, member=STAFF)
    scale.load_lbs, scale.clock = 0.4, 100
    tare(bar.ports, tap_id=ONE, tare_of=TareOf.PLATFORM, member=STAFF, now=at(100), wall=wall(100))
    scale.work()
    after = view_scale(bar.ports, device_id=SCALE, member=STAFF)

    assert (before.calibration, before.calibrations, before.tap_id) == (None, (), ONE)
    assert after.calibration is not None
    assert [one.rev for one in after.calibrations] == [2, 1]
    assert after.drift.span is None
