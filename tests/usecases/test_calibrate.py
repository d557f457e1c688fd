"""Calibrating a scale: from begin to a level that is right, through sleep, reloads, two people and wrong weights."""

from datetime import timedelta

import pytest
from asking import asking, wall
from bar import EMPTY, FULL, MANAGER, STAFF, Bar, at
from pretended_scale import PretendedScale

from backend.domain.audit import Deed
from backend.domain.calibration import CalibrationUpdated, Method
from backend.domain.keg import Tare, TareSource
from backend.domain.level import Level
from backend.domain.member import OWNER, Grant, Member, Role
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.domain.wizard import OPEN_FOR, Step, Wizard
from backend.usecases.audit import view_audit
from backend.usecases.calibrate import (
    begin_calibration,
    look,
    save_calibration,
    stream_again,
    take_point,
    undo_calibration,
    view_calibrations,
)
from backend.usecases.correct import correct_keg
from backend.usecases.repeat_commands import repeat_unanswered
from backend.usecases.wizards import WizardView, cancel_wizard, view_wizard

OTHER = Member(
    sub="manager-2", name="Noor", ceiling=Role.MANAGER, grants=(Grant(location_id="loc-001", role=Role.MANAGER),)
)
SCALE = "SCALE-1"


@pytest.fixture
def scale(bar: Bar) -> PretendedScale:
    """A scale whose factor is 3 % off: it shows 97 lb where 100 stand."""
    return PretendedScale(asking(bar), factor=9500.0 / 0.97)


def view(bar: Bar, second: float = 0, member: Member = MANAGER) -> WizardView:
    return view_wizard(bar.ports, device_id=SCALE, member=member, wall=wall(second), now=at(second))


def begin(bar: Bar, scale: PretendedScale, **what: object) -> Wizard:
    begin_calibration(
        bar.ports,
        device_id=SCALE,
        **{"member": MANAGER, "now": at(scale.clock), "wall": wall(scale.clock), **what},  # type: ignore[arg-type]
    )
    scale.work()
    found = view(bar, scale.clock).wizard
    assert found is not None
    return found


def point(
    bar: Bar, scale: PretendedScale, lbs: float, *, known: float | None = None, member: Member = MANAGER
) -> Wizard:
    scale.load_lbs = lbs
    return take_point(
        bar.ports,
        device_id=SCALE,
        samples=scale.streamed(),
        known_lbs=known,
        member=member,
        now=at(scale.clock),
        wall=wall(scale.clock),
    )


def save(bar: Bar, scale: PretendedScale, *, confirm: bool = False) -> Wizard:
    return save_calibration(
        bar.ports, device_id=SCALE, confirm=confirm, member=MANAGER, now=at(scale.clock), wall=wall(scale.clock)
    )


def calibrated(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)
    point(bar, scale, 55.116, known=55.116)
    save(bar, scale)
    scale.work()


def test_two_points_make_a_scale_right_and_it_is_read_back(bar: Bar, scale: PretendedScale) -> None:
    assert begin(bar, scale).step is Step.EMPTY
    assert point(bar, scale, 0.0).step is Step.LOADED

    reviewed = point(bar, scale, 55.116, known=55.116)
    assert reviewed.step is Step.REVIEW
    assert reviewed.fit is not None
    assert reviewed.fit.change_pct == pytest.approx(-3.0, abs=0.02)

    assert save(bar, scale).step is Step.SENDING
    scale.work()
    assert scale.rev == 2
    assert scale.zero == pytest.approx(84_000, abs=20)
    assert scale.factor == pytest.approx(9500, rel=1e-4)

    after = view(bar)
    assert after.wizard is not None
    assert after.wizard.step is Step.CHECK
    assert point(bar, scale, 55.116).step is Step.DONE
    calibration = view(bar).calibration
    assert calibration is not None
    assert (calibration.rev, calibration.method, calibration.by) == (2, Method.KNOWN_WEIGHT, MANAGER.sub)
    assert calibration.residual_lbs == pytest.approx(0.0, abs=0.02)
    assert calibration.plus_minus_pct == pytest.approx(0.32, abs=0.05)


def test_only_what_the_scale_has_confirmed_is_noted(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)
    point(bar, scale, 55.116, known=55.116)
    save(bar, scale)

    before = view(bar).calibration
    scale.work()
    after = view(bar).calibration

    assert before is not None
    assert after is not None
    assert (before.rev, before.method) == (1, Method.REPORTED)
    assert after.rev == 2
    assert [event.rev for event in bar.told if isinstance(event, CalibrationUpdated)] == [1, 2]


def test_the_level_is_right_at_once_after_it(bar: Bar, scale: PretendedScale) -> None:
    bar.change(second=0)
    scale.load_lbs = 100.0
    scale.say(10)
    scale.say(40)
    calibrated(bar, scale)
    scale.load_lbs = 100.0

    scale.say(70)

    state = bar.state()
    assert isinstance(state.level, Level)
    assert state.weight_lbs == pytest.approx(100.0, abs=0.1)
    assert state.shown is not None
    assert state.shown.net_lbs == pytest.approx(100.0 - EMPTY, abs=0.1)
    assert not state.shown.pouring
    assert bar.pours() == []


