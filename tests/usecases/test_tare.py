"""Taring with one touch and an answer of the scale: platform, empty keg, full keg; refused, checked, taken back."""

import pytest
from asking import asking, wall
from bar import EMPTY, FULL, MANAGER, ONE, STAFF, TWO, Bar, at, claim, said
from pretended_scale import PretendedScale

from backend.domain.audit import Deed
from backend.domain.calibration import Method
from backend.domain.command import CommandName
from backend.domain.keg import TareSource
from backend.domain.level import Level
from backend.domain.member import OWNER, Grant, Member, Role
from backend.domain.refusal import Conflict, Invalid, NotFound
from backend.domain.wizard import UNDO_FOR, Step, TareOf, Wizard
from backend.usecases.audit import view_audit
from backend.usecases.calibrate import begin_calibration
from backend.usecases.repeat_commands import repeat_unanswered
from backend.usecases.tare import tare, undo_tare
from backend.usecases.wizards import calibration_of, view_wizard

SCALE = "SCALE-1"
WEIGHED = 31.4
"""What the shell of these kegs really weighs (lb), beside a usual 29.7."""


@pytest.fixture
def scale(bar: Bar) -> PretendedScale:
    return PretendedScale(asking(bar))


def tared(
    bar: Bar, scale: PretendedScale, tare_of: TareOf, *, lbs: float = 0.0, second: float = 100, member: Member = STAFF
) -> Wizard:
    """Say Tare once, let the scale answer, and look."""
    scale.load_lbs, scale.clock = lbs, second
    tare(bar.ports, tap_id=ONE, tare_of=tare_of, member=member, now=at(second), wall=wall(second))
    scale.work()
    return looked(bar, second)


def looked(bar: Bar, second: float = 100) -> Wizard:
    found = view_wizard(bar.ports, device_id=SCALE, member=STAFF, wall=wall(second), now=at(second)).wizard
    assert found is not None
    return found


def undone(bar: Bar, scale: PretendedScale, second: float) -> Wizard:
    scale.clock = second
    undo_tare(bar.ports, tap_id=ONE, member=STAFF, now=at(second), wall=wall(second))
    scale.work()
    return looked(bar, second)


def test_a_platform_near_zero_is_left_as_it_is(bar: Bar, scale: PretendedScale) -> None:
    done = tared(bar, scale, TareOf.PLATFORM, lbs=0.05)

    assert (done.step, scale.rev) == (Step.DONE, 1)
    assert done.residual_lbs == pytest.approx(0.05, abs=0.02)
    assert not done.may_be_undone(wall(101))


def test_a_platform_a_little_off_is_set_to_zero_and_read_back(bar: Bar, scale: PretendedScale) -> None:
    done = tared(bar, scale, TareOf.PLATFORM, lbs=0.4)

    assert done.step is Step.DONE
    assert done.residual_lbs == pytest.approx(0.0, abs=0.02)
    assert (scale.rev, scale.factor) == (2, 9500.0)
    assert scale.zero == pytest.approx(84_000 + 0.4 * 9500, abs=80)
    calibration = calibration_of(bar.ports, SCALE)
    assert calibration is not None
    assert (calibration.method, calibration.by, calibration.rev) == (Method.ZERO, STAFF.sub, 2)


def test_a_platform_that_was_set_to_zero_can_be_set_back(bar: Bar, scale: PretendedScale) -> None:
    tared(bar, scale, TareOf.PLATFORM, lbs=0.4)

    back = undone(bar, scale, 200)

    assert (back.step, back.undone) == (Step.DONE, True)
    assert (scale.rev, scale.zero) == (3, 84_000)
    with pytest.raises(Conflict, match="can be taken back"):
        undo_tare(bar.ports, tap_id=ONE, member=STAFF, now=at(300), wall=wall(300))


def test_taking_a_zero_back_can_be_tried_again_where_the_scale_was_away(bar: Bar, scale: PretendedScale) -> None:
    tared(bar, scale, TareOf.PLATFORM, lbs=0.4)
    scale.awake = False
    undone(bar, scale, 200)

    repeat_unanswered(bar.ports, wall=wall(2000))
    still = looked(bar, 2000)
    scale.awake, scale._heard = True, len(scale.ask.way.said)
    back = undone(bar, scale, 2100)

    assert still.may_be_undone(wall(2000))
    assert still.problem is not None
    assert (back.step, back.undone) == (Step.DONE, True)
    assert scale.zero == 84_000


