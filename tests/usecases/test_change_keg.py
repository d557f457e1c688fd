"""Changing a keg: one closed, one opened, the books and history on the right side of it."""

import random
from pathlib import Path

import pytest
from bar import EMPTY, FULL, HALF, MANAGER, ONE, OUNCE, STAFF, TWO, Bar, at, claim, opened, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.ids import TapId
from backend.domain.keg import KegState, KegTapped, Tare, TareSource
from backend.domain.level import Level
from backend.domain.member import OWNER, Member
from backend.domain.refusal import Conflict, Forbidden, Invalid, NotFound
from backend.ports import Key
from backend.usecases.change_keg import NextKeg, change_keg
from backend.usecases.record_waste import record_waste

EASY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_the_next_keg_is_on_with_its_ledger_and_its_tare(bar: Bar) -> None:
    keg = bar.change(second=0)

    tap = bar.tap()
    assert (tap.keg_id, tap.beer_id, tap.type_id, tap.tapped_at) == (keg.keg_id, "pils", "half_barrel", at(0))
    assert (tap.empty_lbs, tap.full_lbs) == (29.7, pytest.approx(FULL))
    assert bar.ledger(keg.keg_id).remaining == pytest.approx(15.5)
    tare = bar.ports.table.get(Key(f"KEG#{keg.keg_id}", "TARE"))
    assert tare is not None
    assert (tare["empty_offset"], tare["tared_by"], tare["source"]) == (29.7, "owner", "type_default")
    assert bar.told[-1] == KegTapped(
        location_id="loc-001", tap_id="loc-001:01", keg_id=keg.keg_id, closed_keg_id=None, at=at(0)
    )


@pytest.mark.parametrize(("last_lbs", "state"), [(EMPTY + 0.3, KegState.KICKED), (80.0, KegState.LIFTED)])
def test_the_old_keg_is_kicked_or_lifted_by_what_was_left_in_it(bar: Bar, last_lbs: float, state: KegState) -> None:
    old = bar.change(second=0)
    bar.take([said(100, last_lbs), said(200, 0.1)])

    bar.change(second=300, lifted=150)

    closed = bar.keg(old.keg_id)
    assert (closed.state, closed.closed_at) == (state, at(150))
    assert bar.told[-1].closed_keg_id == old.keg_id  # type: ignore[attr-defined]  # a KegTapped


def test_a_keg_that_was_emptied_by_its_books_is_kicked_though_the_next_was_weighed_already(bar: Bar) -> None:
    old = bar.change(second=0)
    emptied = said(100, EMPTY + 0.2, pour=claim(50, FULL, 15.4 * 128))
    bar.take([emptied, *(said(second, FULL) for second in range(500, 620, 20))])

    bar.change(second=450, lifted=400)

    assert bar.keg(old.keg_id).state is KegState.KICKED


def test_a_weight_measured_with_the_new_keg_on_tells_its_level_at_once(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(100, 40.0), said(200, FULL)])

    keg = bar.change(second=150, lifted=120)

    level = bar.state().level
    assert isinstance(level, Level)
    assert level.percent == pytest.approx(100)
    assert bar.state().keg_id == keg.keg_id
    assert bar.state().shown is not None


def test_a_weight_from_before_the_new_keg_tells_nothing_of_it(bar: Bar) -> None:
    old = bar.change(second=0)
    bar.take([said(100, 40.0)])

    keg = bar.change(second=150)
    assert bar.state().keg_id == old.keg_id

    bar.take([said(160, FULL)])
    assert bar.state().keg_id == keg.keg_id


def test_history_is_split_where_the_kegs_were_changed(bar: Bar) -> None:
    old = bar.change(second=0)
    bar.take([said(second, 40.0 if second < 300 else 0.2 if second < 420 else FULL) for second in range(0, 600, 20)])

    new = bar.change(second=420, lifted=300)

    assert {row[2] for row in bar.recorded() if row[0] < 300} == {old.keg_id}
    assert {row[2] for row in bar.recorded() if 300 <= row[0] < 420} == {None}
    assert {row[2] for row in bar.recorded() if row[0] >= 420} == {new.keg_id}


