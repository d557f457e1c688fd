"""Calibrating a scale: two points or a full keg make it right; weights that cannot be are refused."""

from datetime import timedelta

import pytest
from asking import asking, wall
from bar import EMPTY, FULL, MANAGER, Bar, at
from calibrating import SCALE, begin, calibrated, point, save, view
from pretended_scale import PretendedScale

from backend.domain.calibration import CalibrationUpdated, Method
from backend.domain.keg import Tare, TareSource
from backend.domain.level import Level
from backend.domain.refusal import Conflict, Invalid
from backend.domain.wizard import Step
from backend.usecases.calibrate import NotEmpty, finish_unread, look, measure_again, take_point
from backend.usecases.correct import correct_keg


@pytest.fixture
def scale(bar: Bar) -> PretendedScale:
    """A scale whose factor is 3 % off: it shows 97 lb where 100 stand."""
    return PretendedScale(asking(bar), factor=9500.0 / 0.97)


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


def test_samples_of_a_stream_that_has_ended_are_no_point(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    gathered = scale.streamed()
    times = {"now": at(10), "wall": wall(10)}

    with pytest.raises(Conflict, match="stopped streaming"):
        take_point(bar.ports, device_id=SCALE, samples=gathered, member=MANAGER, **times)


def test_each_step_can_be_measured_again(bar: Bar, scale: PretendedScale) -> None:
    begin(bar, scale)
    point(bar, scale, 0.4)
    point(bar, scale, 55.116, known=44.092)
    times = {"now": at(0), "wall": wall(0)}

    steps = [measure_again(bar.ports, device_id=SCALE, member=MANAGER, **times).step for _ in range(2)]
    scale.work()
    point(bar, scale, 0.0)
    reviewed = point(bar, scale, 55.116, known=55.116)

    assert steps == [Step.LOADED, Step.EMPTY]
    assert reviewed.fit is not None
    assert reviewed.fit.change_pct == pytest.approx(-3.0, abs=0.02)
    assert reviewed.fit.zero == pytest.approx(84_000, abs=20)


def test_a_full_keg_is_measured_again_too_and_has_no_step_before(bar: Bar, scale: PretendedScale) -> None:
    bar.change(second=0)
    begin(bar, scale, method=Method.FULL_KEG)
    point(bar, scale, FULL - 3)
    times = {"now": at(0), "wall": wall(0)}

    again = measure_again(bar.ports, device_id=SCALE, member=MANAGER, **times)
    scale.work()

    assert (again.step, again.zero, again.fit) == (Step.LOADED, None, None)
    with pytest.raises(Conflict, match="no step before"):
        measure_again(bar.ports, device_id=SCALE, member=MANAGER, **times)
    assert point(bar, scale, FULL).step is Step.REVIEW


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


def test_a_loaded_platform_is_measured_as_empty_only_once_somebody_says_that_it_is(
    bar: Bar, scale: PretendedScale
) -> None:
    begin(bar, scale)
    scale.load_lbs = 121.4
    times = {"now": at(scale.clock), "wall": wall(scale.clock)}

    with pytest.raises(NotEmpty, match=r"^11\d\.\d lb stand there by the present calibration\. Is the platform really"):
        point(bar, scale, 121.4)
    taken = take_point(bar.ports, device_id=SCALE, samples=scale.streamed(), confirm=True, member=MANAGER, **times)

    assert taken.step is Step.LOADED


def test_a_keg_that_is_back_blames_no_calibration_and_it_can_be_finished_unread(
    bar: Bar, scale: PretendedScale
) -> None:
    calibrated(bar, scale)

    other = point(bar, scale, 121.4)
    finished = finish_unread(bar.ports, device_id=SCALE, member=MANAGER, wall=wall(scale.clock))

    assert other.step is Step.CHECK
    assert other.problem is not None
    assert "121.4 lb are read: neither the empty platform nor your weight (55.1 lb)" in other.problem
    assert "undo" not in other.problem
    assert (finished.step, finished.residual_lbs, finished.problem) == (Step.DONE, None, None)
    with pytest.raises(Conflict):
        finish_unread(bar.ports, device_id=SCALE, member=MANAGER, wall=wall(scale.clock))


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
