"""Why this number: each part of a level with how far it may be off, and what would make it better."""

import pytest
from asking import asking, wall
from bar import EMPTY, FULL, MANAGER, ONE, STAFF, TWO, Bar, at, said
from drinking import Drinking
from pretended_scale import PretendedScale

from backend.domain.keg import Tare, TareSource
from backend.domain.member import Grant, Member, Role
from backend.domain.refusal import NotFound
from backend.domain.why import Fact, Why
from backend.usecases.calibrate import begin_calibration, take_point
from backend.usecases.change_keg import NextKeg
from backend.usecases.correct import correct_keg
from backend.usecases.save_calibration import save_calibration
from backend.usecases.why import why


def asked(bar: Bar, second: float = 7200) -> Why:
    return why(bar.ports, tap_id=ONE, member=STAFF, now=at(second))


def fact(told: Why, name: str) -> Fact:
    return next(one for one in told.facts if one.name == name)


def test_every_part_of_a_level_is_there_with_what_it_does_to_it(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(10, 87.3)])

    told = asked(bar)

    assert [one.name for one in told.facts] == [
        "raw counts", "factor", "zero", "weight", "tare", "gravity", "gas", "last swap", "books",
    ]  # fmt: skip
    assert told.level is not None
    assert told.level.percent == pytest.approx(44.1, abs=0.05)
    assert told.shown_pct == pytest.approx(44.1, abs=0.05)
    assert fact(told, "tare").effect_pct == pytest.approx(100 * 2.2 / (FULL - EMPTY), abs=0.01)
    assert fact(told, "factor").effect_pct == pytest.approx(87.3 / (FULL - EMPTY), abs=0.01)


def test_the_parts_together_say_how_far_a_level_may_be_off(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(10, 87.3)])

    told = asked(bar)

    assert told.plus_minus_pct == pytest.approx(1.84, abs=0.05)
    assert told.plus_minus_servings == pytest.approx(1.84 / 100 * 124, abs=0.1)


def test_a_shell_of_a_size_matters_more_to_a_sixtel(bar: Bar) -> None:
    bar.change(keg=NextKeg(beer_id="pils", type_id="sixth_barrel"), second=0)
    bar.take([said(10, 40.0)])

    told = asked(bar)

    assert fact(told, "tare").effect_pct == pytest.approx(5.05, abs=0.05)
    assert told.plus_minus_pct is not None
    assert told.plus_minus_pct > 5


def test_what_matters_most_is_advised_first(bar: Bar) -> None:
    bar.change(keg=NextKeg(beer_id="pils", type_id="sixth_barrel"), second=0)
    bar.take([said(10, 40.0)])

    advice = asked(bar).advice

    assert advice[0].startswith("weigh its shell once it is empty")
    assert "calibrate the scale with a known weight" in advice


def test_a_weighed_shell_and_a_calibrated_scale_leave_little(bar: Bar) -> None:
    scale = PretendedScale(asking(bar), load_lbs=0.0)
    begin_calibration(bar.ports, device_id="SCALE-1", member=MANAGER, now=at(-60), wall=wall(0))
    scale.work()
    for lbs in (0.0, 110.0):
        scale.load_lbs = lbs
        take_point(
            bar.ports,
            device_id="SCALE-1",
            samples=scale.streamed(),
            known_lbs=lbs or None,
            member=MANAGER,
            now=at(-50),
            wall=wall(1),
        )
    save_calibration(bar.ports, device_id="SCALE-1", member=MANAGER, now=at(-40), wall=wall(2))
    scale.clock = -30
    scale.work()
    keg = bar.change(second=0)
    shell = Tare(empty_lbs=EMPTY, source=TareSource.WEIGHED_EMPTY)
    correct_keg(bar.ports, keg_id=keg.keg_id, tare=shell, member=MANAGER, now=at(5))
    scale.load_lbs = 87.3
    scale.say(10)

    told = asked(bar)

    assert told.plus_minus_pct is not None
    assert told.plus_minus_pct < 0.4
    raw, factor = fact(told, "raw counts"), fact(told, "factor")
    assert raw.value == pytest.approx(84_000 + 87.3 * 9500, abs=100)
    assert factor.value == pytest.approx(9500, rel=1e-3)
    assert factor.at is not None
    assert factor.source == f"calibrated with a known weight of 110.0 lb, by {MANAGER.name}"
    assert "calibrate the scale with a known weight" not in told.advice


def test_the_books_are_told_beside_the_weight(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(10, FULL - 1.0)])

    books = fact(asked(bar), "books")

    assert books.value == pytest.approx(15.5, abs=0.01)
    assert "0.00 poured" in books.source
    assert "-0.12 gal by weight" in books.source


def test_a_fresh_keg_says_that_the_cell_still_creeps(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(10, FULL)])

    early, late = fact(asked(bar, 60), "last swap"), fact(asked(bar, 7200), "last swap")

    assert early.advice is not None
    assert early.effect_pct == pytest.approx(0.037, abs=0.005)
    assert (late.advice, late.effect_pct) == (None, None)


def test_a_scale_that_was_found_off_makes_the_number_less_sure_and_says_what_to_do(bar: Bar) -> None:
    scale = PretendedScale(asking(bar))
    begin_calibration(bar.ports, device_id="SCALE-1", member=MANAGER, now=at(-60), wall=wall(0))
    scale.work()
    kegs = Drinking(bar, span=1.03)
    for _ in range(3):
        kegs.live(29.7)
        kegs.watch()
    bar.take([said(kegs.second + 60, 100.0)])

    told = asked(bar, kegs.second + 100)

    drift, factor = fact(told, "drift"), fact(told, "factor")
    assert drift.value == pytest.approx(3.1, abs=0.2)
    assert drift.source == "2 kegs seen full and empty"
    assert factor.effect_pct == pytest.approx(3.1 * 100 / 130.6, abs=0.3)


def test_without_a_keg_there_is_no_level_and_it_says_why(bar: Bar) -> None:
    bar.take([said(10, 87.3)])

    told = asked(bar)

    assert (told.level, told.no_level, told.plus_minus_pct) == (None, "no keg assigned", None)
    assert [one.name for one in told.facts] == ["raw counts", "factor", "zero", "weight"]


def test_before_the_first_reading_the_keg_is_told_and_no_level(bar: Bar) -> None:
    bar.change(second=0)

    told = asked(bar)

    assert (told.level, told.no_level) == (None, "no reading yet")
    assert fact(told, "tare").effect_pct is None


def test_who_sees_nothing_of_a_bar_is_told_nothing(bar: Bar) -> None:
    stranger = Member(sub="x", name="X", ceiling=Role.STAFF, grants=(Grant(location_id="loc-002", role=Role.STAFF),))

    with pytest.raises(NotFound):
        why(bar.ports, tap_id=TWO, member=stranger, now=at(0))
