"""Pours of scales that claim none are sought on the server; what fell while nobody saw it is booked as unseen."""

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from bar import FULL, ONE, OUNCE, TWO, Bar, at, claim, opened, said
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.cellar import pours, taps
from backend.domain.ledger import PourEnded, Unseen
from backend.domain.reading import Reading, StatusReport
from backend.domain.units import OZ_PER_GALLON
from backend.ports import Query
from backend.usecases import load
from backend.usecases.take_statuses import take_statuses


def born(bar: Bar, *, claims: bool, session: int = 5) -> None:
    """The scale says who it is."""
    report = StatusReport(
        device_id="SCALE-1",
        received_at=at(0),
        online=True,
        session=session,
        sent_t=int(at(0).timestamp()),
        pours=claims,
    )
    take_statuses(bar.ports, reports=[report])


def glass(start: int, ounces: float, full: float, *, boot: int | None = 1) -> list[Reading]:
    """What a scale says of a glass at two ounces a second, from its plateau to the next."""
    first, last = 10 * start, 10 * start + int(5 * ounces)
    told = [said(start, full, seq=first, boot=boot)]
    told += [
        said(n / 10, full - (n - first) / 5 * OUNCE, seq=n + 1, boot=boot, stable=False)
        for n in range(first + 5, last + 5, 5)
        if n <= last
    ]
    return [*told, said(last / 10 + 1, full - ounces * OUNCE, seq=last + 10, boot=boot)]


def resting(lbs: float, since: int, until: int, *, boot: int | None = 1, every: int = 30) -> list[Reading]:
    """What it says of a keg that nobody touches."""
    return [said(second, lbs, seq=10 * second, boot=boot) for second in range(since, until, every)]


def unseens(bar: Bar) -> list[Unseen]:
    """Every fall that nobody saw."""
    rows = load.every(bar.ports, Query(partition="LOCATION#loc-001", begins_with="UNSEEN#"))
    return [pours.unseen_from_item(row) for row in rows]


def ounces(bar: Bar) -> list[float]:
    return [pytest.approx(pour.gallons * OZ_PER_GALLON, abs=0.3) for pour in bar.pours()]


def test_a_glass_of_a_scale_that_claims_none_is_found_and_booked_once(bar: Bar) -> None:
    keg = bar.change(second=0)
    born(bar, claims=False)
    evening = [*resting(FULL, 5, 100), *glass(120, 16, FULL), *resting(FULL - 16 * OUNCE, 150, 300)]

    taken = bar.take(evening)
    again = bar.take(evening)

    assert (taken.pours, again.pours) == (1, 0)
    (pour,) = bar.pours()
    assert pour.keg_id == keg.keg_id
    assert pour.device_id == "SCALE-1"
    assert pour.gallons * OZ_PER_GALLON == pytest.approx(16, abs=0.3)
    assert abs((pour.started_at - at(120)).total_seconds()) <= 1
    assert pour.seconds == pytest.approx(9, abs=1.5)
    assert bar.ledger(keg.keg_id).poured == pytest.approx(pour.gallons)
    assert [event.pour_id for event in bar.told if isinstance(event, PourEnded)] == [pour.pour_id]


def test_what_is_remembered_lies_with_the_state_so_that_a_glass_may_be_cut_by_a_restart(bar: Bar) -> None:
    bar.change(second=0)
    born(bar, claims=False)
    evening = [*resting(FULL, 5, 100), *glass(120, 16, FULL), *resting(FULL - 16 * OUNCE, 150, 300)]

    for reading in evening:
        bar.take([reading])

    assert ounces(bar) == [16]
    assert bar.state().seeking is not None


def test_a_publisher_that_numbers_nothing_and_never_said_who_it_is_has_its_glasses_found(bar: Bar) -> None:
    bar.change(second=0)
    platform = [FULL - 16 * OUNCE * (second > 300) - 12 * OUNCE * (second > 600) for second in range(0, 900, 10)]

    for number, lbs in enumerate(platform):
        bar.take([said(10 * number + 5, lbs, boot=None)._replace(stable=None)])

    assert ounces(bar) == [16, 12]


def test_a_scale_that_claims_its_pours_is_believed_and_no_glass_counts_twice(bar: Bar) -> None:
    bar.change(second=0)
    born(bar, claims=True)
    told = glass(120, 16, FULL)
    told[-1] = told[-1]._replace(pour=claim(120, FULL, 16))

    bar.take([*resting(FULL, 5, 100), *told, *resting(FULL - 16 * OUNCE, 150, 300)])

    assert ounces(bar) == [16]
    item = bar.ports.table.get(taps.state_key(ONE))
    assert item is not None
    assert "seeking" not in item


def test_a_numbered_scale_may_claim_its_pours_until_its_birth_message_is_heard(bar: Bar) -> None:
    bar.change(second=0)

    bar.take([*resting(FULL, 5, 100), *glass(120, 16, FULL), *resting(FULL - 16 * OUNCE, 150, 300)])

    assert bar.pours() == []


