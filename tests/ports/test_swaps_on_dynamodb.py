"""Changes of kegs on the table of the cloud end as they end on the table of the bar."""

import sys
from pathlib import Path
from typing import Any

import cloud

sys.path.insert(0, str(Path(__file__).parents[1] / "usecases"))  # the bar that the use cases are tried on

from bar import FULL, MANAGER, ONE, OUNCE, TWO, Bar, at, claim, opened, said

from backend.domain.keg import KegState
from backend.domain.member import OWNER
from backend.ports import Item, Key, Query
from backend.usecases import load
from backend.usecases.choose_keg import choose_keg
from backend.usecases.keg_stock import queue_next, stock_kegs
from backend.usecases.undo_swap import confirm_swap, undo_swap
from backend.usecases.view_kegs import view_kegs


def _lived(bar: Bar) -> None:
    """A queued keg put on, told otherwise, undone, a keg moved to another tap, and one confirmed."""
    bar.change(second=0)
    bar.change(TWO, second=0)
    (stout, pils) = (
        stock_kegs(
            bar.ports, location_id="loc-001", beer_id=beer, type_id="half_barrel", count=1, member=OWNER, now=at(n)
        )[0]
        for n, beer in enumerate(("stout", "pils"), start=1)
    )
    queue_next(bar.ports, tap_id=ONE, keg_id=stout.keg_id, member=MANAGER, now=at(5))
    glass = 8 * OUNCE
    bar.take([said(100, 90.0), said(300, 0.1, stable=False), said(365, FULL), said(371, FULL)])
    bar.take([said(500, FULL - glass, pour=claim(490, FULL, 8))])
    choose_keg(bar.ports, tap_id=ONE, keg_id=pils.keg_id, member=MANAGER, now=at(510))
    undo_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(520))
    bar.take([said(600, 0.1, stable=False, device_id="SCALE-1")])
    bar.take([said(100, 70.0, device_id="SCALE-2"), said(620, 0.1, stable=False, device_id="SCALE-2")])
    bar.take([said(640, 70.2), said(646, 70.2)])
    confirm_swap(bar.ports, tap_id=ONE, member=MANAGER, now=at(700))


def _everything(bar: Bar) -> dict[Key, Item]:
    rows: dict[Key, Item] = {}
    view = view_kegs(bar.ports, location_id="loc-001", member=OWNER, now=at(0))
    kegs = [line.keg.keg_id for state in KegState for line in getattr(view, state.value)]
    for partition in ("LOCATION#loc-001", *(f"KEG#{keg_id}" for keg_id in kegs)):
        for item in load.every(bar.ports, Query(partition=partition)):
            rows[Key(str(item["PK"]), str(item["SK"]))] = item
    return rows


def test_kegs_change_in_the_cloud_as_they_do_in_the_bar(client: Any, tmp_path: Path) -> None:
    with cloud.fresh_table(client) as table, opened(tmp_path, table=table) as there, opened(tmp_path) as here:
        _lived(there)
        _lived(here)

        theirs, ours = _everything(there), _everything(here)

        assert set(theirs) == set(ours)
        assert [key for key, item in ours.items() if dict(theirs[key]) != dict(item)] == []
        assert there.tap(TWO).keg_id is None
        assert there.tap(ONE).keg_id == there.stays(TWO)[0].keg_id
