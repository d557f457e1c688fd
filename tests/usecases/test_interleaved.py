"""Two who meet in the worst moment: each case of it once, in order, so that none is left to chance."""

from collections.abc import Callable, Sequence

import pytest
from bar import FULL, HALF, ONE, Bar, at, claim, said

from backend.domain.ids import TapId
from backend.domain.member import OWNER
from backend.domain.refusal import Conflict, Invalid
from backend.ports import KegSpan, Ports, Recorded
from backend.usecases.change_keg import change_keg
from backend.usecases.take_readings import take_readings


class _Interrupted:
    """The bar's history; before its first `record`, or around its first `assign`, something else happens."""

    def __init__(self, bar: Bar, *, before: str = "", after: str = "", what: Callable[[], object]) -> None:
        self._history = bar.ports.history
        self._before, self._after, self._what = before, after, what
        self.points, self.readings, self.count = self._history.points, self._history.readings, self._history.count
        self.forget = self._history.forget

    def record(self, readings: Sequence[Recorded]) -> int:
        self._interrupt(before="record")
        return self._history.record(readings)

    def assign(self, *, tap_id: TapId, spans: Sequence[KegSpan]) -> int:
        self._interrupt(before="assign")
        count = self._history.assign(tap_id=tap_id, spans=spans)
        self._interrupt(after="assign")
        return count

    def _interrupt(self, *, before: str = "", after: str = "") -> None:
        if (before and before == self._before) or (after and after == self._after):
            self._before = self._after = ""
            self._what()


def _ports(bar: Bar, history: _Interrupted) -> Ports:
    return Ports(table=bar.ports.table, history=history, feed=bar.ports.feed, commands=bar.ports.commands)


def _in_order(bar: Bar) -> bool:
    """Whether history and the table say the same of every reading."""
    stays = bar.stays()
    covering = [[stay.keg_id for stay in stays if stay.covers(at(second))] for second, _, _ in bar.recorded()]
    return covering == [[] if keg_id is None else [keg_id] for _, _, keg_id in bar.recorded()]


@pytest.mark.parametrize("late", [False, True])
def test_a_keg_changed_while_a_batch_is_recorded_gets_the_readings_of_its_time(bar: Bar, *, late: bool) -> None:
    old = bar.change(second=0)
    if late:
        bar.take([said(900, FULL)])
    history = _Interrupted(bar, before="record", what=lambda: bar.change(second=500))

    take_readings(_ports(bar, history), readings=[said(400, 40.0), said(600, FULL, pour=claim(590, FULL, 4))])

    new = bar.tap().keg_id or ""
    assert new != old.keg_id
    assert _in_order(bar)
    assert (bar.ledger(old.keg_id).pours, bar.ledger(new).pours) == (0, 1)
    assert bar.state().keg_id == new


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("other", [100, 300])
def test_of_two_who_change_a_tap_history_follows_who_came_first(bar: Bar, moment: str, other: int) -> None:
    bar.change(second=0)
    bar.take([said(second, 100.0) for second in range(0, 400, 50)])
    rival = {moment: "assign"}
    history = _Interrupted(bar, what=lambda: bar.change(second=other), **rival)

    try:
        change_keg(_ports(bar, history), tap_id=ONE, keg=HALF, at=at(200), member=OWNER, now=at(500))
    except (Conflict, Invalid):
        assert other > 200

    assert len(bar.stays()) == (2 if other > 200 else 3)
    assert _in_order(bar)


def test_readings_that_move_the_state_while_a_keg_is_changed_do_not_stop_the_change(bar: Bar) -> None:
    bar.change(second=0)
    bar.take([said(100, 40.0)])
    history = _Interrupted(bar, after="assign", what=lambda: bar.take([said(150, 40.0), said(250, FULL)]))

    keg = change_keg(_ports(bar, history), tap_id=ONE, keg=HALF, at=at(200), member=OWNER, now=at(500))

    assert _in_order(bar)
    assert bar.state().keg_id == keg.keg_id
