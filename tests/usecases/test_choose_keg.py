"""Saying which keg is on: instead of what a scale guessed, where nobody knew, or by hand."""

import pytest
from bar import FULL, MANAGER, ONE, OUNCE, STAFF, TWO, Bar, at, claim, said
from cellar import Cellar, barrel, face, percent

from backend.domain.ids import TapId
from backend.domain.keg import KegState, KegTapped, TareSource
from backend.domain.member import OWNER, Member
from backend.domain.offers import OfferWhy
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.domain.swap import SwapStep
from backend.usecases import load
from backend.usecases.choose_keg import choose_keg
from backend.usecases.set_up import open_location
from backend.usecases.undo_swap import undo_swap
from backend.usecases.view_swap import view_swap, view_swaps


def guessed(cellar: Cellar) -> None:
    """A stout was set down and taken for the same again."""
    cellar.swap(new=barrel("stout", shell_lbs=29.9))
    cellar.run(60)
    cellar.pour(16)
    assert cellar.keg_on().beer_id == "pils"


def test_a_guess_told_otherwise_is_one_change_from_the_moment_it_was_set_down(cellar: Cellar) -> None:
    guessed(cellar)
    guess, found = cellar.keg_on(), cellar.last()

    record = choose_keg(
        cellar.bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=MANAGER, now=cellar.now
    )

    keg = cellar.keg_on()
    assert (record.at, record.lifted_at, record.old_keg_id) == (found.at, found.lifted_at, cellar.old().keg_id)
    assert (record.automatic, record.confirmed_by, record.new_keg_id) == (False, "manager-1", keg.keg_id)
    assert (keg.beer_id, keg.tapped_at, keg.tare.source) == ("stout", found.at, TareSource.INFERRED_FROM_FULL)
    assert [stay.keg_id for stay in cellar.bar.stays()] == [keg.keg_id, cellar.old().keg_id]
    assert {pour.keg_id for pour in cellar.pours()} == {keg.keg_id}
    ledger = cellar.bar.ledger(keg.keg_id)
    assert (ledger.pours, ledger.specific_gravity) == (1, 1.014)
    assert cellar.bar.ledger(cellar.old().keg_id).pours == 0
    assert guess.keg_id == keg.keg_id  # named by when and where it went on: the guess is no keg of its own
    assert len(view_swaps(cellar.bar.ports, location_id="loc-001", member=OWNER, start=found.at, end=cellar.now)) == 1


def test_a_keg_of_the_stock_can_be_said_instead_and_the_guess_never_was(cellar: Cellar) -> None:
    stout = cellar.stocked("stout", shell_lbs=29.9)
    guessed(cellar)

    choose_keg(cellar.bar.ports, tap_id=ONE, keg_id=stout.keg_id, member=MANAGER, now=cellar.now)

    keg = cellar.keg_on()
    assert (keg.keg_id, keg.tare) == (stout.keg_id, stout.tare)
    assert [stay.keg_id for stay in cellar.bar.stays()] == [stout.keg_id, cellar.old().keg_id]
    assert {pour.keg_id for pour in cellar.pours()} == {stout.keg_id}
    assert {keg_id for _, _, keg_id in cellar.bar.recorded()} == {stout.keg_id, cellar.old().keg_id, None}


def test_it_was_the_same_keg_put_back_can_be_said_too(cellar: Cellar) -> None:
    guessed(cellar)

    record = choose_keg(cellar.bar.ports, tap_id=ONE, keg_id=cellar.old().keg_id, member=STAFF, now=cellar.now)

    assert record.undone_by == "staff-1"
    assert cellar.keg_on() == cellar.old()
    assert {pour.keg_id for pour in cellar.pours()} == {cellar.old().keg_id}


def test_a_keg_that_nobody_knew_is_named_and_its_beer_is_booked_from_then_on(cellar: Cellar) -> None:
    cellar.swap(new=barrel("stout", left=0.45))
    cellar.run(60)
    assert view_swap(cellar.bar.ports, tap_id=ONE, member=STAFF, now=cellar.now).state is SwapStep.UNKNOWN

    record = choose_keg(
        cellar.bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=MANAGER, now=cellar.now
    )

    assert (record.old_keg_id, record.new_keg_id) == (cellar.old().keg_id, cellar.keg_on().keg_id)
    assert percent(cellar) == pytest.approx(45, abs=1)
    assert face(cellar).swap is SwapStep.NONE
    assert cellar.closed() == [cellar.old().keg_id]


