"""Who may put on and take back what: judged by the tap as it was before the change that is told otherwise."""

import pytest
from bar import ELSEWHERE, FULL, HALF, MANAGER, ONE, STAFF, TWO, Bar, at, said

from backend.domain.audit import Deed
from backend.domain.keg import Tare, TareSource
from backend.domain.member import OWNER, Grant, Member, Role
from backend.domain.refusal import Conflict, Forbidden, NotFound
from backend.usecases.audit import view_audit
from backend.usecases.change_keg import NextKeg
from backend.usecases.choose_keg import choose_keg
from backend.usecases.correct import correct_keg
from backend.usecases.keg_stock import queue_next, stock_kegs
from backend.usecases.undo_swap import confirm_swap, undo_swap
from backend.usecases.view_swap import view_swap

NEXT_DOOR = Member(
    sub="manager-2", name="Nel", ceiling=Role.MANAGER, grants=(Grant(location_id="loc-002", role=Role.MANAGER),)
)
SOMEBODY = Member(
    sub="staff-2", name="Sue", ceiling=Role.STAFF, grants=(Grant(location_id="loc-001", role=Role.STAFF),)
)


def found(bar: Bar, *, queued: str | None = None) -> str:
    """A keg of pils is replaced by a full one; the scale takes it for the one that was queued, or the same again."""
    bar.change(second=0)
    if queued is not None:
        queue_next(bar.ports, tap_id=ONE, keg_id=stocked(bar, queued), member=MANAGER, now=at(30))
    bar.take([said(100, 70.0), said(200, 70.0), said(300, 0.1, stable=False), said(400, FULL), said(410, FULL)])
    keg_id = bar.tap().keg_id
    assert keg_id is not None
    assert bar.tap().found
    return keg_id


def stocked(bar: Bar, beer_id: str, *, second: float = 20) -> str:
    """A keg in stock."""
    (keg,) = stock_kegs(
        bar.ports,
        location_id="loc-001",
        beer_id=beer_id,
        type_id="half_barrel",
        count=1,
        member=MANAGER,
        now=at(second),
    )
    return keg.keg_id


def test_staff_say_that_it_was_the_same_beer_again_where_the_scale_guessed_another(bar: Bar) -> None:
    found(bar, queued="stout")

    choose_keg(bar.ports, tap_id=ONE, beer_id="pils", type_id="half_barrel", member=STAFF, now=at(430))

    assert bar.tap().beer_id == "pils"
    assert len(bar.stays()) == 2


def test_staff_choose_the_keg_of_the_stock_that_is_of_the_same_beer(bar: Bar) -> None:
    found(bar)
    keg_id = stocked(bar, "pils", second=420)

    choose_keg(bar.ports, tap_id=ONE, keg_id=keg_id, member=STAFF, now=at(430))

    assert bar.tap().keg_id == keg_id


def test_staff_choose_another_size_of_the_same_beer(bar: Bar) -> None:
    found(bar)

    choose_keg(bar.ports, tap_id=ONE, beer_id="pils", type_id="euro_50l", member=STAFF, now=at(440))

    assert (bar.tap().beer_id, bar.tap().type_id) == ("pils", "euro_50l")


def test_a_guess_of_another_beer_does_not_let_staff_put_on_any_keg_of_it(bar: Bar) -> None:
    guess = found(bar, queued="stout")

    with pytest.raises(Forbidden, match="only a Manager may assign"):
        choose_keg(bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=STAFF, now=at(430))

    assert bar.tap().keg_id == guess


def test_the_choices_say_what_staff_may_put_on_instead_of_a_guess(bar: Bar) -> None:
    found(bar, queued="stout")
    pils, stout = stocked(bar, "pils", second=420), stocked(bar, "stout", second=421)

    view = view_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(430))

    may = {choice.offer.keg_id: choice.may for choice in view.choices}
    assert (may[pils], may[stout]) == (True, False)