@EASY
@given(seed=st.integers(0, 10_000), swaps=st.lists(st.integers(60, 7000), min_size=1, max_size=4, unique=True))
def test_no_bin_averages_over_a_change_of_kegs_however_late_the_readings(
    fresh: Path, seed: int, swaps: list[int]
) -> None:
    dice = random.Random(seed)
    swaps = sorted(swap + (swap % 60 == 1) for swap in swaps)  # no reading in the second of a change
    kegs_lbs = [100.0 + n for n in range(len(swaps) + 1)]  # each keg weighs its own whole pound
    readings = [
        said(second, kegs_lbs[sum(second >= swap for swap in swaps)], received=dice.choice([second, 9000]))
        for second in range(0, 7200, 60)
    ]
    with opened(fresh) as bar:
        bar.change(second=-60)
        for swap, until in zip(swaps, [*swaps[1:], 9001], strict=True):
            early = [one for one in readings if one.received_at < at(swap)]
            bar.take(early)
            bar.change(second=swap)
            assert until
        dice.shuffle(readings)
        bar.take(readings)

        for length in (300, 900, 3600, 21_600):
            bins = bar.ports.history.points(tap_id=ONE, start=at(-86_400), end=at(86_400), bin_seconds=length)
            assert sum(one.count for one in bins) == len(readings)
            assert all(one.min_lbs == one.max_lbs == pytest.approx(one.mean_lbs) for one in bins)
            assert len({one.keg_id for one in bins}) == len({round(one.mean_lbs) for one in bins})


def test_pours_told_before_a_late_change_move_to_the_keg_they_came_from(bar: Bar) -> None:
    old = bar.change(second=0)
    bar.take([said(100, 40.0, pour=claim(90, 41.0, 16)), said(400, FULL - 1, pour=claim(390, FULL, 16))])
    record_waste(bar.ports, tap_id=ONE, gallons=0.1, reason="foam", at=at(350), member=STAFF, now=at(420), wall=at(420))

    new = bar.change(keg=NextKeg(beer_id="stout", type_id="half_barrel"), second=300, lifted=200)

    assert (bar.ledger(old.keg_id).pours, bar.ledger(old.keg_id).wasted) == (1, pytest.approx(0))
    assert (bar.ledger(new.keg_id).pours, bar.ledger(new.keg_id).wasted) == (1, pytest.approx(0.1))
    moved = bar.pours()[-1]
    assert moved.keg_id == new.keg_id
    assert moved.gallons == pytest.approx(16 * OUNCE / (8.345 * 1.014))
    assert bar.ledger(new.keg_id).poured == moved.gallons
    assert bar.take([said(400, FULL - 1, pour=claim(390, FULL, 16))]).pours == 0


def test_more_pours_than_one_commit_holds_are_refused_and_nothing_moves(bar: Bar) -> None:
    old = bar.change(second=0)
    bar.take([said(n * 10, 150 - n, pour=claim(n * 10 - 5, 150 - n, 4)) for n in range(1, 90)])

    with pytest.raises(Invalid, match="give a later moment"):
        bar.change(second=1)

    assert bar.tap().keg_id == old.keg_id
    assert {keg_id for _, _, keg_id in bar.recorded()} == {old.keg_id}


@pytest.mark.parametrize(
    ("second", "lifted", "said_why"),
    [
        (200, 300, "lifted first"),
        (1000, None, "not in the future"),
        (50, None, "put on after that moment"),
        (300, 50, "put on after that moment"),
    ],
)
def test_times_that_cannot_be_are_refused(bar: Bar, second: int, lifted: int | None, said_why: str) -> None:
    bar.change(second=100)

    with pytest.raises(Invalid, match=said_why):
        change_keg(
            bar.ports,
            tap_id=ONE,
            keg=HALF,
            at=at(second),
            lifted_at=None if lifted is None else at(lifted),
            member=OWNER,
            now=at(400),
        )

    assert bar.tap().tapped_at == at(100)


def test_the_same_change_told_twice_is_refused_and_changes_nothing(bar: Bar) -> None:
    keg = bar.change(second=100)
    bar.take([said(110, FULL)])

    with pytest.raises(Conflict, match="is on already: nothing more to do"):
        bar.change(second=100)

    assert bar.tap().keg_id == keg.keg_id
    assert bar.recorded() == [(110.0, pytest.approx(FULL), keg.keg_id)]


@pytest.mark.parametrize(
    ("keg", "refusal", "said_why"),
    [
        (NextKeg(beer_id="nothing", type_id="half_barrel"), NotFound, "add it first"),
        (NextKeg(beer_id="pils", type_id="barrel"), Invalid, "no keg type"),
        (NextKeg(beer_id="pils", type_id="uk_firkin"), Invalid, "weigh the empty keg"),
        (NextKeg(beer_id="pils", type_id="half_barrel", full_lbs=20.0), Invalid, "cannot weigh"),
        (NextKeg(beer_id="pils", type_id="half_barrel", full_lbs=float("nan")), Invalid, "cannot weigh"),
    ],
)
def test_a_keg_that_cannot_be_is_refused(bar: Bar, keg: NextKeg, refusal: type[Exception], said_why: str) -> None:
    with pytest.raises(refusal, match=said_why):
        bar.change(keg=keg, second=100)

    assert bar.tap().keg_id is None


