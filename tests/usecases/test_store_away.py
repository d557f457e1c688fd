"""A store that cannot write: nothing half applied, nothing acknowledged, and the same batch goes well later."""

from collections.abc import Sequence

import pytest
from bar import HALF, ONE, Bar, at, claim, said

from backend.domain.member import OWNER
from backend.ports import Group, Outcome, Ports, StoreUnavailable, Table
from backend.usecases.change_keg import change_keg
from backend.usecases.take_readings import take_readings


class _FullDisk:
    """The table on a disk that fills up at the `fails_at`-th commit."""

    def __init__(self, bar: Bar, *, fails_at: int) -> None:
        self._bar = bar
        self._table = bar.ports.table
        self._left = fails_at
        self.get, self.get_many, self.query = self._table.get, self._table.get_many, self._table.query

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
        self._left -= 1
        if self._left == 0:
            # As the store itself does where the disk fails: everything since the last sync is undone.
            with self._bar.store.lock:
                self._bar.store._connection.rollback()  # the test stands in for the disk
            raise StoreUnavailable("the disk is full: free some space")
        return self._table.transact(*groups, durable=durable)


def _on(table: Table, bar: Bar) -> Ports:
    return Ports(table=table, history=bar.ports.history, feed=bar.ports.feed, commands=bar.ports.commands)


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_batch_that_cannot_be_stored_leaves_nothing_and_can_be_given_again(bar: Bar, fails_at: int) -> None:
    keg = bar.change(second=-60)
    readings = [said(n * 10, 150 - n, pour=claim(n * 10 - 5, 150 - n, 8)) for n in range(40)]

    with pytest.raises(StoreUnavailable):
        take_readings(_on(_FullDisk(bar, fails_at=fails_at), bar), readings=readings)

    assert bar.ports.history.count() == 0
    assert bar.ledger(keg.keg_id).pours == 0
    assert bar.pours() == []

    taken = bar.take(readings)

    assert (taken.recorded, taken.pours, bar.ledger(keg.keg_id).pours) == (40, 40, 40)


def test_a_change_that_cannot_be_stored_leaves_the_old_keg_and_its_history(bar: Bar) -> None:
    old = bar.change(second=-60)
    bar.take([said(n * 10, 100.0) for n in range(10)])
    bar.store.sync()

    with pytest.raises(StoreUnavailable):
        change_keg(_on(_FullDisk(bar, fails_at=1), bar), tap_id=ONE, keg=HALF, at=at(50), member=OWNER, now=at(100))

    assert bar.tap().keg_id == old.keg_id
    assert {keg_id for _, _, keg_id in bar.recorded()} == {old.keg_id}


def test_a_closed_store_says_so_and_takes_nothing(bar: Bar) -> None:
    bar.store.close()

    with pytest.raises(StoreUnavailable, match="open it again"):
        bar.take([said(0, 100.0)])
