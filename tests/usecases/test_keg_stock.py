"""The kegs of a bar: taken in, told more of, queued, removed, and listed with their worth and their freshness."""

from datetime import date, timedelta

import pytest
from bar import EMPTY, FULL, MANAGER, ONE, STAFF, TWO, Bar, at, claim, said

from backend.domain.freshness import Freshness
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegsChanged, KegState, Tare, TareSource
from backend.domain.member import OWNER, Member
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.ports import Query
from backend.usecases import load
from backend.usecases.audit import view_audit
from backend.usecases.choose_keg import choose_keg
from backend.usecases.keg_stock import MOST_AT_ONCE, change_stocked, queue_next, remove_keg, stock_kegs
from backend.usecases.next_keg import next_keg
from backend.usecases.view_kegs import view_kegs

TODAY = date(2026, 3, 20)
STAMPED = Tare(empty_lbs=28.9, source=TareSource.STAMPED)


def stocked(
    bar: Bar, count: int = 1, *, second: float = 0, beer_id: str = "pils", tare: Tare | None = None
) -> list[Keg]:
    """So many half barrels, fresh from the brewery."""
    return stock_kegs(
        bar.ports,
        location_id="loc-001",
        beer_id=beer_id,
        type_id="half_barrel",
        count=count,
        tare=tare,
        cost_cents=16_500,
        filled_on=TODAY - timedelta(days=10),
        best_by=TODAY + timedelta(days=80),
        label="A 17",
        member=MANAGER,
        now=at(second),
    )


def listed(bar: Bar, state: KegState) -> list[str]:
    """The kegs of a state by the list of the location."""
    view = view_kegs(bar.ports, location_id="loc-001", member=STAFF, now=at(0))
    return [line.keg.keg_id for line in getattr(view, state.value)]


def test_kegs_are_in_stock_with_all_that_was_told_of_them(bar: Bar) -> None:
    kegs = stocked(bar, 3, tare=STAMPED)

    assert len({keg.keg_id for keg in kegs}) == 3
    assert [bar.keg(keg.keg_id) for keg in kegs] == kegs
    assert listed(bar, KegState.IN_STOCK) == [keg.keg_id for keg in kegs]
    one = kegs[0]
    assert (one.state, one.tare, one.cost_cents, one.label) == (KegState.IN_STOCK, STAMPED, 16_500, "A 17")
    assert one.full_lbs == pytest.approx(FULL - EMPTY + 28.9)
    assert bar.told[-1] == KegsChanged(location_id="loc-001", keg_ids=tuple(keg.keg_id for keg in kegs))


def test_the_same_delivery_told_twice_is_refused(bar: Bar) -> None:
    stocked(bar, 2)

    with pytest.raises(Conflict, match="in stock already"):
        stocked(bar, 2)

    assert len(listed(bar, KegState.IN_STOCK)) == 2


def test_as_many_kegs_as_may_come_at_once_fit_into_one_commit(bar: Bar) -> None:
    assert len(stocked(bar, MOST_AT_ONCE)) == MOST_AT_ONCE
    assert len(listed(bar, KegState.IN_STOCK)) == MOST_AT_ONCE


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"count": 0}, "give 1 to 30"),
        ({"count": 31}, "give 1 to 30"),
        ({"type_id": "bucket"}, "no keg type"),
        ({"type_id": "uk_pin"}, "weigh the empty keg"),
        ({"cost_cents": -1}, "cannot cost"),
        ({"filled_on": TODAY, "best_by": TODAY - timedelta(days=1)}, "before it was filled"),
    ],
)
def test_what_no_keg_can_be_is_refused(bar: Bar, fields: dict[str, object], why: str) -> None:
    asked = {"beer_id": "pils", "type_id": "half_barrel", "count": 1} | fields

    with pytest.raises(Invalid, match=why):
        stock_kegs(bar.ports, location_id="loc-001", member=OWNER, now=at(0), **asked)  # type: ignore[arg-type]

    assert listed(bar, KegState.IN_STOCK) == []


def test_more_can_be_told_of_a_keg_and_its_full_weight_follows_its_beer_and_shell(bar: Bar) -> None:
    (keg,) = stocked(bar)

    told = change_stocked(
        bar.ports, keg_id=keg.keg_id, beer_id="stout", tare=STAMPED, label="B 2", member=MANAGER, now=at(60)
    )

    assert bar.keg(keg.keg_id) == told
    assert (told.beer_id, told.tare, told.label, told.cost_cents) == ("stout", STAMPED, "B 2", 16_500)
    assert told.full_lbs == pytest.approx(28.9 + 15.5 * 8.345 * 1.014)
    entry = view_audit(bar.ports, location_id="loc-001", member=OWNER, now=at(99)).entries[0]
    assert (entry.before["beer"], entry.after["beer"], entry.after["label"]) == ("pils", "stout", "B 2")