def test_a_weighed_shell_makes_a_firkin(bar: Bar) -> None:
    tare = Tare(empty_lbs=24.0, source=TareSource.WEIGHED_EMPTY)

    keg = bar.change(keg=NextKeg(beer_id="pils", type_id="uk_firkin", tare=tare), second=0)

    assert bar.ledger(keg.keg_id).opening == pytest.approx(9 * 4.54609 / 3.785411784)


@pytest.mark.parametrize(
    ("member", "tap_id", "refusal"),
    [
        (STAFF, ONE, Forbidden),
        (MANAGER, TapId("loc-002", 1), NotFound),
        (MANAGER, TapId("loc-009", 1), NotFound),
        (OWNER, TapId("loc-001", 9), NotFound),
    ],
)
def test_only_who_may_changes_a_keg(bar: Bar, member: Member, tap_id: TapId, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        change_keg(bar.ports, tap_id=tap_id, keg=HALF, at=at(0), member=member, now=at(0))


def test_another_location_is_answered_in_the_same_words_as_an_unknown_one(bar: Bar) -> None:
    answers = []
    for location_id in ("loc-002", "loc-009"):
        with pytest.raises(NotFound) as refused:
            change_keg(bar.ports, tap_id=TapId(location_id, 1), keg=HALF, at=at(0), member=MANAGER, now=at(0))
        answers.append(str(refused.value).replace(location_id, "X"))

    assert answers[0] == answers[1]


@EASY
@given(seed=st.integers(0, 100_000))
def test_what_a_keg_held_less_all_that_left_it_is_its_level(fresh: Path, seed: int) -> None:
    dice = random.Random(seed)
    left, second, gone = FULL - EMPTY, 0.0, 0.0
    with opened(fresh) as bar:
        keg = bar.change(TWO, second=-10)
        while left > 8 and second < 40_000:
            second += dice.randint(20, 900)
            if dice.random() < 0.1:
                gallons = dice.uniform(0.01, 0.2)
                moment = at(second)
                record_waste(
                    bar.ports,
                    tap_id=TWO,
                    gallons=gallons,
                    reason="foam",
                    at=moment,
                    member=STAFF,
                    now=moment,
                    wall=moment,
                )
                left -= gallons * 8.345 * 1.010
            ounces = dice.choice([4, 8, 12, 16, 20, 64])
            before = EMPTY + left
            left -= ounces * OUNCE
            gone += ounces / 128
            reading = said(second, round(EMPTY + left, 3), device_id="SCALE-2", pour=claim(second - 40, before, ounces))
            bar.take([reading] * dice.randint(1, 2))

        level, ledger = bar.state(TWO).level, bar.ledger(keg.keg_id)

    assert isinstance(level, Level)
    assert ledger.poured == pytest.approx(gone)
    assert abs(ledger.remaining - level.gallons) < 0.01 * ledger.opening
    assert ledger.remaining == ledger.opening - ledger.poured - ledger.wasted - ledger.unseen


@pytest.mark.parametrize("fraction", [0.0, 0.001, 0.5, 0.999])
def test_the_seconds_in_which_a_keg_is_lifted_and_put_on_belong_to_no_keg(bar: Bar, fraction: float) -> None:
    old = bar.change(second=0)
    change_keg(
        bar.ports,
        tap_id=ONE,
        keg=HALF,
        at=at(150 + fraction),
        lifted_at=at(120 + fraction),
        member=OWNER,
        now=at(200),
    )
    seconds = (119, 120, 121, 150, 151, 152, 153)

    bar.take([said(second, 100.0) for second in seconds])

    new = bar.tap().keg_id
    standing = 151 if not fraction else 152
    expected = [old.keg_id if s < 120 else new if s >= standing else None for s in seconds]
    assert [keg_id for _, _, keg_id in bar.recorded()] == expected


def test_two_changes_within_a_second_are_two_kegs(bar: Bar) -> None:
    first = change_keg(bar.ports, tap_id=ONE, keg=HALF, at=at(100.1), member=OWNER, now=at(101))

    second = change_keg(bar.ports, tap_id=ONE, keg=HALF, at=at(100.6), member=OWNER, now=at(101))

    assert first.keg_id != second.keg_id
    assert bar.keg(first.keg_id).state is KegState.LIFTED
    assert bar.tap().keg_id == second.keg_id
    assert [stay.keg_id for stay in bar.stays()] == [second.keg_id, first.keg_id]
    with pytest.raises(Conflict, match="is on already"):
        change_keg(bar.ports, tap_id=ONE, keg=HALF, at=at(100.1), member=OWNER, now=at(101))
