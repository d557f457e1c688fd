"""Several threads at one tap: nothing is lost, whoever comes second decides anew."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from bar import HALF, ONE, OUNCE, Bar, at, claim, said

from backend.domain.member import OWNER
from backend.domain.reading import Reading
from backend.domain.refusal import Conflict, Invalid
from backend.usecases.change_keg import change_keg
from backend.usecases.record_waste import record_waste


def _until_done(job: Callable[[], object]) -> None:
    """Do it again as long as others are faster."""
    while True:
        try:
            job()
        except Conflict:
            continue
        return


def _until_taken(bar: Bar, readings: list[Reading]) -> None:
    _until_done(lambda: bar.take(readings))


def _together(jobs: list[Callable[[], object]]) -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # so that they meet in the middle of what they do
    try:
        with ThreadPoolExecutor(len(jobs)) as pool:
            for done in [pool.submit(job) for job in jobs]:
                done.result()
    finally:
        sys.setswitchinterval(before)


def test_eight_threads_on_one_tap_lose_no_reading_and_no_pour(bar: Bar) -> None:
    keg = bar.change(second=-60)
    readings = [
        said(n * 10, 150 - n * OUNCE, pour=claim(n * 10 - 5, 150 - (n - 1) * OUNCE, 1) if n % 2 else None)
        for n in range(240)
    ]

    _together(
        [
            lambda mine=readings[thread::8]: [_until_taken(bar, mine[a : a + 3]) for a in range(0, len(mine), 3)]
            for thread in range(8)
        ]
    )

    assert bar.ports.history.count() == 240
    assert bar.state().updated_at == at(2390)
    assert bar.ledger(keg.keg_id).pours == 120 == len(bar.pours())
    assert bar.ledger(keg.keg_id).poured == pytest.approx(120 / 128)


def test_a_keg_changed_while_readings_pour_in_splits_history_where_it_was_changed(bar: Bar) -> None:
    bar.change(second=-60)

    def read() -> None:
        for n in range(300):
            _until_taken(bar, [said(n, 100.0, pour=claim(n - 0.5, 100.0, 1) if n % 5 == 0 else None)])

    def change() -> None:
        for n in range(1, 20):
            _until_done(
                lambda n=n: change_keg(bar.ports, tap_id=ONE, keg=HALF, at=at(n * 15), member=OWNER, now=at(400))
            )

    _together([read, change])

    stays = bar.stays()
    assert len(stays) == 20
    for second, _, keg_id in bar.recorded():
        assert [keg_id] == ([stay.keg_id for stay in stays if stay.covers(at(second))] or [None])
    for stay in stays:
        mine = [pour for pour in bar.pours() if pour.keg_id == stay.keg_id]
        assert bar.ledger(stay.keg_id).pours == len(mine)
    assert sum(bar.ledger(stay.keg_id).pours for stay in stays) == 60


def test_of_two_who_change_the_same_tap_history_follows_the_one_who_did(bar: Bar) -> None:
    bar.change(second=-60)
    bar.take([said(n, 100.0) for n in range(0, 300, 10)])

    def change(second: int) -> str | None:
        try:
            return bar.change(second=second).keg_id
        except (Conflict, Invalid):
            return None

    _together([lambda second=second: change(second) for second in (30, 90, 150, 210)])

    stays = bar.stays()
    for second, _, keg_id in bar.recorded():
        assert [keg_id] == [stay.keg_id for stay in stays if stay.covers(at(second))]


def test_waste_and_pours_at_the_same_moment_are_both_booked(bar: Bar) -> None:
    keg = bar.change(second=-60)

    def waste() -> None:
        for n in range(40):
            _until_done(
                lambda n=n: record_waste(
                    bar.ports, tap_id=ONE, gallons=0.01, reason="foam", at=at(n), member=OWNER, now=at(n), wall=at(n)
                )
            )

    def pour() -> None:
        for n in range(40):
            _until_taken(bar, [said(n * 10, 150 - n, pour=claim(n * 10 - 5, 150 - n, 8))])

    _together([waste, pour])

    ledger = bar.ledger(keg.keg_id)
    assert (ledger.pours, ledger.wasted) == (40, pytest.approx(0.4))
