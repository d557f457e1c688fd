"""A change of kegs taken back: the keg before stands there again, as if nothing had been said."""

import random
from pathlib import Path

import pytest
from bar import FULL, HALF, MANAGER, ONE, OUNCE, STAFF, TWO, Bar, at, claim, opened, said
from cellar import Cellar, barrel, face, percent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.ids import TapId
from backend.domain.keg import KegState, SwapUndone
from backend.domain.member import OWNER, Member
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.ports import Item, Key, Query
from backend.usecases import load
from backend.usecases.choose_keg import choose_keg
from backend.usecases.undo_swap import confirm_swap, undo_swap

EASY = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
VOLATILE = {"version", "swapped_at"}


def everything(bar: Bar) -> dict[Key, Item]:
    """All that the table tells of the bar, but for what only grows."""
    rows: dict[Key, Item] = {}
    kegs = {stay.keg_id for tap_id in (ONE, TWO) for stay in bar.stays(tap_id)}
    for partition in ("LOCATION#loc-001", *(f"KEG#{keg_id}" for keg_id in kegs)):
        for item in load.every(bar.ports, Query(partition=partition)):
            if not str(item["SK"]).startswith(("AUDIT#", "SWAP#", "SWAPPING#")):
                key = Key(str(item["PK"]), str(item["SK"]))
                rows[key] = {name: value for name, value in item.items() if name not in VOLATILE}
    return rows


def stood(bar: Bar) -> list[tuple[float, float, str | None]]:
    """What history keeps of the first tap."""
    return bar.recorded()


def swapped(bar: Bar, *, pours: int = 0, gap: tuple[int, int] = (300, 400)) -> None:
    """A keg a third full is replaced by a full one, and so many glasses are poured of that."""
    bar.change(second=0)
    bar.take([said(100, 70.0), said(200, 70.0), said(gap[0], 0.1, stable=False)])
    bar.take([said(gap[1], FULL), said(gap[1] + 10, FULL)])
    for number in range(pours):
        second, before = gap[1] + 60 + 20 * number, FULL - number * 8 * OUNCE
        bar.take([said(second, before - 8 * OUNCE, pour=claim(second - 5, before, 8))])


def test_after_undo_all_is_as_if_nothing_had_been_said(cellar: Cellar) -> None:
    cellar.queue(cellar.stocked("stout"))
    cellar.pour(16)
    before, recorded = everything(cellar.bar), stood(cellar.bar)
    cellar.swap(new=barrel("stout"))
    cellar.run(60)
    assert cellar.keg_on().beer_id == "stout"

    undo_swap(cellar.bar.ports, tap_id=ONE, member=STAFF, now=cellar.now)

    after = everything(cellar.bar)
    states = {key for key in before if key.sk.endswith(("STATE", "TELEMETRY"))}
    assert {key: after[key] for key in before if key not in states} == {
        key: before[key] for key in before if key not in states
    }
    assert set(after) == set(before)
    assert stood(cellar.bar)[: len(recorded)] == recorded
    assert {keg_id for _, _, keg_id in stood(cellar.bar)} == {cellar.old().keg_id}
    assert percent(cellar) == pytest.approx(100, abs=1)  # the platform carries what it carries
    assert face(cellar).why is None
    assert cellar.bar.told[-1] == SwapUndone(
        location_id="loc-001", tap_id=str(ONE), keg_id=cellar.old().keg_id, at=cellar.last().at
    )


def test_undone_it_stays_undone_while_the_scale_says_the_same_weight(cellar: Cellar) -> None:
    cellar.swap()
    cellar.run(60)
    undo_swap(cellar.bar.ports, tap_id=ONE, member=STAFF, now=cellar.now)

    cellar.run(300)

    assert cellar.keg_on() == cellar.old()
    assert cellar.closed() == []


def test_pours_since_the_change_move_back_with_their_volumes_by_the_beer_they_were_of(bar: Bar) -> None:
    swapped(bar, pours=3)
    choose_keg(bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=OWNER, now=at(600))
    first = bar.stays()[-1].keg_id
    assert bar.ledger(bar.stays()[0].keg_id).poured == pytest.approx(3 * 8 * OUNCE / (8.345 * 1.014))

    undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(700))

    ledger = bar.ledger(first)
    assert (ledger.pours, ledger.poured) == (3, pytest.approx(3 * 8 * OUNCE / (8.345 * 1.010)))
    assert {pour.keg_id for pour in bar.pours()} == {first}
    assert bar.take([said(700, FULL - 3 * 8 * OUNCE)]).moved == 1


