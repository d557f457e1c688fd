"""One damaged row: its tap says that it cannot be read, keeps its readings, and the others go on as if nothing were."""

import pytest
from bar import FULL, ONE, PILS, TWO, Bar, at, claim, said

from backend.cellar import beers, kegs, pours, scales, taps
from backend.domain.face import Condition
from backend.domain.keg import Keg
from backend.domain.member import OWNER
from backend.domain.reading import ReadingTaken, StatusReport
from backend.domain.scale import ScaleStatus
from backend.ports import Key, Put, Query, Value
from backend.usecases.change_keg import NextKeg
from backend.usecases.list_beers import list_beers
from backend.usecases.take_statuses import take_statuses
from backend.usecases.view_board import view_board, view_faces
from backend.usecases.view_history import Range, view_history
from backend.usecases.view_tap import view_tap


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


# ---------------------------------------------------------------- what readings find


def _cut(bar: Bar, key: Key) -> None:
    """Change the body of a row as a failing disk would."""
    there = "(SELECT place FROM items WHERE pk = ? AND sk = ?)"
    with bar.store.write() as db:
        db.execute("UPDATE items SET body = x'7b' WHERE pk = ? AND sk = ?", (key.pk, key.sk))
        db.execute(f"UPDATE rewritten SET body = x'7b' WHERE place = {there}", (key.pk, key.sk))  # noqa: S608 - a constant


def _spoil(bar: Bar, key: Key, how: str) -> None:
    """Cut a row, or put something else in it."""
    if how == "cut":
        _cut(bar, key)
    else:
        wrong = {
            name: {"?": 1} for name in ("scale_since", "updated_at", "status", "opening_gal", "empty_lbs", "pours")
        }
        _damage(bar, key, **wrong)


def _bar_at_work(bar: Bar) -> Keg:
    keg = bar.change(ONE, NextKeg(beer_id="stout", type_id="half_barrel"), second=0)
    bar.change(TWO, second=0)
    bar.take([said(5, 100.0), said(5, FULL, device_id="SCALE-2")])
    return keg


@pytest.mark.parametrize("how", ["cut", "wrong"])
@pytest.mark.parametrize("key", [taps.key(ONE), taps.state_key(ONE)], ids=lambda key: key.sk)
def test_readings_of_a_tap_that_cannot_be_read_are_kept_once_and_the_others_move(bar: Bar, key: Key, how: str) -> None:
    keg = _bar_at_work(bar)
    _spoil(bar, key, how)
    bar.told.clear()
    batch = [said(35, 99.0), said(65, 98.0), said(35, FULL - 1, device_id="SCALE-2")]

    taken = bar.take(batch)
    again = bar.take(batch)

    assert (taken.recorded, taken.moved, taken.history_only) == (3, 1, 2)
    assert (again.recorded, again.moved, again.history_only) == (0, 0, 2)
    assert [why.startswith(f"row {key.pk} / {key.sk}") for why in taken.damaged] == [True]
    assert bar.recorded() == [(5, 100.0, keg.keg_id), (35, 99.0, keg.keg_id), (65, 98.0, keg.keg_id)]
    assert bar.state(TWO).weight_lbs == FULL - 1
    bad, good = view_board(bar.ports, location_id="loc-001", member=OWNER).faces
    assert (bad.level, bad.at, bad.why) == (None, None, "cannot be read")
    assert good.level is not None
    assert ReadingTaken(location_id="loc-001", tap_id=str(ONE)) in bar.told  # open screens look again


@pytest.mark.parametrize("how", ["cut", "wrong"])
def test_a_scale_that_cannot_be_read_measures_for_the_tap_it_stood_under(bar: Bar, how: str) -> None:
    _bar_at_work(bar)
    _spoil(bar, scales.key("SCALE-1"), how)

    taken = bar.take([said(35, 99.0), said(35, FULL - 1, device_id="SCALE-2")])

    assert (taken.recorded, taken.moved, taken.set_apart, len(taken.damaged)) == (2, 2, 0, 1)
    assert bar.state(ONE).weight_lbs == 99.0
    assert view_board(bar.ports, location_id="loc-001", member=OWNER).faces[0].level is None


