"""Random lives of kegs: what was in one, less all that left it, is what it weighs, whatever was told late or wrong."""

import os
import random
from pathlib import Path

import pytest
from bar import ONE, at, opened
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keg_lives import ACTS, Life

from backend.domain.correction import Rows
from backend.domain.units import gallons_of
from backend.usecases import load
from backend.usecases.booked import booked, last_rest

EXAMPLES = 400 if os.environ.get("SCALE_SENSE_LONG") == "1" else 25
CORRECTIONS = frozenset({"tare", "beer", "gravity", "size", "tapped_at"})


def _every_row(life: Life) -> Rows:
    kegs = {stay.keg_id for stay in life.bar.stays(ONE)}
    return booked(life.bar.ports, location_id="loc-001", keg_ids=kegs, since=at(-86_400))


def _books_are_their_rows(life: Life) -> None:
    rows = _every_row(life)
    for keg_id in {stay.keg_id for stay in life.bar.stays(ONE)}:
        ledger, own = load.ledger(life.bar.ports, keg_id), rows.of(keg_id)
        taken_out = sum(waste.of_poured for waste in own.wastes)
        assert ledger.pours == len(own.pours)
        assert ledger.poured == pytest.approx(sum(pour.gallons for pour in own.pours) - taken_out, abs=1e-6)
        assert ledger.wasted == pytest.approx(sum(w.gallons for w in own.wastes if not w.cleaning), abs=1e-6)
        assert ledger.cleaned == pytest.approx(sum(w.gallons for w in own.wastes if w.cleaning), abs=1e-6)


def _rows_are_with_the_keg_of_their_time(life: Life) -> None:
    stays = life.bar.stays(ONE)
    for pour in _every_row(life).pours:
        standing = [stay.keg_id for stay in stays if stay.covers(pour.started_at)]
        assert not standing or standing == [pour.keg_id]


def _closed_kegs_end_with_what_they_weighed(life: Life) -> None:
    for stay in life.bar.stays(ONE):
        keg, ledger = life.bar.keg(stay.keg_id), load.ledger(life.bar.ports, stay.keg_id)
        if stay.closed_at is None:
            continue
        rest = last_rest(
            life.bar.ports, tap_id=ONE, start=stay.tapped_at, end=stay.closed_at, shell_lbs=keg.tare.empty_lbs
        )
        if rest is not None:
            gravity = load.gravity(life.bar.ports, ledger)
            left = gallons_of(max(0.0, rest.lbs - keg.tare.empty_lbs), specific_gravity=gravity)
            left -= _every_row(life).of(stay.keg_id).gallons(after=rest.at, until=stay.closed_at)
            assert ledger.remaining == pytest.approx(left, abs=0.01 * ledger.opening)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(st.sampled_from(ACTS), min_size=3, max_size=14), seed=st.integers(0, 10**6))
def test_full_less_all_that_left_is_the_level_before_and_after_every_correction(
    fresh: Path, acts: list[str], seed: int
) -> None:
    with opened(fresh) as bar:
        life = Life(bar, random.Random(seed))
        life.begin()
        for act in acts:
            life.act(act)
            if act in CORRECTIONS and not life.holding and not life.refused:
                assert life.apart() < 0.01
        life.settle()

        assert life.apart() < 0.01
        _books_are_their_rows(life)
        _rows_are_with_the_keg_of_their_time(life)
        _closed_kegs_end_with_what_they_weighed(life)

        for correction in sorted(CORRECTIONS):
            life.act(correction)
            assert life.apart() < 0.01
            _books_are_their_rows(life)
            _rows_are_with_the_keg_of_their_time(life)
            _closed_kegs_end_with_what_they_weighed(life)
