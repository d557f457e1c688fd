"""Readings become levels: every one once in history, the state only forward, late ones where they belong."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from bar import FULL, ONE, OUNCE, TWO, Bar, at, claim, opened, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.cellar import scales
from backend.cellar.pours import MOST_CLAIMS, claims_from_item
from backend.domain.ids import TapId
from backend.domain.ledger import PourEnded
from backend.domain.level import Level, NoLevel
from backend.domain.member import OWNER
from backend.domain.reading import PourClaim, Reading, ReadingTaken
from backend.domain.scale import ScaleStatus
from backend.domain.tap import TapState
from backend.ports import Query
from backend.usecases.set_up import place_scale, set_up_tap

EASY = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_reading_moves_the_state_and_is_told(bar: Bar) -> None:
    bar.change(second=-60)
    bar.told.clear()

    taken = bar.take([said(0, 87.3)])

    assert (taken.recorded, taken.moved, taken.pours) == (1, 1, 0)
    assert not taken.telling
    level = bar.state().level
    assert isinstance(level, Level)
    assert (round(level.percent), round(level.gallons, 1)) == (44, 6.8)
    assert bar.told == [ReadingTaken(location_id="loc-001", tap_id="loc-001:01")]


def test_a_tap_without_a_keg_keeps_its_weight_and_says_why_there_is_no_level(bar: Bar) -> None:
    bar.take([said(0, 87.3)])

    assert bar.state().weight_lbs == 87.3
    assert bar.state().level is NoLevel.NO_KEG
    assert bar.recorded() == [(0.0, 87.3, None)]


def _trace(seed: int) -> list[Reading]:
    """An evening on two taps: pours with their claims, reboots, and a publisher that numbers nothing."""
    dice, readings = random.Random(seed), []
    for device_id, boot in (("SCALE-1", 1), ("SCALE-2", None)):
        lbs = 150.0
        for step in range(40):
            second = step * 20
            pour = claim(second - 10, lbs, 16) if boot and dice.random() < 0.3 else None
            lbs -= 16 * OUNCE if pour else 0.0
            numbered = (2 if boot and step > 25 else boot, step if boot else None)
            readings.append(
                said(second, round(lbs, 3), boot=numbered[0], seq=numbered[1], device_id=device_id, pour=pour)
            )
    return readings


def _in_another_order(readings: Sequence[Reading], dice: random.Random) -> list[Reading]:
    """The same readings, out of order, when the evening is over."""
    late = [reading._replace(received_at=at(900)) for reading in readings]
    dice.shuffle(late)
    return late


def _truth(state: TapState) -> object:
    return (state.weight_lbs, state.level, state.updated_at, state.mark)


@EASY
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(0, 150), max_size=6))
def test_any_order_in_any_batches_with_duplicates_ends_like_the_sorted_stream(
    fresh: Path, seed: int, cuts: list[int]
) -> None:
    dice, readings = random.Random(seed), _trace(seed)
    arrived = _in_another_order([*readings, *dice.choices(readings, k=60)], dice)
    edges = [0, *sorted(min(cut, len(arrived)) for cut in cuts), len(arrived)]
    with opened(fresh) as straight, opened(fresh) as shuffled:
        for one in (straight, shuffled):
            one.change(ONE, second=-60)
            one.change(TWO, second=-60)
        straight.take(readings)

        total = sum(shuffled.take(arrived[a:b]).recorded for a, b in itertools.pairwise(edges))

        assert total == len(readings) == shuffled.ports.history.count()
        for tap_id in (ONE, TWO):
            assert _truth(shuffled.state(tap_id)) == _truth(straight.state(tap_id))
            assert shuffled.recorded(tap_id) == straight.recorded(tap_id)
            ledger = straight.tap(tap_id).keg_id or ""
            assert shuffled.ledger(ledger).poured == pytest.approx(straight.ledger(ledger).poured)
            assert shuffled.ledger(ledger).pours == straight.ledger(ledger).pours
        assert shuffled.pours() == straight.pours()


@EASY
@given(seed=st.integers(0, 10_000))
def test_the_measured_time_of_a_state_never_decreases(fresh: Path, seed: int) -> None:
    dice = random.Random(seed)
    readings = _in_another_order(_trace(seed), dice)
    with opened(fresh) as bar:
        bar.change(second=-60)
        seen = []
        for reading in readings[:40]:
            bar.take([reading])
            if reading.device_id == "SCALE-1":
                seen.append(bar.state().updated_at)

    assert seen == sorted(seen)


def test_a_late_reading_goes_to_history_only(bar: Bar) -> None:
    bar.change(second=-60)
    bar.take([said(100, 120.0, battery_pct=50)])
    bar.told.clear()

    taken = bar.take([said(40, 140.0, received=101, battery_pct=90)])

    assert (taken.recorded, taken.moved) == (1, 0)
    assert bar.state().weight_lbs == 120.0
    assert bar.told == []
    assert [row[:2] for row in bar.recorded()] == [(40.0, 140.0), (100.0, 120.0)]
    health = bar.ports.table.get(scales.telemetry_key("SCALE-1"))
    assert health is not None
    assert health["battery_pct"] == 50


def test_what_a_reading_does_not_say_of_the_scale_stays_known(bar: Bar) -> None:
    bar.take([said(0, 100.0, battery_pct=78)])

    bar.take([said(30, 100.0)._replace(rssi=-61)])

    health = bar.ports.table.get(scales.telemetry_key("SCALE-1"))
    assert health is not None
    assert (health["battery_pct"], health["rssi"], health["loc_id"]) == (78, -61, "loc-001")


@pytest.mark.parametrize("split", [False, True])
def test_a_pour_is_booked_once_however_often_it_arrives(bar: Bar, *, split: bool) -> None:
    keg = bar.change(second=-60)
    poured = said(20, 149.0, pour=claim(10, 150.0, 16))
    arrived = [said(0, 150.0), poured, poured, said(40, 149.0), poured]

    for batch in [[one] for one in arrived] if split else [arrived, arrived]:
        bar.take(batch)

    assert bar.ledger(keg.keg_id).pours == 1
    assert bar.ledger(keg.keg_id).poured == pytest.approx(16 / 128)
    assert [pour.started_at for pour in bar.pours()] == [at(10)]
    assert sum(isinstance(event, PourEnded) for event in bar.told) == 1


def test_a_pour_sent_again_by_a_scale_without_a_clock_is_the_same_pour(bar: Bar) -> None:
    keg = bar.change(second=-60)
    pour = claim(10, 150.0, 16)

    bar.take([said(20, 149.0, seq=3, pour=pour, clock=False)])
    bar.take([said(20, 149.0, seq=3, pour=pour, clock=False, received=500)])

    assert bar.ledger(keg.keg_id).pours == 1
    assert [pour.started_at for pour in bar.pours()] == [at(12)]


def test_a_pour_that_arrives_after_a_change_belongs_to_the_keg_of_its_time(bar: Bar) -> None:
    old = bar.change(second=0)
    new = bar.change(second=1000, lifted=900)

    taken = bar.take([said(500, 149.0, received=1100, pour=claim(490, 150.0, 16))])

    assert taken.telling
    assert bar.ledger(old.keg_id).pours == 1
    assert bar.ledger(new.keg_id).pours == 0


def test_a_reading_from_before_the_present_keg_moves_nothing_and_is_told_apart(bar: Bar) -> None:
    old = bar.change(second=0)
    new = bar.change(second=1000, lifted=900)

    taken = bar.take([said(500, 40.0, received=1100), said(950, 0.2, received=1100), said(1050, FULL, received=1100)])

    assert taken.moved == 1
    assert bar.recorded() == [(500.0, 40.0, old.keg_id), (950.0, 0.2, None), (1050.0, pytest.approx(FULL), new.keg_id)]


def test_a_thousand_unknown_scales_leave_a_hundred_rows_and_no_history(bar: Bar) -> None:
    strangers = [said(n, 50.0, device_id=f"STRANGER-{n}") for n in range(1000)]

    counted = sum(bar.take(strangers[start : start + 90]).unclaimed for start in range(0, 1000, 90))

    rows = bar.ports.table.query(Query(partition=scales.UNCLAIMED)).items
    assert counted == 1000
    assert len(rows) == 100
    assert bar.ports.history.count() == 0


def test_an_unclaimed_scale_is_counted_with_its_last_value_and_forgotten_once_claimed(bar: Bar) -> None:
    bar.take([said(0, 50.0, device_id="NEW-1"), said(5, 51.0, device_id="NEW-1")])
    bar.take([said(10, 52.0, device_id="NEW-1")])
    item = bar.ports.table.get(scales.unclaimed_key("NEW-1"))
    assert item is not None
    assert (item["count"], item["weight_lbs"]) == (3, 52.0)

    place_scale(bar.ports, device_id="NEW-1", tap_id=_free_tap(bar), member=OWNER, now=at(20))

    assert bar.ports.table.get(scales.unclaimed_key("NEW-1")) is None
    assert bar.take([said(30, 53.0, device_id="NEW-1")]).recorded == 1


def _free_tap(bar: Bar) -> TapId:
    tap_id = TapId("loc-001", 9)
    set_up_tap(bar.ports, tap_id=tap_id, member=OWNER)
    return tap_id


def test_a_retired_scale_is_set_apart_and_nobodys_stranger(bar: Bar) -> None:
    bar.ports.table.transact([scales.put(replace(bar.scale(), status=ScaleStatus.RETIRED))])

    taken = bar.take([said(0, 100.0)])

    assert (taken.set_apart, taken.unclaimed, taken.recorded) == (1, 0, 0)
    assert bar.ports.table.query(Query(partition=scales.UNCLAIMED)).items == []


def test_history_follows_a_scale_to_the_tap_under_which_it_measured(bar: Bar) -> None:
    tap_id = _free_tap(bar)
    bar.take([said(0, 100.0)])
    place_scale(bar.ports, device_id="SCALE-1", tap_id=tap_id, member=OWNER, now=at(100))

    taken = bar.take([said(50, 101.0, received=150), said(150, 80.0)])

    assert taken.recorded == 2
    assert [row[:2] for row in bar.recorded(ONE)] == [(0.0, 100.0), (50.0, 101.0)]
    assert [row[:2] for row in bar.recorded(tap_id)] == [(150.0, 80.0)]
    assert bar.tap(ONE).scale_id is None


def test_a_reading_from_before_its_scale_was_ever_placed_is_set_apart(bar: Bar) -> None:
    assert bar.take([said(-5000, 100.0, seq=1, received=0)]).set_apart == 1


def test_another_scale_under_the_same_keg_shows_its_own_weight_at_once(bar: Bar) -> None:
    bar.change(second=-60)
    bar.take([said(0, 100.0)])
    place_scale(bar.ports, device_id="SCALE-1", tap_id=_free_tap(bar), member=OWNER, now=at(10))
    place_scale(bar.ports, device_id="SCALE-9", tap_id=ONE, member=OWNER, now=at(10))

    bar.take([said(20, 100.5, device_id="SCALE-9")])

    shown = bar.state().shown
    assert shown is not None
    assert shown.net_lbs == pytest.approx(100.5 - 29.7)


def test_a_scale_whose_birth_told_another_time_is_measured_at_receipt(bar: Bar) -> None:
    bar.ports.table.transact([scales.put(replace(bar.scale(), clock_trusted=False))])

    bar.take([said(-600, 100.0, seq=1, received=30)])

    assert bar.recorded() == [(30.0, 100.0, None)]


def test_two_hundred_readings_of_one_tap_with_a_pour_each_fit_the_tables_groups(bar: Bar) -> None:
    keg = bar.change(second=-60)
    readings = [said(n * 10, 150 - n * 0.5, pour=claim(n * 10 - 5, 150 - n * 0.5, 4)) for n in range(200)]

    taken = bar.take(readings)

    assert (taken.recorded, taken.moved, taken.pours) == (200, 200, 200)
    assert bar.ledger(keg.keg_id).poured == pytest.approx(200 * 4 / 128)


def test_a_pour_told_while_its_keg_is_off_belongs_to_the_keg_it_came_from(bar: Bar) -> None:
    old = bar.change(second=0)
    bar.change(second=300, lifted=210)

    bar.take([said(220, 2.0, pour=claim(200, 120.0, 16))])

    assert bar.ledger(old.keg_id).pours == 1
    assert bar.recorded()[0][2] is None


def test_a_pour_where_no_keg_stood_is_counted_and_its_reading_is_kept(bar: Bar) -> None:
    taken = bar.take([said(20, 149.0, pour=claim(10, 150.0, 16))])

    assert (taken.recorded, taken.pours, taken.unbooked) == (1, 0, 1)
    assert bar.pours() == []


def test_a_claim_that_no_faucet_can_have_poured_is_not_booked_and_says_why(bar: Bar) -> None:
    keg = bar.change(second=0)
    start = int(at(15).timestamp())
    impossible = PourClaim(start=start, seconds=0.0, before_lbs=1000.0, after_lbs=100.0)
    nothing = PourClaim(start=start + 10, seconds=5.0, before_lbs=150.0, after_lbs=150.0 - 1e-9)

    taken = bar.take([said(20, 149.0, pour=impossible), said(30, 149.0, pour=nothing)])

    assert (taken.recorded, taken.pours, taken.unbooked) == (2, 0, 2)
    assert [why.partition(": ")[2] for why in taken.unbelieved] == [
        "it ran faster than beer flows",
        "it is less than a scale can tell",
    ]
    assert bar.ledger(keg.keg_id).pours == 0


def test_the_claims_of_a_scale_take_one_row_however_many_it_sends(bar: Bar) -> None:
    keg = bar.change(second=-60)
    count = MOST_CLAIMS + 40

    for start in range(0, count, 60):
        bar.take([said(n * 10, 150, pour=claim(n * 10 - 5, 150, 1)) for n in range(start, min(start + 60, count))])

    rows = bar.ports.table.query(Query(partition="DEVICE#SCALE-1", begins_with="CLAIM")).items
    assert len(rows) == 1
    assert len(claims_from_item(rows[0]).pour_ids) == MOST_CLAIMS
    assert bar.ledger(keg.keg_id).pours == count


def test_an_old_claim_that_its_scale_has_long_left_behind_is_still_booked_once(bar: Bar) -> None:
    keg = bar.change(second=-60)
    first = said(0, 150, pour=claim(-5, 150, 0.1))
    bar.take([first])
    for start in range(1, MOST_CLAIMS + 2, 60):
        bar.take([said(n * 10, 150, pour=claim(n * 10 - 5, 150, 1)) for n in range(start, start + 60)])
    before = bar.ledger(keg.keg_id)

    taken = bar.take([first])

    assert taken.pours == 0
    assert bar.ledger(keg.keg_id) == before