@pytest.mark.parametrize("lbs", [WEIGHED, FULL, -8.0])
def test_a_platform_that_carries_something_is_never_set_to_zero(bar: Bar, scale: PretendedScale, lbs: float) -> None:
    no = tared(bar, scale, TareOf.PLATFORM, lbs=lbs)

    assert no.step is Step.REFUSED
    assert no.problem is not None
    assert "take everything off" in no.problem
    assert scale.rev == 1


def test_an_empty_keg_gives_its_tare_and_its_level_back_to_its_start(bar: Bar, scale: PretendedScale) -> None:
    keg = bar.change(second=0)
    bar.take([said(10, 100.0)])

    done = tared(bar, scale, TareOf.EMPTY_KEG, lbs=WEIGHED)

    assert done.step is Step.DONE
    stands = bar.keg(keg.keg_id)
    assert stands.tare.source is TareSource.WEIGHED_EMPTY
    assert stands.tare.empty_lbs == pytest.approx(WEIGHED, abs=0.02)
    level = bar.state().level
    assert isinstance(level, Level)
    assert level.net_lbs == pytest.approx(100.0 - WEIGHED, abs=0.02)
    assert scale.rev == 1


def test_a_full_keg_gives_its_tare_from_its_beer(bar: Bar, scale: PretendedScale) -> None:
    keg = bar.change(second=0)
    full = FULL - EMPTY + WEIGHED
    bar.take([said(10, full)])

    done = tared(bar, scale, TareOf.FULL_KEG, lbs=full)

    assert done.step is Step.DONE
    stands = bar.keg(keg.keg_id)
    assert stands.tare.source is TareSource.INFERRED_FROM_FULL
    assert stands.tare.empty_lbs == pytest.approx(WEIGHED, abs=0.02)
    level = bar.state().level
    assert isinstance(level, Level)
    assert level.percent == pytest.approx(100.0, abs=0.1)


def test_a_tare_can_be_taken_back_for_a_day(bar: Bar, scale: PretendedScale) -> None:
    keg = bar.change(second=0)
    bar.take([said(10, 100.0)])
    tared(bar, scale, TareOf.EMPTY_KEG, lbs=WEIGHED)

    back = undone(bar, scale, 110)

    assert back.undone
    assert bar.keg(keg.keg_id).tare == keg.tare
    level = bar.state().level
    assert isinstance(level, Level)
    assert level.net_lbs == pytest.approx(100.0 - EMPTY, abs=0.01)


def test_a_day_later_it_stands(bar: Bar, scale: PretendedScale) -> None:
    bar.change(second=0)
    tared(bar, scale, TareOf.EMPTY_KEG, lbs=WEIGHED)
    later = 100 + UNDO_FOR.total_seconds()

    with pytest.raises(Conflict, match="tare it anew"):
        undo_tare(bar.ports, tap_id=ONE, member=STAFF, now=at(later), wall=wall(later))


