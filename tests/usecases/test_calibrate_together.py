"""Calibrating a scale among people and over time: sleep, reloads, two managers, undo."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from asking import asking, wall
from bar import MANAGER, STAFF, Bar, at
from calibrating import OTHER, SCALE, begin, calibrated, point, save, view
from pretended_scale import PretendedScale

from backend.domain.audit import Deed
from backend.domain.calibration import Method
from backend.domain.member import OWNER, Grant, Member, Role
from backend.domain.refusal import Conflict, Forbidden, NotFound
from backend.domain.wizard import OPEN_FOR, Step
from backend.usecases.audit import view_audit
from backend.usecases.calibrate import begin_calibration, stream_again
from backend.usecases.repeat_commands import repeat_unanswered
from backend.usecases.save_calibration import undo_calibration, view_calibrations
from backend.usecases.wizards import cancel_wizard


@pytest.fixture
def scale(bar: Bar) -> PretendedScale:
    """A scale whose factor is 3 % off: it shows 97 lb where 100 stand."""
    return PretendedScale(asking(bar), factor=9500.0 / 0.97)


def test_a_sleeping_scale_is_waited_for_from_any_browser(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)
    point(bar, scale, 55.116, known=55.116)
    scale.awake = False
    save(bar, scale)

    waiting = view(bar, 600, member=OTHER)
    scale.awake, scale.clock = True, 700
    scale.work()

    assert waiting.wizard is not None
    assert waiting.wizard.step is Step.SENDING
    done = view(bar, 701).wizard
    assert done is not None
    assert done.step is Step.CHECK
    assert scale.rev == 2


def test_a_scale_that_never_answers_lets_it_be_saved_again(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)
    point(bar, scale, 55.116, known=55.116)
    scale.awake = False
    save(bar, scale)

    repeat_unanswered(bar.ports, wall=wall(1000))

    back = view(bar, 1001).wizard
    assert back is not None
    assert back.step is Step.REVIEW
    assert back.problem is not None
    assert "did not answer" in back.problem
    scale.awake, scale.clock = True, 1002
    scale._heard = len(scale.ask.way.said)  # what was given up is not done any more
    assert save(bar, scale).step is Step.SENDING
    scale.work()
    assert scale.rev == 2


def test_what_comes_after_it_was_given_up_is_noted_all_the_same(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)
    point(bar, scale, 55.116, known=55.116)
    scale.awake = False
    save(bar, scale)
    repeat_unanswered(bar.ports, wall=wall(1000))

    scale.awake, scale.clock = True, 1001
    scale.work()

    calibration = view(bar, 1002).calibration
    assert calibration is not None
    assert calibration.rev == scale.rev == 2


def test_a_reload_goes_on_where_it_was(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)

    again = view(bar, 60)
    stream_again(bar.ports, device_id=SCALE, member=MANAGER, now=at(60), wall=wall(60))
    scale.clock = 60
    scale.work()

    assert again.mine
    assert again.open
    assert again.wizard is not None
    assert again.wizard.step is Step.LOADED
    assert point(bar, scale, 55.116, known=55.116).step is Step.REVIEW


def test_a_second_manager_sees_who_is_in_it_and_may_take_over(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)

    seen = view(bar, 5, member=OTHER)
    with pytest.raises(Conflict, match=f"{MANAGER.name} is at this scale"):
        begin(bar, scale, member=OTHER)
    with pytest.raises(Conflict, match=f"{MANAGER.name} is at this scale"):
        point(bar, scale, 0.0, member=OTHER)
    begin(bar, scale, member=OTHER, take_over=True)

    assert (seen.mine, seen.open) == (False, True)
    assert seen.wizard is not None
    assert seen.wizard.by_name == MANAGER.name
    with pytest.raises(Conflict, match="Noor is at this scale"):
        point(bar, scale, 0.0)
    assert point(bar, scale, 0.0, member=OTHER).step is Step.LOADED


def test_what_was_left_lying_too_long_is_begun_again(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    later = OPEN_FOR.total_seconds() + 1
    scale.clock = later

    with pytest.raises(Conflict, match="too long ago"):
        point(bar, scale, 0.0)

    assert view(bar, later).wizard is None
    assert begin(bar, scale, member=OTHER).step is Step.EMPTY


def test_it_can_be_cancelled_and_changes_nothing(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)

    cancel_wizard(bar.ports, device_id=SCALE, member=MANAGER, wall=wall(1))

    assert view(bar, 2).wizard is None
    assert scale.rev == 1
    with pytest.raises(Conflict, match="nothing is under way"):
        cancel_wizard(bar.ports, device_id=SCALE, member=MANAGER, wall=wall(3))


def test_undo_sends_the_former_setting_as_a_new_revision(bar: Bar, scale: PretendedScale) -> None:
    calibrated(bar, scale)
    point(bar, scale, 55.116)
    scale.clock = 100

    undo_calibration(bar.ports, device_id=SCALE, member=MANAGER, now=at(100), wall=wall(100))
    scale.work()

    assert (scale.rev, scale.zero) == (3, 84_000)
    assert scale.factor == pytest.approx(9500 / 0.97, abs=0.01)
    assert [one.method for one in view_calibrations(bar.ports, device_id=SCALE, member=MANAGER)] == [
        Method.UNDONE,
        Method.KNOWN_WEIGHT,
        Method.REPORTED,
    ]
    undone = view(bar, 101).wizard
    assert undone is not None
    assert (undone.step, undone.undone) == (Step.DONE, True)


def test_the_audit_says_who_calibrated_what(bar: Bar, scale: PretendedScale) -> None:
    calibrated(bar, scale)

    entries = view_audit(bar.ports, location_id="loc-001", member=MANAGER, now=at(10**6)).entries

    (entry,) = [one for one in entries if one.deed is Deed.CALIBRATED]
    assert (entry.by, entry.by_name, entry.subject) == (MANAGER.sub, MANAGER.name, SCALE)
    assert (entry.before["rev"], entry.after["rev"]) == (1, 2)


def test_there_is_nothing_to_undo_before_the_first_calibration(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)

    with pytest.raises(Conflict, match="no earlier calibration"):
        undo_calibration(bar.ports, device_id=SCALE, member=MANAGER, now=at(1), wall=wall(1))


def test_staff_may_not_calibrate_and_strangers_see_no_scale(bar: Bar, scale: PretendedScale) -> None:
    stranger = Member(
        sub="x", name="X", ceiling=Role.MANAGER, grants=(Grant(location_id="loc-002", role=Role.MANAGER),)
    )

    with pytest.raises(Forbidden):
        begin(bar, scale, member=STAFF)
    with pytest.raises(NotFound):
        begin(bar, scale, member=stranger)
    with pytest.raises(NotFound):
        view(bar, member=stranger)
    with pytest.raises(NotFound):
        begin_calibration(bar.ports, device_id="SCALE-99", member=OWNER, now=at(0), wall=wall(0))


def test_of_eight_who_begin_at_the_same_moment_one_is_in_it(bar: Bar, scale: PretendedScale) -> None:
    people = [
        Member(
            sub=f"m{n}", name=f"M{n}", ceiling=Role.MANAGER, grants=(Grant(location_id="loc-001", role=Role.MANAGER),)
        )
        for n in range(8)
    ]

    def begun(member: Member) -> str | None:
        try:
            return begin_calibration(bar.ports, device_id=SCALE, member=member, now=at(0), wall=wall(0)).by
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        leaders = [by for by in pool.map(begun, people) if by is not None]
    scale.work()

    assert len(leaders) == 1
    wizard = view(bar, member=people[0]).wizard
    assert wizard is not None
    assert wizard.by == leaders[0]
