"""Which keg was set down: the queued one, a known one, the same again, one of the stock; or nobody knows."""

import pytest
from bar import ONE, TWO, Bar
from cellar import Cellar, barrel, changed_once, face, percent

from backend.domain.keg import KegState, TareSource
from backend.domain.level import NoLevel
from backend.domain.member import OWNER
from backend.domain.offers import OfferWhy
from backend.domain.swap import SwapStep
from backend.usecases.keg_stock import stock_kegs
from backend.usecases.view_swap import view_swap


def test_the_same_beer_again_is_put_on_where_nothing_is_queued_and_its_shell_is_weighed(cellar: Cellar) -> None:
    cellar.swap(new=barrel(shell_lbs=28.4))
    cellar.run(60)

    changed_once(cellar)
    keg = cellar.keg_on()
    assert (keg.beer_id, keg.type_id, keg.tare.source) == ("pils", "half_barrel", TareSource.INFERRED_FROM_FULL)
    assert keg.tare.empty_lbs == pytest.approx(28.4, abs=0.2)
    assert percent(cellar) == pytest.approx(100, abs=0.2)


def test_a_stamped_shell_is_believed_before_a_weight(cellar: Cellar) -> None:
    stocked = cellar.stocked(shell_lbs=28.4)

    cellar.swap(new=barrel(shell_lbs=28.4))
    cellar.run(60)

    changed_once(cellar, to=stocked)
    assert cellar.keg_on().tare.source is TareSource.STAMPED


def test_a_full_keg_lifted_to_clean_beneath_it_stays_though_another_one_is_queued(bar: Bar) -> None:
    cellar = Cellar(bar, left=(1.0, 0.6))
    cellar.run(40)
    cellar.queue(cellar.stocked())
    before = cellar.keg_on()

    cellar.stand().change(cellar.stand().keg, 60)
    cellar.run(120)

    assert cellar.keg_on() == before
    assert cellar.closed() == []


def test_a_keg_of_the_same_weight_is_the_same_keg_until_somebody_says_which_it_is(bar: Bar) -> None:
    cellar = Cellar(bar, left=(1.0, 0.6))
    cellar.run(40)
    queued = cellar.stocked("stout")
    cellar.queue(queued)
    before = cellar.keg_on()

    cellar.swap(new=barrel())
    cellar.run(60)

    assert cellar.keg_on() == before
    offers = view_swap(bar.ports, tap_id=ONE, member=OWNER, now=cellar.now).offers
    assert (offers[0].keg_id, offers[0].why) == (queued.keg_id, OfferWhy.QUEUED)


def test_a_smaller_keg_of_the_stock_is_found_where_it_leaves_no_choice(cellar: Cellar) -> None:
    small = cellar.stocked("stout", "sixth_barrel", shell_lbs=15.7)

    cellar.swap(new=barrel("stout", "sixth_barrel", shell_lbs=15.7))
    cellar.run(60)

    changed_once(cellar, to=small)
    assert percent(cellar) == pytest.approx(100, abs=0.5)


def test_a_smaller_keg_of_several_beers_is_asked_for_with_each_of_them_offered(cellar: Cellar) -> None:
    small = {cellar.stocked(beer, "sixth_barrel", shell_lbs=15.7).keg_id for beer in ("stout", "pils")}

    cellar.swap(new=barrel("stout", "sixth_barrel", shell_lbs=15.7))
    cellar.run(60)

    assert cellar.bar.tap().keg_id is None
    assert (face(cellar).why, face(cellar).swap) == (NoLevel.WHICH_KEG.value, SwapStep.UNKNOWN)
    assert cellar.closed() == [cellar.old().keg_id]
    offers = view_swap(cellar.bar.ports, tap_id=ONE, member=OWNER, now=cellar.now).offers
    assert {offer.keg_id for offer in offers[:2]} == small
    assert cellar.pours() == []


def test_the_same_beer_in_another_size_is_found_by_its_weight(cellar: Cellar) -> None:
    cellar.swap(new=barrel("pils", "sixth_barrel", shell_lbs=15.0))
    cellar.run(60)

    changed_once(cellar)
    assert cellar.keg_on().type_id == "sixth_barrel"