def test_the_beer_of_a_keg_that_stood_on_a_tap_is_corrected_and_not_told_here(bar: Bar) -> None:
    keg = bar.change(second=0)

    with pytest.raises(Conflict, match="correct its beer or tare"):
        change_stocked(bar.ports, keg_id=keg.keg_id, beer_id="stout", member=MANAGER, now=at(60))
    told = change_stocked(bar.ports, keg_id=keg.keg_id, cost_cents=17_000, member=MANAGER, now=at(60))

    assert told.cost_cents == 17_000


def test_a_keg_entered_by_mistake_leaves_nothing_behind(bar: Bar) -> None:
    (keg,) = stocked(bar)

    remove_keg(bar.ports, keg_id=keg.keg_id, member=MANAGER, now=at(60))

    assert listed(bar, KegState.IN_STOCK) == []
    assert load.every(bar.ports, Query(partition=f"KEG#{keg.keg_id}")) == []
    with pytest.raises(NotFound):
        remove_keg(bar.ports, keg_id=keg.keg_id, member=MANAGER, now=at(60))


def test_a_keg_with_beer_in_the_books_is_not_removed(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.change(second=100)

    with pytest.raises(Conflict, match="in the books"):
        remove_keg(bar.ports, keg_id=keg.keg_id, member=OWNER, now=at(200))


def test_one_keg_is_next_on_a_tap_and_the_one_before_goes_back_into_stock(bar: Bar) -> None:
    one, two = stocked(bar, 2)
    queue_next(bar.ports, tap_id=ONE, keg_id=one.keg_id, member=MANAGER, now=at(10))

    queued = queue_next(bar.ports, tap_id=ONE, keg_id=two.keg_id, member=MANAGER, now=at(20))

    assert queued is not None
    assert (queued.state, queued.queued_on) == (KegState.NEXT, ONE)
    assert (listed(bar, KegState.NEXT), listed(bar, KegState.IN_STOCK)) == ([two.keg_id], [one.keg_id])
    assert queue_next(bar.ports, tap_id=ONE, keg_id=two.keg_id, member=MANAGER, now=at(30)) == queued
    assert queue_next(bar.ports, tap_id=TWO, keg_id=two.keg_id, member=MANAGER, now=at(40)) is not None
    assert queue_next(bar.ports, tap_id=TWO, keg_id=None, member=MANAGER, now=at(50)) is None
    assert listed(bar, KegState.NEXT) == []
    assert len(listed(bar, KegState.IN_STOCK)) == 2


def test_a_keg_with_beer_left_in_it_can_be_queued_and_goes_back_to_where_it_was(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.take([said(20, 90.0), said(60, 90.0)])
    bar.change(second=100)

    queue_next(bar.ports, tap_id=TWO, keg_id=keg.keg_id, member=MANAGER, now=at(200))
    assert listed(bar, KegState.NEXT) == [keg.keg_id]
    queue_next(bar.ports, tap_id=TWO, keg_id=None, member=MANAGER, now=at(300))

    assert listed(bar, KegState.LIFTED) == [keg.keg_id]
    assert bar.keg(keg.keg_id).taken_lbs == pytest.approx(90.0)


@pytest.mark.parametrize("state", ["on tap", "empty"])
def test_what_is_on_a_tap_or_empty_is_not_queued(bar: Bar, state: str) -> None:
    keg = bar.change(second=0)
    if state == "empty":
        bar.take([said(60, EMPTY + 0.3, pour=claim(20, FULL, 15.4 * 128))])
        bar.change(second=100)

    with pytest.raises(Conflict, match="choose another one"):
        queue_next(bar.ports, tap_id=TWO, keg_id=keg.keg_id, member=OWNER, now=at(200))


def test_the_lists_follow_a_keg_through_its_life(bar: Bar) -> None:
    (keg,) = stocked(bar)
    seen = [[state for state in KegState if keg.keg_id in listed(bar, state)]]
    queue_next(bar.ports, tap_id=ONE, keg_id=keg.keg_id, member=MANAGER, now=at(10))
    seen.append([state for state in KegState if keg.keg_id in listed(bar, state)])
    choose_keg(bar.ports, tap_id=ONE, keg_id=keg.keg_id, member=STAFF, now=at(20))
    seen.append([state for state in KegState if keg.keg_id in listed(bar, state)])
    bar.take([said(40, 90.0), said(90, 90.0)])
    bar.change(second=200)
    seen.append([state for state in KegState if keg.keg_id in listed(bar, state)])
    choose_keg(bar.ports, tap_id=TWO, keg_id=keg.keg_id, member=OWNER, now=at(300))
    seen.append([state for state in KegState if keg.keg_id in listed(bar, state)])

    assert seen == [[KegState.IN_STOCK], [KegState.NEXT], [KegState.ON_TAP], [KegState.LIFTED], [KegState.ON_TAP]]


def test_the_list_tells_worth_freshness_and_yield(bar: Bar) -> None:
    (fresh,) = stocked(bar)
    first = bar.change(second=10)
    bar.take([said(20, FULL), said(900, EMPTY + 0.2, pour=claim(100, FULL, 14.725 * 128))])
    bar.take([said(second, EMPTY + 0.2) for second in (930, 960, 990)])
    bar.change(second=1000)

    view = view_kegs(bar.ports, location_id="loc-001", member=STAFF, now=at(1100))

    (in_stock,) = view.in_stock
    assert (in_stock.keg.keg_id, in_stock.cost_cents, in_stock.value_cents) == (fresh.keg_id, 16_500, 16_500)
    assert (in_stock.keeping.word, in_stock.keeping.days_left) == (Freshness.FRESH, 80)
    (kicked,) = view.kicked
    assert kicked.keg.keg_id == first.keg_id
    assert kicked.yield_pct == pytest.approx(95)
    assert kicked.value_cents is None  # nobody said what it cost
    assert [line.keg.tap_id for line in view.on_tap] == [ONE]
    assert view.value_cents == 16_500


def test_the_next_keg_of_a_tap_is_the_queued_one_then_one_of_the_stock_then_a_new_one(bar: Bar) -> None:
    bar.change(second=0)

    def fetched(beer_id: str | None = None) -> Keg:
        keg = next_keg(bar.ports, tap_id=ONE, beer_id=beer_id, type_id=None, member=OWNER, now=at(100))
        assert keg is not None
        return keg

    assert listed(bar, KegState.IN_STOCK) == []
    made = fetched()
    assert (made.beer_id, made.tare.source, listed(bar, KegState.IN_STOCK)) == (
        "pils",
        TareSource.STAMPED,
        [made.keg_id],
    )
    assert fetched() == made
    (stout,) = stocked(bar, beer_id="stout", second=50)
    assert fetched("stout") == stout
    queue_next(bar.ports, tap_id=ONE, keg_id=stout.keg_id, member=MANAGER, now=at(60))
    assert fetched().keg_id == stout.keg_id


@pytest.mark.parametrize("member", [STAFF, MANAGER])
def test_only_a_manager_of_this_bar_manages_its_kegs(bar: Bar, member: Member) -> None:
    (keg,) = stocked(bar)
    elsewhere = "loc-002" if member is MANAGER else "loc-001"
    refusal = NotFound if member is MANAGER else Forbidden
    tap_id = TapId(elsewhere, 1)

    with pytest.raises(refusal):
        stock_kegs(
            bar.ports, location_id=elsewhere, beer_id="pils", type_id="half_barrel", count=1, member=member, now=at(0)
        )
    with pytest.raises(refusal):
        queue_next(bar.ports, tap_id=tap_id, keg_id=keg.keg_id, member=member, now=at(0))
    if member is STAFF:
        with pytest.raises(refusal):
            change_stocked(bar.ports, keg_id=keg.keg_id, label="x", member=member, now=at(0))
        with pytest.raises(refusal):
            remove_keg(bar.ports, keg_id=keg.keg_id, member=member, now=at(0))
    else:
        with pytest.raises(refusal):
            view_kegs(bar.ports, location_id=elsewhere, member=member, now=at(0))


def test_a_keg_of_another_bar_is_answered_like_one_that_is_not_there(bar: Bar) -> None:
    (theirs,) = stock_kegs(
        bar.ports, location_id="loc-002", beer_id="pils", type_id="half_barrel", count=1, member=OWNER, now=at(0)
    )
    answers = []
    for keg_id in (theirs.keg_id, "keg-unheard-of"):
        for act in (
            lambda keg_id=keg_id: change_stocked(bar.ports, keg_id=keg_id, label="x", member=MANAGER, now=at(0)),
            lambda keg_id=keg_id: remove_keg(bar.ports, keg_id=keg_id, member=MANAGER, now=at(0)),
            lambda keg_id=keg_id: queue_next(bar.ports, tap_id=ONE, keg_id=keg_id, member=MANAGER, now=at(0)),
            lambda keg_id=keg_id: choose_keg(bar.ports, tap_id=ONE, keg_id=keg_id, member=MANAGER, now=at(0)),
        ):
            with pytest.raises(NotFound) as refused:
                act()  # type: ignore[no-untyped-call]
            answers.append(str(refused.value).replace(keg_id, "X"))

    assert set(answers) == {"there is no keg X"}
