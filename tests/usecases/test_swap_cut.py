"""A change of kegs cut at every point between its first reading and its record: told again, it ends the same."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from bar import FULL, MANAGER, ONE, OUNCE, TWO, Bar, at, claim, opened, said

from backend.cellar import kegs
from backend.domain.keg import KegTapped
from backend.domain.level import Level
from backend.domain.reading import Reading
from backend.ports import Group, Item, Key, Outcome, Ports, Put, Query, StoreUnavailable
from backend.usecases import load
from backend.usecases.choose_keg import choose_keg
from backend.usecases.keg_stock import queue_next, stock_kegs
from backend.usecases.swap import complete_due_swaps
from backend.usecases.take_readings import take_readings
from backend.usecases.undo_swap import undo_swap

POINTS = range(1, 9)


class _Cut:
    """The table of a machine whose power fails at the n-th commit: all since the last sync is gone."""

    def __init__(self, bar: Bar, *, at_commit: int) -> None:
        self._bar = bar
        self._table = bar.ports.table
        self.left = at_commit
        self.get, self.get_many, self.query = self._table.get, self._table.get_many, self._table.query

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
        self.left -= 1
        if self.left == 0:
            with self._bar.store.lock:
                self._bar.store._connection.rollback()  # the test stands in for the power
            raise StoreUnavailable("the power is gone")
        return self._table.transact(*groups, durable=durable)


def _cut(bar: Bar, *, at_commit: int) -> tuple[Ports, _Cut]:
    table = _Cut(bar, at_commit=at_commit)
    ports = bar.ports
    return Ports(table=table, history=ports.history, feed=ports.feed, commands=ports.commands), table


def _story() -> list[Reading]:
    """A pour, the keg lifted, the next one set down, a pour of that, and once more a change."""
    glass = 8 * OUNCE
    return [
        said(100, 90.0),
        said(200, 90.0 - glass, pour=claim(190, 90.0, 8)),
        said(300, 0.1, stable=False),
        said(310, 0.1),
        said(360, FULL, stable=False),
        said(365, FULL),
        said(371, FULL),
        said(500, FULL - glass, pour=claim(490, FULL, 8)),
        said(600, 0.1, stable=False),
        said(700, FULL + 2),
        said(710, FULL + 2),
        said(800, FULL + 2 - glass, pour=claim(790, FULL + 2, 8)),
    ]


def _begun(bar: Bar) -> None:
    bar.change(second=0)
    (keg,) = stock_kegs(
        bar.ports, location_id="loc-001", beer_id="stout", type_id="half_barrel", count=1, member=MANAGER, now=at(1)
    )
    queue_next(bar.ports, tap_id=ONE, keg_id=keg.keg_id, member=MANAGER, now=at(2))
    bar.store.sync()


def everything(bar: Bar) -> dict[Key, Item]:
    """All that the table tells of the bar, but how often its rows were written."""
    rows: dict[Key, Item] = {}
    for partition in ("LOCATION#loc-001", *(f"KEG#{stay.keg_id}" for stay in bar.stays())):
        for item in load.every(bar.ports, Query(partition=partition)):
            told = {name: value for name, value in item.items() if name not in {"version", "old_books"}}
            rows[Key(str(item["PK"]), str(item["SK"]))] = told
    return rows


def _told_again(bar: Bar, act: Callable[[Ports], object], *, at_commit: int) -> bool:
    """Do something whose power fails at the n-th commit, and then again; gives whether it came so far."""
    ports, table = _cut(bar, at_commit=at_commit)
    try:
        act(ports)
    except StoreUnavailable:
        act(bar.ports)
    return table.left <= 0


@pytest.mark.parametrize("point", POINTS)
def test_readings_that_tell_of_two_changes_end_the_same_wherever_the_power_failed(fresh: Path, point: int) -> None:
    with opened(fresh) as bar, opened(fresh) as whole:
        _begun(bar)
        _begun(whole)
        whole.take(_story())

        came = _told_again(bar, lambda ports: take_readings(ports, readings=_story()), at_commit=point)

        assert came is (point <= 5)
        assert everything(bar) == everything(whole)
        assert bar.recorded() == whole.recorded()
        assert len(bar.stays()) == 3
        assert [pour.keg_id for pour in bar.pours()] == [stay.keg_id for stay in reversed(bar.stays())]
        kegs = {event.keg_id for event in bar.told if isinstance(event, KegTapped)}
        assert kegs == {stay.keg_id for stay in bar.stays()}


@pytest.mark.parametrize("point", POINTS[:3])
def test_a_load_that_waits_for_its_judgement_is_judged_after_a_restart(fresh: Path, point: int) -> None:
    with opened(fresh) as bar, opened(fresh) as whole:
        for place in (bar, whole):
            _begun(place)
            place.take(_story()[:6])
            place.store.sync()
        complete_due_swaps(whole.ports, now=at(400))

        _told_again(bar, lambda ports: complete_due_swaps(ports, now=at(400)), at_commit=point)

        assert everything(bar) == everything(whole)
        assert len(bar.stays()) == 2


@pytest.mark.parametrize("point", POINTS)
def test_an_undo_and_another_word_end_the_same_wherever_the_power_failed(fresh: Path, point: int) -> None:
    def act(ports: Ports) -> None:
        choose_keg(ports, tap_id=ONE, beer_id="pils", type_id="half_barrel", member=MANAGER, now=at(900))
        undo_swap(ports, tap_id=ONE, member=MANAGER, now=at(910))

    with opened(fresh) as bar, opened(fresh) as whole:
        for place in (bar, whole):
            _begun(place)
            place.take(_story()[:8])
            place.store.sync()
        act(whole.ports)

        _told_again(bar, act, at_commit=point)

        assert everything(bar) == everything(whole)
        assert bar.recorded() == whole.recorded()
        assert len(bar.stays()) == 1
        assert bar.ledger(bar.stays()[0].keg_id).pours == 2


def test_what_was_told_twice_is_judged_once(bar: Bar) -> None:
    _begun(bar)
    bar.take(_story())
    before, told = everything(bar), len(bar.told)

    bar.take(_story())
    complete_due_swaps(bar.ports, now=at(2000))

    assert everything(bar) == before
    assert [event for event in bar.told[told:] if isinstance(event, KegTapped)] == []


def test_where_a_row_is_damaged_its_tap_waits_and_all_others_go_on(bar: Bar) -> None:
    _begun(bar)
    bar.change(TWO, second=0)
    key = kegs.key(bar.tap().keg_id or "")
    whole = bar.ports.table.get(key)
    assert whole is not None
    bar.ports.table.transact([Put(item={**whole, "empty_lbs": "heavy"})])

    there = [one._replace(device_id="SCALE-2") for one in _story()[:7]]
    taken = bar.take([*_story()[:7], *there])

    assert any("cannot be judged" in why for why in taken.damaged)
    assert (len(bar.stays()), len(bar.stays(TWO))) == (1, 2)
    assert bar.ports.history.count() == 14

    bar.ports.table.transact([Put(item=whole)])
    bar.take([said(380, FULL)])
    assert len(bar.stays()) == 2


def test_a_clock_that_was_ahead_in_the_middle_of_a_change_does_not_hold_it_up(bar: Bar) -> None:
    _begun(bar)
    bar.take([said(100, 90.0), said(300, 0.1, stable=False)])
    ahead = said(9000, FULL, seq=365, received=365)
    bar.take([ahead])

    bar.take([said(second, FULL) for second in (400, 406, 440)])

    assert len(bar.stays()) == 2
    assert bar.stays()[0].tapped_at == at(400)
    assert isinstance(bar.state().level, Level)