def test_a_keg_that_is_moved_to_another_tap_is_known_there_by_its_weight(cellar: Cellar) -> None:
    moved, there = cellar.keg_on(TWO), cellar.keg_on(ONE)
    body = cellar.stand(TWO).keg
    cellar.stand(TWO).change(None, 5)
    cellar.run(30)

    cellar.swap(ONE, body)
    cellar.run(60)

    assert cellar.keg_on(ONE).keg_id == moved.keg_id
    assert cellar.bar.tap(TWO).keg_id is None
    assert cellar.closed() == [there.keg_id]
    assert [stay.keg_id for stay in cellar.bar.stays(TWO)] == [moved.keg_id]
    assert cellar.bar.stays(TWO)[0].closed_at is not None
    assert percent(cellar) == pytest.approx(60, abs=0.6)
    cellar.pour(16)
    assert [pour.keg_id for pour in cellar.pours(ONE)] == [moved.keg_id]


def test_a_keg_taken_off_hours_ago_is_known_again_before_the_same_beer_in_full(cellar: Cellar) -> None:
    body, first = cellar.stand().keg, cellar.keg_on()
    cellar.swap(new=barrel("pils", shell_lbs=29.5))
    cellar.run(3600)
    second = cellar.keg_on()
    cellar.pour(16)

    cellar.swap(new=body)
    cellar.run(60)

    again = cellar.keg_on()
    assert (again.keg_id, again.state) == (first.keg_id, KegState.ON_TAP)
    assert cellar.bar.keg(second.keg_id).state is KegState.LIFTED
    assert [stay.keg_id for stay in cellar.bar.stays()] == [first.keg_id, second.keg_id, first.keg_id]
    assert cellar.bar.ledger(first.keg_id).pours == 0


def test_a_keg_put_back_after_its_scale_was_calibrated_is_the_same_keg(cellar: Cellar) -> None:
    twin, body, before = cellar.twin(), cellar.stand().keg, cellar.keg_on()
    config = twin.app.config
    cellar.calibrated(factor=config.factor, zero=config.zero, rev=1)
    cellar.stand().change(None, 5)
    cellar.run(60)
    cellar.calibrated(factor=config.factor * 1.04, zero=config.zero + 4000, rev=2)
    config.factor, config.zero, config.cal = config.factor * 1.04, config.zero + 4000, 2
    cellar.run(30)

    cellar.stand().change(body, 1)
    cellar.run(60)

    assert cellar.keg_on() == before
    assert cellar.closed() == []


def test_a_load_that_was_no_keg_is_forgotten_when_the_keg_comes_back(cellar: Cellar) -> None:
    body, first = cellar.stand().keg, cellar.keg_on()
    cellar.swap(new=barrel())  # whatever it was, it weighed what a full keg weighs
    cellar.run(60)
    phantom = cellar.keg_on()

    cellar.swap(new=body)
    cellar.run(60)

    assert cellar.keg_on().keg_id == first.keg_id
    assert [stay.keg_id for stay in cellar.bar.stays()] == [first.keg_id]
    assert cellar.closed() == []
    assert phantom.keg_id not in {keg_id for _, _, keg_id in cellar.bar.recorded()}


def test_the_oldest_of_the_stock_is_used_first(cellar: Cellar) -> None:
    young, old = (
        stock_kegs(
            cellar.bar.ports,
            location_id="loc-001",
            beer_id="pils",
            type_id="half_barrel",
            count=1,
            best_by=(cellar.now.date().replace(month=month)),
            member=OWNER,
            now=cellar.now.replace(microsecond=month * 1000),
        )[0]
        for month in (9, 5)
    )

    cellar.swap()
    cellar.run(60)

    changed_once(cellar, to=old)
    assert cellar.bar.keg(young.keg_id).state is KegState.IN_STOCK


def test_two_kegs_that_change_places_are_both_known_again(cellar: Cellar) -> None:
    bodies = {tap_id: cellar.stand(tap_id).keg for tap_id in (ONE, TWO)}
    kegs = {tap_id: cellar.keg_on(tap_id).keg_id for tap_id in (ONE, TWO)}
    for tap_id in (ONE, TWO):
        cellar.stand(tap_id).change(None, 1)
    cellar.run(30)

    cellar.stand(ONE).change(bodies[TWO], 1)
    cellar.run(15)
    cellar.stand(TWO).change(bodies[ONE], 1)
    cellar.run(70)

    assert (cellar.keg_on(ONE).keg_id, cellar.keg_on(TWO).keg_id) == (kegs[TWO], kegs[ONE])
    assert cellar.closed() == []
    assert (percent(cellar, ONE), percent(cellar, TWO)) == (pytest.approx(60, abs=0.6), pytest.approx(30, abs=0.6))