def test_the_weights_of_the_past_stay_what_was_measured(bar: Bar, scale: PretendedScale) -> None:
    bar.change(second=0)
    scale.load_lbs = 100.0
    scale.say(10)
    calibrated(bar, scale)
    scale.load_lbs = 100.0
    scale.say(70)

    assert [round(lbs) for _, lbs, _ in bar.recorded()] == [97, 100]


def test_a_platform_that_moves_is_not_measured(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    scale.stable = False

    with pytest.raises(Invalid, match="does not stand still"):
        point(bar, scale, 0.0)

    still = look(scale.streamed(), wizard=view(bar).wizard)  # type: ignore[arg-type]
    assert still is not None
    assert not still.steady


def test_a_large_change_must_be_confirmed(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)
    reviewed = point(bar, scale, 44.092, known=55.116)  # the wrong one of two weights
    assert reviewed.fit is not None
    assert reviewed.fit.must_be_confirmed

    with pytest.raises(Invalid, match=r"changes by -22\.\d %: confirm"):
        save(bar, scale)

    assert save(bar, scale, confirm=True).step is Step.SENDING


def test_a_weight_that_reads_back_wrong_is_said_with_what_to_do(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)
    point(bar, scale, 55.116, known=55.116)
    save(bar, scale)
    scale.work()

    checked = point(bar, scale, 57.0)

    assert checked.step is Step.CHECK
    assert checked.problem is not None
    assert "57.0 lb are read where 55.1 lb should be" in checked.problem
    assert point(bar, scale, 0.0).step is Step.DONE


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


def test_a_fresh_full_keg_calibrates_without_an_empty_platform(bar: Bar, scale: PretendedScale) -> None:
    bar.change(second=0)
    assert begin(bar, scale, method=Method.FULL_KEG).step is Step.LOADED

    reviewed = point(bar, scale, FULL)
    save(bar, scale)
    scale.work()

    assert reviewed.known is not None
    assert reviewed.known.known_lbs == pytest.approx(FULL, abs=0.01)
    assert reviewed.fit is not None
    assert reviewed.fit.plus_minus_pct == pytest.approx(1.45, abs=0.1)
    assert scale.factor == pytest.approx(9500, rel=1e-3)


def test_a_keg_that_was_poured_from_calibrates_nothing(bar: Bar, scale: PretendedScale) -> None:
    from bar import claim, said

    bar.change(second=0)
    bar.take([said(10, FULL), said(400, FULL - 20, pour=claim(100, FULL, 300))])

    with pytest.raises(Invalid, match="poured from this keg already"):
        begin(bar, scale, method=Method.FULL_KEG)


def test_without_a_keg_there_is_no_full_one(bar: Bar, scale: PretendedScale) -> None:
    with pytest.raises(Conflict, match="no keg stands on this scale"):
        begin(bar, scale, method=Method.FULL_KEG)


@pytest.mark.parametrize("known", [None, 2.2, 900.0])
def test_a_weight_that_cannot_be_is_refused(bar: Bar, scale: PretendedScale, known: float | None) -> None:
    begin(bar, scale)
    point(bar, scale, 0.0)

    with pytest.raises(Invalid, match=r"known weight|cannot calibrate"):
        point(bar, scale, 55.0, known=known)


def test_a_method_that_is_none_is_refused(bar: Bar, scale: PretendedScale) -> None:
    with pytest.raises(Invalid, match="choose a known weight"):
        begin(bar, scale, method=Method.ZERO)


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


def test_a_fresh_keg_is_warned_of_because_the_cell_still_creeps(bar: Bar) -> None:
    bar.change(second=0)

    early = view(bar, 60).warnings
    late = view(bar, timedelta(minutes=31).total_seconds()).warnings

    assert len(early) == 1
    assert "better in 29 min" in early[0]
    assert late == ()


def test_a_tare_that_held_the_error_of_its_scale_is_inferred_again(bar: Bar, scale: PretendedScale) -> None:
    """The scale showed 155.5 lb of a full keg of 160.3, so its shell was taken for 24.9 lb."""
    begin(bar, scale)
    keg = bar.change(second=1)
    scale.load_lbs = FULL
    inferred = Tare(empty_lbs=0.97 * FULL - keg.beer_lbs, source=TareSource.INFERRED_FROM_FULL)
    correct_keg(bar.ports, keg_id=keg.keg_id, tare=inferred, member=MANAGER, now=at(60))
    scale.say(10)
    calibrated(bar, scale)

    again = bar.keg(keg.keg_id)
    scale.load_lbs = FULL
    scale.say(70)

    assert again.tare.source is TareSource.INFERRED_FROM_FULL
    assert again.tare.empty_lbs == pytest.approx(EMPTY, abs=0.1)
    level = bar.state().level
    assert isinstance(level, Level)
    assert level.percent == pytest.approx(100.0, abs=0.1)


def test_a_shell_that_was_weighed_elsewhere_stays_what_it_is(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    keg = bar.change(second=1)
    stamped = Tare(empty_lbs=30.2, source=TareSource.STAMPED)
    correct_keg(bar.ports, keg_id=keg.keg_id, tare=stamped, member=MANAGER, now=at(60))

    calibrated(bar, scale)

    assert bar.keg(keg.keg_id).tare == stamped
