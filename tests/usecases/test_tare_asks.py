"""A tare that looks wrong is asked about first, and one that others went on from is not taken back over them."""

import pytest
from asking import asking, wall
from bar import EMPTY, FULL, MANAGER, ONE, STAFF, Bar, at, said
from pretended_scale import PretendedScale

from backend.domain.ids import TapId
from backend.domain.keg import Tare, TareSource
from backend.domain.member import OWNER
from backend.domain.refusal import Conflict
from backend.domain.wizard import Step, TareOf, Wizard
from backend.usecases.correct import correct_keg
from backend.usecases.set_up import set_up_tap
from backend.usecases.share_keg import share_keg
from backend.usecases.tare import tare, undo_tare
from backend.usecases.wizards import WizardView, view_wizard

GALLON = (FULL - EMPTY) / 15.5
THREE = TapId("loc-001", 3)


@pytest.fixture
def scale(bar: Bar) -> PretendedScale:
    return PretendedScale(asking(bar))


def looked(bar: Bar, second: float = 100) -> WizardView:
    return view_wizard(bar.ports, device_id="SCALE-1", member=STAFF, wall=wall(second), now=at(second))


def tared(
    bar: Bar,
    scale: PretendedScale,
    of: TareOf,
    lbs: float,
    *,
    tap_id: TapId = ONE,
    confirmed: float | None = None,
    second: float = 100,
) -> Wizard:
    scale.load_lbs, scale.clock = lbs, second
    now, moment = at(second), wall(second)
    tare(bar.ports, tap_id=tap_id, tare_of=of, member=STAFF, now=now, wall=moment, confirmed_lbs=confirmed)
    scale.work()
    found = looked(bar, second).wizard
    assert found is not None
    return found


def undone(bar: Bar, second: float = 200, *, tap_id: TapId = ONE) -> Wizard:
    return undo_tare(bar.ports, tap_id=tap_id, member=STAFF, now=at(second), wall=wall(second))


def test_a_steady_hand_on_the_platform_is_asked_about_with_the_figure(bar: Bar, scale: PretendedScale) -> None:
    asked = tared(bar, scale, TareOf.PLATFORM, 4.8)

    assert (asked.step, asked.asks, scale.rev) == (Step.REFUSED, True, 1)
    assert asked.residual_lbs == pytest.approx(4.8, abs=0.02)
    assert asked.problem is not None
    assert "reads +4.8 lb" in asked.problem


def test_a_zero_that_is_confirmed_is_set(bar: Bar, scale: PretendedScale) -> None:
    asked = tared(bar, scale, TareOf.PLATFORM, 4.8)

    done = tared(bar, scale, TareOf.PLATFORM, 4.8, confirmed=asked.residual_lbs, second=110)

    assert (done.step, done.asks, scale.rev) == (Step.DONE, False, 2)


def test_another_figure_than_the_confirmed_one_is_asked_about_again(bar: Bar, scale: PretendedScale) -> None:
    asked = tared(bar, scale, TareOf.PLATFORM, 4.8)

    again = tared(bar, scale, TareOf.PLATFORM, 2.0, confirmed=asked.residual_lbs, second=110)

    assert (again.asks, scale.rev) == (True, 1)
    assert again.residual_lbs == pytest.approx(2.0, abs=0.02)


def test_a_confirmed_zero_after_which_the_scale_rests_below_it_is_told(bar: Bar, scale: PretendedScale) -> None:
    tared(bar, scale, TareOf.PLATFORM, 4.8, confirmed=4.8)
    before = looked(bar, 110).warnings
    scale.load_lbs = 0.0
    scale.say(120)

    (warning,) = looked(bar, 130).warnings

    assert before == ()
    assert "moved by +4.8 lb" in warning
    assert "take the tare back" in warning


def test_an_empty_keg_that_weighs_what_the_books_say_is_left_is_asked_about(bar: Bar, scale: PretendedScale) -> None:
    keg = bar.change(second=0)
    bar.take([said(10, EMPTY + GALLON)])

    asked = tared(bar, scale, TareOf.EMPTY_KEG, EMPTY + GALLON)
    kept = bar.keg(keg.keg_id).tare
    done = tared(bar, scale, TareOf.EMPTY_KEG, EMPTY + GALLON, confirmed=asked.residual_lbs, second=110)

    assert (asked.asks, kept) == (True, keg.tare)
    assert asked.problem is not None
    assert "gal are left" in asked.problem
    assert done.step is Step.DONE
    assert bar.keg(keg.keg_id).tare.source is TareSource.WEIGHED_EMPTY


def test_a_tare_is_not_taken_back_over_a_newer_correction(bar: Bar, scale: PretendedScale) -> None:
    keg = bar.change(second=0)
    tared(bar, scale, TareOf.EMPTY_KEG, 31.4)
    right = Tare(empty_lbs=30.8, source=TareSource.STAMPED)
    correct_keg(bar.ports, keg_id=keg.keg_id, tare=right, member=MANAGER, now=at(150))

    with pytest.raises(Conflict, match="corrected since"):
        undone(bar)

    assert bar.keg(keg.keg_id).tare == right


def test_a_tare_is_not_taken_back_once_another_keg_stands_there(bar: Bar, scale: PretendedScale) -> None:
    old = bar.change(second=0)
    tared(bar, scale, TareOf.EMPTY_KEG, 31.4)
    bar.change(second=150)

    with pytest.raises(Conflict, match="not on this tap any more"):
        undone(bar, 300)

    assert bar.keg(old.keg_id).tare.source is TareSource.WEIGHED_EMPTY


def test_a_tap_that_shares_a_keg_is_tared_by_the_scale_under_that_keg(bar: Bar, scale: PretendedScale) -> None:
    set_up_tap(bar.ports, tap_id=THREE, member=OWNER)
    keg = bar.change(second=0)
    share_keg(bar.ports, tap_id=THREE, with_tap=ONE, member=MANAGER)

    done = tared(bar, scale, TareOf.EMPTY_KEG, 31.4, tap_id=THREE)
    weighed = bar.keg(keg.keg_id).tare
    back = undone(bar, tap_id=THREE)

    assert (done.step, done.tap_id, back.undone) == (Step.DONE, ONE, True)
    assert weighed.empty_lbs == pytest.approx(31.4, abs=0.02)
    assert bar.keg(keg.keg_id).tare == keg.tare