def test_whether_a_keg_of_another_bar_is_on_tap_or_empty_is_not_told(bar: Bar) -> None:
    first = bar.change(second=0).keg_id
    refused = []
    for keg_id in (first, "keg-nope"):
        with pytest.raises(NotFound) as why:
            choose_keg(bar.ports, tap_id=ELSEWHERE, keg_id=keg_id, member=NEXT_DOOR, now=at(100))
        refused.append(str(why.value).replace(keg_id, "it"))
    bar.take([said(110, 30.0), said(160, 30.0)])
    bar.change(second=500)
    with pytest.raises(NotFound) as why:
        choose_keg(bar.ports, tap_id=ELSEWHERE, keg_id=first, member=NEXT_DOOR, now=at(600))

    assert {*refused, str(why.value).replace(first, "it")} == {"there is no keg it"}


def test_staff_do_not_undo_what_a_manager_confirmed(bar: Bar) -> None:
    keg_id = found(bar)
    confirm_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(500))

    with pytest.raises(Forbidden, match="ask a Manager"):
        undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(600))

    assert bar.tap().keg_id == keg_id
    assert not view_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(600)).may_undo


def test_staff_undo_what_they_confirmed_themselves_and_nobody_else_does(bar: Bar) -> None:
    found(bar)
    confirm_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(500))

    with pytest.raises(Forbidden, match="ask a Manager"):
        undo_swap(bar.ports, tap_id=ONE, member=SOMEBODY, now=at(600))
    undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(610))

    assert len(bar.stays()) == 1


def test_staff_do_not_undo_a_change_whose_keg_somebody_else_corrected_since(bar: Bar) -> None:
    keg_id = found(bar)
    correct_keg(bar.ports, keg_id=keg_id, beer_id="stout", member=MANAGER, now=at(500))

    with pytest.raises(Conflict, match="corrected"):
        undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(5000))
    with pytest.raises(Conflict, match="corrected"):
        choose_keg(bar.ports, tap_id=ONE, beer_id="pils", type_id="half_barrel", member=STAFF, now=at(5000))

    assert (bar.tap().keg_id, bar.tap().beer_id) == (keg_id, "stout")
    assert not view_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(5000)).may_undo
    assert undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(5100)).undone_by == MANAGER.sub


def test_what_staff_corrected_themselves_does_not_stand_in_their_way(bar: Bar) -> None:
    keg_id = found(bar)
    shell = Tare(empty_lbs=30.1, source=TareSource.STAMPED)
    correct_keg(bar.ports, keg_id=keg_id, tare=shell, member=STAFF, now=at(500))

    undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(600))

    assert len(bar.stays()) == 1


def test_staff_tell_a_change_of_the_last_day_and_no_older_one(bar: Bar) -> None:
    bar.change(second=-1_000_000)

    with pytest.raises(Forbidden, match="day"):
        choose_keg(
            bar.ports, tap_id=ONE, beer_id="pils", type_id="half_barrel", at=at(-90_000), member=STAFF, now=at(0)
        )
    choose_keg(bar.ports, tap_id=ONE, beer_id="pils", type_id="half_barrel", at=at(-80_000), member=STAFF, now=at(0))

    assert len(bar.stays()) == 2


def test_staff_do_not_put_on_a_keg_of_another_beer_because_it_was_lifted_off_lately(bar: Bar) -> None:
    stout = bar.change(second=0, keg=NextKeg(beer_id="stout", type_id="half_barrel"))
    bar.change(TWO, second=0)
    bar.take([said(20, 120.0), said(60, 120.0), said(300, 0.1, stable=False)])
    bar.change(second=500)

    with pytest.raises(Forbidden, match="only a Manager may assign"):
        choose_keg(bar.ports, tap_id=TWO, keg_id=stout.keg_id, member=STAFF, now=at(700))


def test_a_keg_changed_by_hand_stands_in_the_audit(bar: Bar) -> None:
    first = bar.change(second=0)
    second = bar.change(second=1000, keg=HALF)

    entries = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(2000), subject=str(ONE)).entries

    changes = [(one.before.get("keg"), one.after.get("keg")) for one in entries if one.deed is Deed.SWAPPED]
    assert changes == [(first.keg_id, second.keg_id), (None, first.keg_id)]
