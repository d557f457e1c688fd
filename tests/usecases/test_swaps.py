"""Kegs change under the taps and nobody says so: one keg is closed, one opened, no pour booked."""

import pytest
from bar import ONE, TWO, Bar
from cellar import Cellar, barrel, changed_once, face, only_event, percent

from backend.domain.keg import KegState, KegTapped
from backend.domain.level import NoLevel
from backend.domain.maintenance import AsideKind
from backend.domain.member import OWNER
from backend.domain.offers import OfferWhy
from backend.domain.swap import SwapStep
from backend.usecases.maintenance import begin_maintenance


@pytest.mark.parametrize("gap", [20, 600], ids=["quick", "slow"])
def test_the_queued_keg_is_on_after_a_swap_and_the_one_before_is_closed(cellar: Cellar, gap: float) -> None:
    queued = cellar.stocked("stout", shell_lbs=31.0)
    cellar.queue(queued)

    cellar.swap(new=barrel("stout", shell_lbs=31.0), gap=gap)
    cellar.run(60)

    changed_once(cellar, to=queued)
    now, old = cellar.keg_on(), cellar.old()
    assert (now.state, now.beer_id, now.queued_on) == (KegState.ON_TAP, "stout", None)
    assert (old.state, old.closed_at) == (KegState.LIFTED, cellar.last().lifted_at)
    assert old.taken_lbs == pytest.approx(30.3 + 0.3 * 130.6, abs=0.6)
    assert percent(cellar) == pytest.approx(100, abs=0.3)
    assert cellar.last().offers[0].why is OfferWhy.QUEUED


def test_the_board_says_that_a_keg_is_lifted_then_checked_and_then_its_level(cellar: Cellar) -> None:
    cellar.with_clock = True
    cellar.stand().change(barrel(), 20)

    seen = []
    for _ in range(45):
        cellar.run(1)
        seen.append((face(cellar).why, face(cellar).swap, cellar.old().state))

    told = list(dict.fromkeys(seen[2:]))
    assert told == [
        (NoLevel.LIFTED.value, SwapStep.LIFTED, KegState.ON_TAP),
        (NoLevel.SET_DOWN.value, SwapStep.LIFTED, KegState.ON_TAP),
        (NoLevel.SET_DOWN.value, SwapStep.PLACED, KegState.ON_TAP),
        (None, SwapStep.NONE, KegState.LIFTED),
    ]
    assert seen.index(told[3]) <= 20 + 1 + 5 + 7


@pytest.mark.parametrize("again", [3, 12, 45], ids=["at once", "before it is judged", "after it was judged"])
def test_a_keg_that_is_set_down_lifted_and_set_down_again_is_one_change(cellar: Cellar, again: float) -> None:
    new = barrel(shell_lbs=29.1)
    cellar.stand().change(new, 20)
    cellar.run(1.2 + 20 + 5 + again)

    cellar.stand().change(new, 6)
    cellar.run(80)

    changed_once(cellar)
    assert percent(cellar) == pytest.approx(100, abs=0.4)
    assert face(cellar).why is None


def test_a_keg_that_first_stands_half_on_the_platform_is_found_once_it_stands_on_it(cellar: Cellar) -> None:
    cellar.stand().change(barrel(left=0.45), 20)  # weighs what a full one weighs with one edge on the floor
    cellar.run(70)
    assert face(cellar).why == NoLevel.WHICH_KEG.value

    cellar.stand().change(barrel(), 2)
    cellar.run(80)

    kegs = [event.keg_id for event in cellar.bar.told if isinstance(event, KegTapped)][2:]
    assert kegs == [None, cellar.keg_on().keg_id]
    assert cellar.closed() == [cellar.old().keg_id]
    assert cellar.last().old_keg_id == cellar.old().keg_id
    assert cellar.pours() == []
    assert percent(cellar) == pytest.approx(100, abs=0.4)


def test_a_change_while_the_scale_had_no_power_is_found_by_the_weight(cellar: Cellar) -> None:
    queued = cellar.stocked("stout")
    cellar.queue(queued)
    cellar.loud = False
    cellar.run(100)
    cellar.swap(new=barrel("stout"), gap=30)
    cellar.run(200)

    cellar.loud = True
    cellar.run(70)

    changed_once(cellar, to=queued)
    assert percent(cellar) == pytest.approx(100, abs=0.4)


