"""The ledger: what was in a keg less all that left it, and when a claimed pour began."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.ids import TapId
from backend.domain.ledger import Ledger, Pour, Waste, pour_of
from backend.domain.reading import PourClaim, Reading

NOW = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)
SECONDS = 1_774_039_200
TAP_ID = TapId("loc-001", 7)
CLAIM = PourClaim(start=SECONDS - 10, seconds=8.5, before_lbs=88.401, after_lbs=87.3)
READING = Reading(
    device_id="SCALE-1",
    received_at=NOW,
    measured_at=NOW,
    weight_lbs=87.3,
    digest="d",
    boot=1594530817,
    seq=44,
    sent_t=SECONDS,
    pour=CLAIM,
)


def _pour(reading: Reading = READING, claim: PourClaim = CLAIM) -> Pour:
    return pour_of(reading, claim, tap_id=TAP_ID, keg_id="keg-1", specific_gravity=1.010)


def test_a_claimed_pour_is_a_volume_that_began_when_its_scale_says() -> None:
    pour = _pour()

    assert pour.pour_id == "SCALE-1.5f0a9c01.1774039190"
    assert pour.started_at == NOW - timedelta(seconds=10)
    assert pour.gallons == pytest.approx(1.101 / (8.345 * 1.010))


def test_a_scale_with_a_wrong_clock_still_says_how_long_ago_it_was() -> None:
    late = READING._replace(sent_t=SECONDS - 5000)

    pour = _pour(late, replace(CLAIM, start=SECONDS - 5010))

    assert pour.started_at == NOW - timedelta(seconds=10)


def test_a_scale_without_a_clock_has_just_poured() -> None:
    assert _pour(READING._replace(sent_t=None)).started_at == NOW - timedelta(seconds=8.5)


@pytest.mark.parametrize("start", [0, SECONDS + 100, SECONDS - 86_400, 253_402_300_799])
def test_a_beginning_that_cannot_be_counts_as_just_now(start: int) -> None:
    assert _pour(claim=replace(CLAIM, start=start)).started_at == NOW - timedelta(seconds=8.5)


@given(boot=st.none() | st.integers(0, 2**32 - 1), start=st.integers(SECONDS - 100, SECONDS))
def test_the_same_cause_gives_the_same_pour_and_another_gives_another(boot: int | None, start: int) -> None:
    pour = _pour(READING._replace(boot=boot), replace(CLAIM, start=start))
    again = _pour(READING._replace(boot=boot, received_at=NOW + timedelta(hours=1)), replace(CLAIM, start=start))

    assert pour == again
    assert (pour.pour_id == _pour().pour_id) is (boot == READING.boot and start == CLAIM.start)


@given(
    moves=st.lists(st.tuples(st.booleans(), st.floats(0.001, 5)), max_size=30),
    opening=st.floats(1, 20),
    unseen=st.floats(0, 1),
)
def test_the_books_hold_whatever_is_booked_and_taken_out_again(
    moves: list[tuple[bool, float]], opening: float, unseen: float
) -> None:
    empty = Ledger(keg_id="keg-1", opening=opening, unseen=unseen)
    ledger = empty
    waste = Waste(waste_id="w", tap_id=TAP_ID, keg_id="keg-1", at=NOW, gallons=1, reason="foam", by="owner")
    for is_pour, gallons in moves:
        pour = replace(_pour(), gallons=gallons)
        ledger = ledger.with_pour(pour) if is_pour else ledger.with_waste(replace(waste, gallons=gallons))

    assert ledger.remaining == pytest.approx(opening - unseen - sum(gallons for _, gallons in moves))
    for is_pour, gallons in moves:
        pour = replace(_pour(), gallons=gallons)
        ledger = ledger.without_pour(pour) if is_pour else ledger.without_waste(replace(waste, gallons=gallons))
    assert ledger.remaining == pytest.approx(empty.remaining)
    assert ledger.pours == 0