def test_more_pours_than_one_commit_holds_move_back_too(bar: Bar) -> None:
    swapped(bar, pours=205)
    first, second = bar.stays()[1].keg_id, bar.stays()[0].keg_id
    assert bar.ledger(second).pours == 205

    undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(5000))

    assert bar.tap().keg_id == first
    assert bar.ledger(first).pours == 205
    assert bar.ledger(first).poured == pytest.approx(205 * 8 * OUNCE / (8.345 * 1.010))
    assert {pour.keg_id for pour in bar.pours()} == {first}
    assert bar.ports.table.get(Key(f"KEG#{second}", "META")) is None


def test_undo_said_again_is_harmless_and_undoes_nothing_that_came_before(bar: Bar) -> None:
    swapped(bar)
    bar.take([said(1000, 0.1, stable=False), said(1100, FULL + 1), said(1110, FULL + 1)])
    assert len(bar.stays()) == 3
    first = undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(1200))
    before = everything(bar)

    again = undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(1300))

    assert again == first
    assert everything(bar) == before
    assert len(bar.stays()) == 2


def test_a_moved_keg_goes_back_to_where_it_was_lifted_off(cellar: Cellar) -> None:
    body, moved = cellar.stand(TWO).keg, cellar.keg_on(TWO)
    cellar.stand(TWO).change(None, 5)
    cellar.run(30)
    before = everything(cellar.bar)
    cellar.swap(ONE, body)
    cellar.run(60)
    assert cellar.keg_on(ONE).keg_id == moved.keg_id

    undo_swap(cellar.bar.ports, tap_id=ONE, member=STAFF, now=cellar.now)

    after = everything(cellar.bar)
    states = {key for key in before if key.sk.endswith(("STATE", "TELEMETRY"))}
    assert {key: after[key] for key in before if key not in states} == {
        key: before[key] for key in before if key not in states
    }
    assert (cellar.keg_on(ONE), cellar.keg_on(TWO).keg_id) == (cellar.old(ONE), moved.keg_id)
    assert face(cellar, TWO).why == "keg lifted"


def test_the_keg_that_nobody_knew_is_undone_too(cellar: Cellar) -> None:
    cellar.swap(new=barrel(left=0.45))
    cellar.run(60)
    assert cellar.bar.tap().keg_id is None

    undo_swap(cellar.bar.ports, tap_id=ONE, member=STAFF, now=cellar.now)

    assert cellar.keg_on() == cellar.old()
    assert percent(cellar) == pytest.approx(45, abs=1)


def test_where_no_keg_was_before_a_keg_with_pours_stays_in_the_books(bar: Bar) -> None:
    keg = bar.change(second=0)
    bar.take([said(20, FULL), said(60, FULL - 8 * OUNCE, pour=claim(50, FULL, 8))])

    undo_swap(bar.ports, tap_id=ONE, member=OWNER, now=at(100))

    assert bar.tap().keg_id is None
    assert bar.keg(keg.keg_id).state is KegState.LIFTED
    assert bar.ledger(keg.keg_id).pours == 1
    assert {keg_id for second, _, keg_id in bar.recorded() if second >= 100} <= {None}


def test_where_no_keg_was_before_a_keg_without_pours_never_was(bar: Bar) -> None:
    keg = bar.change(second=0)

    undo_swap(bar.ports, tap_id=ONE, member=OWNER, now=at(100))

    assert bar.stays() == []
    assert load.every(bar.ports, Query(partition=f"KEG#{keg.keg_id}")) == []


def test_a_tap_where_nothing_was_changed_has_nothing_to_undo(bar: Bar) -> None:
    with pytest.raises(Conflict, match="nothing to undo"):
        undo_swap(bar.ports, tap_id=ONE, member=OWNER, now=at(0))
    with pytest.raises(Conflict, match="nothing to confirm"):
        confirm_swap(bar.ports, tap_id=ONE, member=OWNER, now=at(0))