def test_what_fell_across_a_silence_is_unseen_once_and_counts_for_the_level_only(bar: Bar) -> None:
    keg = bar.change(second=0)
    born(bar, claims=False)
    evening = [*resting(FULL, 5, 100), *resting(FULL - 40 * OUNCE, 900, 1200)]

    bar.take(evening)
    bar.take(evening)

    (unseen,) = unseens(bar)
    ledger = bar.ledger(keg.keg_id)
    assert unseen.keg_id == keg.keg_id
    assert unseen.gallons * OZ_PER_GALLON == pytest.approx(40, abs=0.5)
    assert at(890) < unseen.at < at(1000)
    assert (ledger.pours, ledger.poured) == (0, 0)
    assert ledger.unseen == pytest.approx(unseen.gallons)
    assert ledger.remaining == pytest.approx(15.5 - 40 / OZ_PER_GALLON, abs=0.01)
    assert bar.pours() == []


def test_of_a_scale_that_claims_pours_only_what_fell_while_it_was_off_is_unseen(bar: Bar) -> None:
    bar.change(second=0)
    born(bar, claims=True)
    lighter, lightest = FULL - 30 * OUNCE, FULL - 70 * OUNCE
    bar.take(resting(FULL, 5, 100))

    bar.take(resting(lighter, 900, 1000))
    assert unseens(bar) == []

    bar.take([said(3000, lightest, seq=1, boot=2, stable=False)])
    bar.take([said(3002, lightest, seq=2, boot=2), said(3032, lightest, seq=3, boot=2)])

    (unseen,) = unseens(bar)
    assert unseen.gallons * OZ_PER_GALLON == pytest.approx(40, abs=0.3)
    assert bar.state().seeking is None


def test_a_restart_of_a_minute_leaves_nothing_unseen(bar: Bar) -> None:
    bar.change(second=0)
    born(bar, claims=True)

    bar.take(resting(FULL, 5, 100))
    bar.take([said(130, FULL - 0.05, seq=1, boot=2, stable=False), said(132, FULL - 0.05, seq=2, boot=2)])

    assert unseens(bar) == []
    assert bar.state().seeking is None


@pytest.mark.parametrize("change", ["calibration", "clock"])
def test_weights_that_cannot_be_compared_are_not(bar: Bar, change: str) -> None:
    bar.change(second=0)
    born(bar, claims=False)
    before = [one._replace(cal=1) for one in resting(FULL, 5, 100)]
    after = [one._replace(cal=1) for one in resting(FULL - 3.0, 120, 300)]
    if change == "calibration":
        after = [one._replace(cal=2) for one in after]
    else:
        before = [one._replace(measured_at=at(10_000 + n), seq=n) for n, one in enumerate(before)]

    bar.take(before)
    bar.take(after)

    assert bar.pours() == []
    assert unseens(bar) == []


def test_a_keg_that_is_lifted_or_changed_is_neither_a_pour_nor_unseen(bar: Bar) -> None:
    bar.change(second=0)
    born(bar, claims=False)
    bare = [said(second, 0.0, seq=10 * second, stable=second > 122) for second in range(120, 180, 10)]

    bar.take([*resting(FULL, 5, 100), *bare])
    bar.take(resting(FULL - 2.0, 190, 400))

    assert bar.pours() == []
    assert unseens(bar) == []


def test_a_tap_without_a_keg_has_nothing_to_seek(bar: Bar) -> None:
    born(bar, claims=False)

    bar.take([*resting(FULL, 5, 100), *glass(120, 16, FULL), *resting(FULL - 16 * OUNCE, 150, 300)])

    assert bar.pours() == []
    assert bar.state().seeking is None


def test_glasses_of_another_tap_stay_apart(bar: Bar) -> None:
    bar.change(second=0)
    bar.change(TWO, second=0)
    born(bar, claims=False)
    evening = [*resting(FULL, 5, 100), *glass(120, 16, FULL), *resting(FULL - 16 * OUNCE, 150, 300)]

    bar.take([*evening, *(one._replace(device_id="SCALE-2", boot=None, seq=None) for one in evening)])

    assert sorted(str(pour.tap_id) for pour in bar.pours()) == [str(ONE), str(TWO)]


def cut(evening: Sequence[Reading], cuts: Sequence[int]) -> list[Sequence[Reading]]:
    return [evening[start:end] for start, end in pairwise([0, *sorted(cuts), len(evening)])]


@settings(deadline=None, max_examples=25)
@given(cuts=st.lists(st.integers(0, 160), max_size=10), seed=st.integers(0, 1000))
def test_batches_may_end_anywhere_and_bring_what_is_within_them_in_any_order(
    fresh: Path, cuts: list[int], seed: int
) -> None:
    dice = random.Random(seed)
    evening, full = resting(FULL, 5, 100), FULL
    for start in (120, 180, 260, 400):
        evening += glass(start, 12, full)
        full -= 12 * OUNCE
    evening += resting(full, 450, 600)

    with opened(fresh) as bar:
        keg = bar.change(second=0)
        born(bar, claims=False)
        for batch in cut(evening, cuts):
            bar.take(dice.sample(batch, len(batch)))

        assert ounces(bar) == [12, 12, 12, 12]
        assert bar.ledger(keg.keg_id).poured * OZ_PER_GALLON == pytest.approx(48, abs=0.6)


def test_a_scale_that_claims_its_pours_is_not_sought_for_whatever_its_birth_said(bar: Bar) -> None:
    bar.change(second=0)
    born(bar, claims=False)
    bar.take(resting(FULL, 5, 100))
    *poured, last = glass(120, 16, FULL)

    bar.take([*poured, last._replace(pour=claim(120, FULL, 16))])
    bar.take(resting(FULL - 16 * OUNCE, 150, 300))

    assert len(bar.pours()) == 1
