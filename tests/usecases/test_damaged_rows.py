"""One damaged row: its tap says that it cannot be read, and the others go on as if nothing were."""

import pytest
from bar import FULL, ONE, PILS, TWO, Bar, said

from backend.cellar import beers, scales, taps
from backend.domain.face import Condition
from backend.domain.member import OWNER
from backend.ports import Key, Put, Value
from backend.usecases.change_keg import NextKeg
from backend.usecases.view_board import view_board, view_faces


def _damage(bar: Bar, key: Key, **changed: Value) -> None:
    item = bar.ports.table.get(key)
    assert item is not None
    bar.ports.table.transact([Put(item={**item, **changed})])


DAMAGES: dict[str, tuple[Key, dict[str, Value]]] = {
    "tap": (taps.key(ONE), {"full_lbs": "much"}),
    "tap with a keg that holds nothing": (taps.key(ONE), {"full_lbs": 29.7}),
    "state": (taps.state_key(ONE), {"updated_at": "yesterday"}),
    "beer": (beers.key("stout"), {"specific_gravity": 9}),
    "scale": (scales.key("SCALE-1"), {"status": "lost"}),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_row_takes_only_its_own_tap_away_and_is_named_once(bar: Bar, kind: str) -> None:
    key, changed = DAMAGES[kind]
    bar.change(ONE, NextKeg(beer_id="stout", type_id="half_barrel"), second=0)
    bar.change(TWO, second=0)
    bar.take([said(5, 100.0), said(5, FULL, device_id="SCALE-2")])
    _damage(bar, key, **changed)

    board = view_board(bar.ports, location_id="loc-001", member=OWNER)
    alone = view_faces(bar.ports, location=board.location, tap_ids=[ONE, TWO], member=OWNER)

    bad, good = board.faces
    assert alone == board.faces
    assert (bad.tap_id, bad.condition, bad.level, bad.why) == (ONE, Condition.NO_READING, None, "cannot be read")
    assert bad.damage is not None
    assert board.damaged == (bad.damage,)
    assert key.sk in bad.damage or "holds no beer" in bad.damage
    assert good.level is not None
    assert (good.beer, good.damage) == (PILS, None)


def test_the_beer_of_a_tap_that_cannot_be_read_is_still_named(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(5, 100.0)])
    _damage(bar, taps.state_key(ONE), weight_lbs=None)

    face = view_board(bar.ports, location_id="loc-001", member=OWNER).faces[0]

    assert (face.beer, face.level) == (PILS, None)


def test_a_row_that_names_no_tap_is_told_and_nothing_else_is_lost(bar: Bar) -> None:
    bar.ports.table.transact([Put(item={"PK": "LOCATION#loc-001", "SK": "TAP#first"})])

    board = view_board(bar.ports, location_id="loc-001", member=OWNER)

    assert [face.tap_id for face in board.faces] == [ONE, TWO]
    assert len(board.damaged) == 1
    assert board.damaged[0].startswith("row LOCATION#loc-001 / TAP#first: ")