def test_staff_undo_what_the_scale_found_and_what_they_did_but_not_what_a_manager_said(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(30, 70.0)])
    choose_keg(bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=MANAGER, now=at(100), sure=True)

    with pytest.raises(Forbidden, match="ask a Manager"):
        undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(200))
    undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(200))
    choose_keg(bar.ports, tap_id=ONE, beer_id="pils", type_id="half_barrel", member=STAFF, now=at(300), at=at(290))
    undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(400))


def test_after_a_day_it_takes_a_manager(bar: Bar) -> None:
    swapped(bar)

    with pytest.raises(Forbidden, match="more than a day ago"):
        undo_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(90_000))

    assert undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(90_000)).undone_by == "manager-1"


@pytest.mark.parametrize("act", [undo_swap, confirm_swap])
@pytest.mark.parametrize(
    ("member", "tap_id"), [(MANAGER, TapId("loc-002", 1)), (MANAGER, TapId("loc-009", 1)), (OWNER, TapId("loc-001", 9))]
)
def test_other_bars_and_taps_are_not_there(bar: Bar, act: object, member: Member, tap_id: TapId) -> None:
    with pytest.raises(NotFound):
        act(bar.ports, tap_id=tap_id, member=member, now=at(0))  # type: ignore[operator]  # both are use cases


def test_confirmed_it_is_no_guess_any_more_and_a_later_word_is_a_change_of_its_own(bar: Bar) -> None:
    swapped(bar)
    confirmed = confirm_swap(bar.ports, tap_id=ONE, member=STAFF, now=at(500))
    again = confirm_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(510))
    assert (confirmed.confirmed_by, again) == ("staff-1", confirmed)

    choose_keg(bar.ports, tap_id=ONE, beer_id="stout", type_id="half_barrel", member=MANAGER, now=at(900))

    assert len(bar.stays()) == 3


def test_a_keg_that_nobody_knows_cannot_be_confirmed(cellar: Cellar) -> None:
    cellar.swap(new=barrel(left=0.45))
    cellar.run(60)

    with pytest.raises(Invalid, match="choose it"):
        confirm_swap(cellar.bar.ports, tap_id=ONE, member=STAFF, now=cellar.now)


@EASY
@given(seed=st.integers(0, 100_000))
def test_a_change_that_is_undone_leaves_the_books_of_one_keg(fresh: Path, seed: int) -> None:
    dice = random.Random(seed)
    with opened(fresh) as bar, opened(fresh) as plain:
        for place in (bar, plain):
            place.change(keg=HALF, second=0)
        left, second = FULL, 30.0
        for _ in range(dice.randint(2, 12)):
            second += dice.randint(20, 400)
            if dice.random() < 0.3:
                choose_keg(
                    bar.ports,
                    tap_id=ONE,
                    beer_id=dice.choice(["pils", "stout"]),
                    type_id="half_barrel",
                    member=OWNER,
                    now=at(second),
                    at=at(second),
                )
                for _ in range(dice.randint(0, 3)):
                    left, second = _pour((bar, plain), left, second, dice)
                undo_swap(bar.ports, tap_id=ONE, member=OWNER, now=at(second))
            else:
                left, second = _pour((bar, plain), left, second, dice)

        mine, theirs = bar.tap().keg_id, plain.tap().keg_id
        assert mine is not None
        assert theirs is not None
        ledger, expected = bar.ledger(mine), plain.ledger(theirs)
        assert (ledger.pours, ledger.poured) == (expected.pours, pytest.approx(expected.poured))
        assert len(bar.stays()) == len(plain.stays()) == 1
        assert bar.recorded() == [(when, lbs, mine if keg else None) for when, lbs, keg in plain.recorded()]


def _pour(bars: tuple[Bar, Bar], left: float, second: float, dice: random.Random) -> tuple[float, float]:
    ounces = dice.choice([4, 8, 16])
    second += 30
    reading = said(second, left - ounces * OUNCE, pour=claim(second - 10, left, ounces))
    for bar in bars:
        bar.take([reading])
    return left - ounces * OUNCE, second