def test_while_it_stands_there_unjudged_it_can_be_said(cellar: Cellar) -> None:
    cellar.stand().change(barrel("stout", shell_lbs=29.9), 20)
    cellar.run(27)
    assert view_swap(cellar.bar.ports, tap_id=ONE, member=STAFF, now=cellar.now).state is SwapStep.PLACED

    choose_keg(cellar.bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=MANAGER, now=cellar.now)
    cellar.run(60)

    assert [event.keg_id for event in cellar.bar.told if isinstance(event, KegTapped)][2:] == [cellar.keg_on().keg_id]
    assert percent(cellar) == pytest.approx(100, abs=0.5)


def test_what_is_said_before_the_keg_comes_is_what_is_set_down(cellar: Cellar) -> None:
    cellar.stand().change(barrel("stout", shell_lbs=29.9), 60)
    cellar.run(20)
    choose_keg(cellar.bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=MANAGER, now=cellar.now)
    assert face(cellar).why == "keg lifted"

    cellar.run(100)

    assert cellar.keg_on().beer_id == "stout"
    assert len(cellar.bar.stays()) == 2
    assert percent(cellar) == pytest.approx(100, abs=0.5)


def test_what_is_said_before_the_old_keg_is_lifted_is_not_changed_again_by_its_scale(cellar: Cellar) -> None:
    ports, now = cellar.bar.ports, cellar.now
    choose_keg(ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=MANAGER, now=now, sure=True)
    cellar.run(30)
    cellar.swap(new=barrel("stout", shell_lbs=29.9))
    cellar.run(60)

    assert cellar.keg_on().beer_id == "stout"
    assert len(cellar.bar.stays()) == 2
    assert cellar.closed() == [cellar.old().keg_id]


def test_after_undo_the_right_keg_counts_from_when_it_was_put_on(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(100, 70.0), said(300, 0.1, stable=False), said(400, FULL), said(410, FULL)])
    undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(500))

    record = choose_keg(
        bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=MANAGER, now=at(600), at=at(400)
    )

    assert record.at == at(401)
    assert len(bar.stays()) == 2


def test_staff_put_on_the_same_beer_or_what_is_queued_and_no_other(cellar: Cellar) -> None:
    ports, now = cellar.bar.ports, cellar.now
    stout = cellar.stocked("stout")
    with pytest.raises(Forbidden, match="only a Manager may assign"):
        choose_keg(ports, tap_id=ONE, keg_id=stout.keg_id, member=STAFF, now=now)
    with pytest.raises(Forbidden, match="only a Manager may assign"):
        choose_keg(ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=STAFF, now=now)

    choose_keg(ports, tap_id=ONE, beer_id="pils", type_id="half_barrel", member=STAFF, now=cellar.now, sure=True)
    cellar.queue(stout, TWO)
    choose_keg(ports, tap_id=TWO, keg_id=stout.keg_id, member=STAFF, now=cellar.now, sure=True)

    assert (cellar.keg_on(ONE).beer_id, cellar.keg_on(TWO).keg_id) == ("pils", stout.keg_id)


def test_a_bar_may_let_its_staff_put_on_any_beer(bar: Bar) -> None:
    bar.change(second=0)
    place = load.location(bar.ports, "loc-001")
    settings = place.settings.__class__(staff_may_assign=True)
    open_location(
        bar.ports,
        location=place.__class__(
            location_id=place.location_id, name=place.name, timezone=place.timezone, settings=settings
        ),
        member=OWNER,
    )

    choose_keg(bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=STAFF, now=at(100))

    assert bar.tap().beer_id == "stout"


def test_the_choices_say_what_the_member_may_put_on(cellar: Cellar) -> None:
    stout, pils = cellar.stocked("stout"), cellar.stocked("pils")
    cellar.swap(new=barrel("pils"))
    cellar.run(60)

    def may(member: Member) -> dict[str | None, bool]:
        view = view_swap(cellar.bar.ports, tap_id=ONE, member=member, now=cellar.now)
        return {choice.offer.keg_id: choice.may for choice in view.choices if choice.offer.why is OfferWhy.IN_STOCK}

    assert cellar.keg_on().keg_id == pils.keg_id
    assert (may(STAFF), may(MANAGER)) == ({stout.keg_id: False}, {stout.keg_id: True})