@pytest.mark.parametrize("how", ["cut", "wrong"])
@pytest.mark.parametrize("kind", ["ledger", "claims"])
def test_a_pour_that_cannot_be_booked_is_given_back_and_the_level_falls(bar: Bar, kind: str, how: str) -> None:
    keg = _bar_at_work(bar)
    bar.take([said(35, 99.0, pour=claim(30, 100.0, 4))])
    _spoil(bar, kegs.ledger_key(keg.keg_id) if kind == "ledger" else pours.claims_key("SCALE-1"), how)

    taken = bar.take([said(65, 98.0, pour=claim(60, 99.0, 4)), said(35, FULL, device_id="SCALE-2")])

    assert (taken.recorded, taken.moved, taken.pours, taken.unbooked) == (2, 2, 0, 0)
    ((untaken, why),) = [(one.reading, one.why) for one in taken.untaken]
    assert (untaken.weight_lbs, (why,)) == (98.0, taken.damaged)
    assert len(bar.pours()) == 1
    assert bar.state(ONE).weight_lbs == 98.0


def test_where_nobody_can_tell_where_a_scale_stood_its_late_reading_is_given_back(bar: Bar) -> None:
    _bar_at_work(bar)
    placed = next(iter(bar.ports.table.query(scales.placed_before("SCALE-1", moment=at(0))).items))
    _cut(bar, scales.key("SCALE-1"))
    _cut(bar, Key(str(placed["PK"]), str(placed["SK"])))

    taken = bar.take([said(35, 99.0), said(35, FULL - 1, device_id="SCALE-2")])

    assert (taken.recorded, taken.moved, taken.set_apart) == (1, 1, 0)
    assert [one.reading.device_id for one in taken.untaken] == ["SCALE-1"]


def test_the_health_of_a_scale_that_cannot_be_read_is_said_again(bar: Bar) -> None:
    _bar_at_work(bar)
    bar.take([said(35, 99.0, battery_pct=90)])
    _cut(bar, scales.telemetry_key("SCALE-1"))

    taken = bar.take([said(65, 98.0, battery_pct=80)])

    item = bar.ports.table.get(scales.telemetry_key("SCALE-1"))
    assert item is not None
    assert (taken.moved, taken.damaged, item["battery_pct"]) == (1, (), 80)


def test_a_stranger_that_cannot_be_read_is_counted_anew(bar: Bar) -> None:
    bar.take([said(5, 10.0, device_id="SCALE-9"), said(6, 10.0, device_id="SCALE-9")])
    _cut(bar, scales.unclaimed_key("SCALE-9"))

    taken = bar.take([said(7, 11.0, device_id="SCALE-9")])

    item = bar.ports.table.get(scales.unclaimed_key("SCALE-9"))
    assert item is not None
    assert (taken.unclaimed, item["count"]) == (1, 1)


def test_a_birth_of_a_scale_that_cannot_be_read_keeps_no_other_from_being_heard(bar: Bar) -> None:
    _cut(bar, scales.key("SCALE-1"))
    births = [
        StatusReport(device_id=device_id, received_at=at(5), online=True, session=1)
        for device_id in ("SCALE-1", "SCALE-2")
    ]

    taken = take_statuses(bar.ports, reports=births)

    assert (taken.changed, len(taken.damaged)) == (1, 1)
    assert bar.scale("SCALE-2").status is ScaleStatus.ONLINE


# ---------------------------------------------------------------- lists


def test_lists_go_on_past_a_row_that_cannot_be_read(bar: Bar) -> None:
    _bar_at_work(bar)
    bar.take([said(35, 99.0, pour=claim(30, 100.0, 4)), said(95, 98.0, pour=claim(90, 99.0, 4))])
    second = bar.change(ONE, second=200)
    first = bar.stays()[1].keg_id
    row = bar.ports.table.query(Query(partition="LOCATION#loc-001", begins_with="POUR#")).items[0]
    _cut(bar, Key(str(row["PK"]), str(row["SK"])))
    _cut(bar, kegs.key(first))
    _cut(bar, beers.key("stout"))

    view = view_tap(bar.ports, tap_id=ONE, member=OWNER, now=at(300))
    history = view_history(bar.ports, tap_id=ONE, span=Range.DAY, member=OWNER, now=at(3600))

    assert [keg.keg_id for keg in view.kegs] == [second.keg_id]
    assert len(view.pours) == 1
    assert set(history.kegs) <= {second.keg_id}
    assert [beer.beer_id for beer in list_beers(bar.ports, location_id="loc-001", member=OWNER)] == ["pils"]
    assert len(bar.store.unreadable.told) == 3
