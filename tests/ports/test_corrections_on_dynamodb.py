"""Corrections, times aside and anchored books on the table of the cloud: its limits hold, and its index finds them."""

import sys
from pathlib import Path
from typing import Any

import cloud
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "usecases"))  # the bar that the use cases are tried on

from bar import FULL, MANAGER, ONE, OUNCE, STAFF, at, claim, opened, said

from backend.cellar import corrections
from backend.domain.level import Level
from backend.domain.maintenance import AsideKind
from backend.usecases.anchor import anchor_books
from backend.usecases.audit import view_audit
from backend.usecases.correct import correct_keg, finish_corrections
from backend.usecases.maintenance import begin_maintenance, end_overdue


def test_a_keg_with_more_pours_than_a_transaction_holds_is_corrected(client: Any, tmp_path: Path) -> None:
    with cloud.fresh_table(client) as table, opened(tmp_path, table=table) as bar:
        keg = bar.change(second=0)
        left, readings = FULL, []
        for number in range(105):
            second = 100 + 60 * number
            readings.append(said(second, left - 8 * OUNCE, pour=claim(second - 10, left, 8)))
            left -= 8 * OUNCE
        bar.take(readings)

        done = correct_keg(bar.ports, keg_id=keg.keg_id, beer_id="stout", member=MANAGER, now=at(7000))

        ledger, level = bar.ledger(keg.keg_id), bar.state().level
        assert isinstance(level, Level)
        assert (done.rows, ledger.pours) == (105, 105)
        assert ledger.remaining == pytest.approx(level.gallons, abs=0.01)
        assert ledger.poured == pytest.approx(sum(pour.gallons for pour in bar.pours()))
        assert bar.ports.table.get(corrections.key(keg.keg_id)) is None
        assert finish_corrections(bar.ports, now=at(9000)) == 0
        told = view_audit(bar.ports, location_id="loc-001", member=MANAGER, now=at(9000), subject=keg.keg_id)
        assert len(told.entries) == 1


def test_a_tap_comes_back_by_itself_and_its_books_are_anchored(client: Any, tmp_path: Path) -> None:
    with cloud.fresh_table(client) as table, opened(tmp_path, table=table) as bar:
        keg = bar.change(second=0)
        begin_maintenance(bar.ports, tap_id=ONE, kind=AsideKind.CLEANING, member=STAFF, now=at(100), minutes=10)
        bar.take([said(200, FULL - 64 * OUNCE, pour=claim(150, FULL, 64))])

        ended = [end_overdue(bar.ports, now=at(second)) for second in (600, 701, 702)]
        bar.take([said(3600, FULL - 64 * OUNCE)])
        written = anchor_books(bar.ports, location_id="loc-001", now=at(3601))

        assert (ended, written) == ([0, 1, 0], 1)
        assert bar.ledger(keg.keg_id).cleaned == pytest.approx(0.5)
        assert bar.tap().cleaned_at == at(700)