def test_a_screen_is_told_how_far_a_change_has_come(cellar: Cellar) -> None:
    ports = cellar.bar.ports
    seen = [view_swap(ports, tap_id=ONE, member=STAFF, now=cellar.now).state]
    cellar.stand().change(barrel(), 20)
    for _ in range(70):
        cellar.run(1)
        seen.append(view_swap(ports, tap_id=ONE, member=STAFF, now=cellar.now).state)
    cellar.run(31 * 60)
    seen.append(view_swap(ports, tap_id=ONE, member=STAFF, now=cellar.now).state)

    assert list(dict.fromkeys(seen)) == [SwapStep.NONE, SwapStep.LIFTED, SwapStep.PLACED, SwapStep.DONE]
    assert seen[-1] is SwapStep.NONE
    done = view_swap(ports, tap_id=ONE, member=STAFF, now=cellar.now)
    assert (done.may_undo, done.may_confirm) == (True, True)


def test_a_finger_that_touches_twice_changes_one_keg(cellar: Cellar) -> None:
    cellar.run(200)
    ports, now = cellar.bar.ports, cellar.now
    first, second = (
        choose_keg(ports, tap_id=ONE, beer_id="pils", type_id="half_barrel", member=STAFF, now=now, sure=True)
        for _ in range(2)
    )

    assert first.at == second.at
    assert len(cellar.bar.stays()) == 2


def test_the_keg_that_is_on_said_again_changes_nothing(cellar: Cellar) -> None:
    stays = cellar.bar.stays()

    record = choose_keg(cellar.bar.ports, tap_id=ONE, keg_id=cellar.old().keg_id, member=STAFF, now=cellar.now)

    assert record == cellar.last()
    assert cellar.bar.stays() == stays


@pytest.mark.parametrize(
    ("said_what", "refusal", "why"),
    [
        ({}, Invalid, "say which keg it is"),
        ({"beer_id": "pils"}, Invalid, "say which keg it is"),
        ({"beer_id": "water", "type_id": "half_barrel"}, NotFound, "add it first"),
        ({"beer_id": "pils", "type_id": "bucket"}, Invalid, "no keg type"),
        ({"beer_id": "pils", "type_id": "uk_firkin"}, Invalid, "weigh the empty keg"),
        ({"keg_id": "keg-unheard-of"}, NotFound, "there is no keg"),
        ({"beer_id": "pils", "type_id": "half_barrel", "at": at(9000)}, Invalid, "in the future"),
        ({"beer_id": "pils", "type_id": "half_barrel", "at": at(-500)}, Invalid, "put on after that moment"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    bar: Bar, said_what: dict[str, str], refusal: type[Exception], why: str
) -> None:
    keg = bar.change(second=0)

    with pytest.raises(refusal, match=why):
        choose_keg(bar.ports, tap_id=ONE, member=OWNER, now=at(100), **said_what)  # type: ignore[arg-type]

    assert bar.tap().keg_id == keg.keg_id


def test_a_keg_that_stands_on_another_tap_is_not_here(cellar: Cellar) -> None:
    there = cellar.keg_on(TWO)

    with pytest.raises(Conflict, match="lift it there first"):
        choose_keg(cellar.bar.ports, tap_id=ONE, keg_id=there.keg_id, member=OWNER, now=cellar.now)


def test_an_empty_keg_is_not_put_on_again(bar: Bar) -> None:
    first = bar.change(second=0)
    bar.take([said(60, 30.0, pour=claim(20, FULL, 15 * 128))])
    bar.change(second=100)
    assert bar.keg(first.keg_id).state is KegState.KICKED

    with pytest.raises(Conflict, match="taken off empty"):
        choose_keg(bar.ports, tap_id=ONE, keg_id=first.keg_id, member=OWNER, now=at(300))


@pytest.mark.parametrize("tap_id", [TapId("loc-002", 1), TapId("loc-009", 1)])
def test_another_bar_is_not_there(bar: Bar, tap_id: TapId) -> None:
    with pytest.raises(NotFound):
        choose_keg(bar.ports, tap_id=tap_id, beer_id="pils", type_id="half_barrel", member=MANAGER, now=at(0))
    with pytest.raises(NotFound):
        view_swap(bar.ports, tap_id=tap_id, member=MANAGER, now=at(0))


def test_more_pours_than_one_commit_holds_are_refused_with_what_to_do(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(100, 70.0), said(300, 0.1, stable=False), said(400, FULL), said(410, FULL)])
    for n in range(90):
        before = FULL - n * 4 * OUNCE
        bar.take([said(430 + 10 * n, before - 4 * OUNCE, pour=claim(425 + 10 * n, before, 4))])
    guess = bar.tap().keg_id

    with pytest.raises(Invalid, match="correct"):
        choose_keg(bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=OWNER, now=at(2000))

    assert bar.tap().keg_id == guess