def test_a_change_while_the_wifi_was_away_is_found_when_the_backlog_comes(cellar: Cellar) -> None:
    cellar.run(60, take=False)
    cellar.stand().change(barrel(), 30)
    cellar.run(60, take=False)
    cellar._obey(do="pour", scale="SCALE-1", oz=16)
    cellar.run(60, take=False)

    cellar.hear()

    (pour,) = cellar.pours()
    assert pour.keg_id == cellar.keg_on().keg_id
    assert cellar.closed() == [cellar.old().keg_id]
    assert cellar.bar.ledger(cellar.old().keg_id).pours == 0
    assert only_event(cellar).closed_keg_id == cellar.old().keg_id


def test_two_changes_in_one_backlog_are_two(cellar: Cellar) -> None:
    for shell_lbs in (29.0, 30.9):
        cellar.run(60, take=False)
        cellar.stand().change(barrel(shell_lbs=shell_lbs), 30)
        cellar.run(60, take=False)
        cellar._obey(do="pour", scale="SCALE-1", oz=64)
        cellar.run(90, take=False)

    cellar.hear()

    stays = cellar.bar.stays()
    assert len(stays) == 3
    assert [pour.keg_id for pour in cellar.pours()] == [stays[1].keg_id, stays[0].keg_id]


def test_much_beer_that_nobody_saw_leave_is_no_change_of_kegs(cellar: Cellar) -> None:
    cellar.queue(cellar.stocked())
    before = cellar.keg_on(TWO)
    cellar.loud = False
    cellar.run(60)
    cellar._obey(do="pour", scale="SCALE-2", oz=250)
    cellar.run(240)

    cellar.loud = True
    cellar.run(70)

    assert cellar.keg_on(TWO) == before
    assert cellar.closed() == []


def test_a_keg_lifted_to_clean_beneath_it_stays_the_keg_that_is_on(cellar: Cellar) -> None:
    cellar.queue(cellar.stocked())
    before, ledger = cellar.keg_on(), cellar.bar.ledger(cellar.old().keg_id)

    cellar.stand().change(cellar.stand().keg, 180)
    cellar.run(260)

    assert cellar.keg_on() == before
    assert (cellar.closed(), cellar.pours()) == ([], [])
    assert cellar.bar.ledger(before.keg_id).poured == ledger.poured
    assert percent(cellar) == pytest.approx(30, abs=0.6)
    assert (face(cellar).why, face(cellar).swap) == (None, SwapStep.NONE)


def test_who_leans_on_a_keg_or_stands_on_the_platform_changes_no_keg(cellar: Cellar) -> None:
    before = cellar.keg_on()
    for lbs in (12, 90, 170):
        cellar.stand().lean(lbs, 45)
        cellar.run(120)
    body = cellar.stand().keg
    cellar.stand().change(None, 5)
    cellar.run(20)
    cellar.stand().lean(165, 30)
    cellar.run(60)
    cellar.stand().change(body, 5)
    cellar.run(80)

    assert cellar.keg_on() == before
    assert (cellar.closed(), cellar.pours()) == ([], [])


def test_an_emptied_keg_is_kicked_though_gas_is_left_in_it(bar: Bar) -> None:
    cellar = Cellar(bar, left=(0.004, 0.6))
    cellar.run(40)
    cellar.pour(16)
    assert face(cellar).condition.value == "empty"

    cellar.swap()
    cellar.run(60)

    assert cellar.old().state is KegState.KICKED
    assert len(cellar.closed()) == 1


def test_a_tap_that_is_set_aside_waits_with_its_judgement(cellar: Cellar) -> None:
    begin_maintenance(cellar.bar.ports, tap_id=ONE, kind=AsideKind.CLEANING, minutes=3, member=OWNER, now=cellar.now)
    cellar.swap()
    cellar.run(60)
    assert cellar.closed() == []

    cellar.run(150)

    assert cellar.closed() == [cellar.old().keg_id]


def test_kegs_of_two_taps_changed_at_once_do_not_mix(cellar: Cellar) -> None:
    queued = {ONE: cellar.stocked("stout"), TWO: cellar.stocked("pils")}
    for tap_id, keg in queued.items():
        cellar.queue(keg, tap_id)
    cellar.stand(ONE).change(barrel("stout"), 25)
    cellar.run(3)
    cellar.stand(TWO).change(barrel("pils"), 25)
    cellar.run(80)

    assert {tap_id: cellar.keg_on(tap_id).keg_id for tap_id in queued} == {
        tap_id: keg.keg_id for tap_id, keg in queued.items()
    }
    assert sorted(cellar.closed()) == sorted(cellar.old(tap_id).keg_id for tap_id in queued)