@pytest.mark.parametrize(
    ("tare_of", "lbs", "why"),
    [
        (TareOf.EMPTY_KEG, 87.3, "is no empty Half barrel"),
        (TareOf.EMPTY_KEG, 0.1, "is no empty Half barrel"),
        (TareOf.FULL_KEG, 87.3, "is no full Half barrel"),
        (TareOf.FULL_KEG, 30.0, "is no full Half barrel"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    bar: Bar, scale: PretendedScale, tare_of: TareOf, lbs: float, why: str
) -> None:
    keg = bar.change(second=0)

    no = tared(bar, scale, tare_of, lbs=lbs)

    assert no.step is Step.REFUSED
    assert no.problem is not None
    assert why in no.problem
    assert bar.keg(keg.keg_id).tare == keg.tare


def test_a_weight_that_moves_is_refused_with_what_to_do(bar: Bar, scale: PretendedScale) -> None:
    scale.stable = False

    no = tared(bar, scale, TareOf.PLATFORM)

    assert (no.step, no.problem) == (
        Step.REFUSED,
        "the weight is moving: let go, wait until it is still, and try again",
    )


def test_a_platform_that_is_restless_after_its_zero_was_set_is_read_again(bar: Bar, scale: PretendedScale) -> None:
    scale.restless_after_set = 2

    done = tared(bar, scale, TareOf.PLATFORM, lbs=0.4)

    assert done.step is Step.DONE
    asked = [message["command"] for message in scale.ask.way.messages]
    assert asked == ["get_config", "tare", "set_config", "tare", "tare", "tare"]


def test_a_platform_that_stays_restless_is_given_up(bar: Bar, scale: PretendedScale) -> None:
    scale.restless_after_set, scale.slow = 10**6, 2.0

    no = tared(bar, scale, TareOf.PLATFORM, lbs=0.4)

    assert no.step is Step.REFUSED
    assert no.problem is not None
    assert "the weight is moving" in no.problem
    assert len(scale.ask.way.said) < 20


def test_a_scale_that_is_away_says_so_and_nothing_hangs(bar: Bar, scale: PretendedScale) -> None:
    scale.awake = False
    tared(bar, scale, TareOf.PLATFORM)
    assert looked(bar).step is Step.ASKING

    repeat_unanswered(bar.ports, wall=wall(200))

    no = looked(bar, 200)
    assert no.step is Step.REFUSED
    assert no.problem is not None
    assert "did not answer" in no.problem
    scale.awake = True
    assert tared(bar, scale, TareOf.PLATFORM, second=300).step is Step.DONE


def test_a_keg_that_was_poured_from_is_not_weighed_full(bar: Bar, scale: PretendedScale) -> None:
    bar.change(second=0)
    bar.take([said(10, FULL), said(400, FULL - 20, pour=claim(100, FULL, 300))])

    with pytest.raises(Invalid, match="were poured from"):
        tared(bar, scale, TareOf.FULL_KEG, lbs=FULL - 20, second=500)


def test_a_shell_that_was_weighed_is_not_guessed_again(bar: Bar, scale: PretendedScale) -> None:
    bar.change(second=0)
    tared(bar, scale, TareOf.EMPTY_KEG, lbs=WEIGHED)

    no = tared(bar, scale, TareOf.FULL_KEG, lbs=FULL, second=110)

    assert no.step is Step.REFUSED
    assert no.problem is not None
    assert "is known" in no.problem


@pytest.mark.parametrize("tare_of", [TareOf.EMPTY_KEG, TareOf.FULL_KEG])
def test_without_a_keg_there_is_no_shell_to_weigh(bar: Bar, scale: PretendedScale, tare_of: TareOf) -> None:
    with pytest.raises(Conflict, match="which keg stands there"):
        tared(bar, scale, tare_of)


def test_a_tap_without_a_scale_cannot_be_tared(bar: Bar) -> None:
    elsewhere = Member(sub="s", name="S", ceiling=Role.STAFF, grants=(Grant(location_id="loc-002", role=Role.STAFF),))

    with pytest.raises(NotFound):
        tare(bar.ports, tap_id=TWO, tare_of=TareOf.PLATFORM, member=elsewhere, now=at(0), wall=wall(0))
    from bar import ELSEWHERE

    with pytest.raises(Conflict, match="no scale stands under tap"):
        tare(bar.ports, tap_id=ELSEWHERE, tare_of=TareOf.PLATFORM, member=OWNER, now=at(0), wall=wall(0))


def test_a_calibration_under_way_is_not_disturbed(bar: Bar, scale: PretendedScale) -> None:
    begin_calibration(bar.ports, device_id=SCALE, member=MANAGER, now=at(0), wall=wall(0))

    with pytest.raises(Conflict, match=f"{MANAGER.name} is at this scale"):
        tared(bar, scale, TareOf.PLATFORM)


def test_an_answer_that_is_delivered_again_does_nothing(bar: Bar, scale: PretendedScale) -> None:
    bar.change(second=0)
    tared(bar, scale, TareOf.PLATFORM, lbs=0.4)
    sent = list(scale.ask.way.said)
    first = looked(bar)

    scale._heard = 0
    scale.work()

    assert scale.ask.way.said == sent
    assert looked(bar) == first
    assert scale.rev == 2


def test_one_touch_is_enough_and_the_audit_tells_of_it(bar: Bar, scale: PretendedScale) -> None:
    keg = bar.change(second=0)

    tared(bar, scale, TareOf.EMPTY_KEG, lbs=WEIGHED)

    asked = [message["command"] for message in scale.ask.way.messages]
    assert asked == [CommandName.GET_CONFIG, CommandName.TARE]
    entries = view_audit(bar.ports, location_id="loc-001", member=MANAGER, now=at(10**6)).entries
    (entry,) = [one for one in entries if one.deed is Deed.TARED]
    assert (entry.by, entry.by_name, entry.subject) == (STAFF.sub, STAFF.name, keg.keg_id)
    assert entry.before["source"] == "type_default"
    assert entry.after["source"] == "weighed_empty"
