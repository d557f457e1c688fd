"""A store that does not say what became of a change, or is too busy: done once, or said that it is not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from bar import HALF, ONE, STOUT, Bar, at, claim, opened, said

from backend.cellar import dead_letters, scales
from backend.domain.command import CommandName
from backend.domain.dead_letter import DeadLetter
from backend.domain.member import OWNER
from backend.domain.refusal import Conflict
from backend.ports import Group, History, Item, Outcome, Ports, Query, Recorded, StoreUnavailable
from backend.usecases import load
from backend.usecases.change_keg import change_keg
from backend.usecases.commands import send_command
from backend.usecases.dead_letters import keep_dead_letter
from backend.usecases.record_waste import record_waste
from backend.usecases.set_up import add_beer, place_scale
from backend.usecases.take_readings import take_readings

LETTER = DeadLetter.of(topic="keg/readings/SCALE-1", reason="not JSON", payload=b"{", received_at=at(0))


class _Unsure:
    """The bar's table, which gives another outcome than the real one at its first `times` groups."""

    def __init__(self, bar: Bar, outcome: Outcome, *, happened: bool, times: int = 1) -> None:
        self._table = bar.ports.table
        self._outcome = outcome
        self._happened = happened
        self._left = times
        self.get, self.get_many, self.query = self._table.get, self._table.get_many, self._table.query

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
        return [self._one(group, durable=durable) for group in groups]

    def _one(self, group: Group, *, durable: bool) -> Outcome:
        self._left -= 1
        if self._left < 0:
            return self._table.transact(group, durable=durable)[0]
        if self._happened:
            assert self._table.transact(group, durable=durable) == [Outcome.APPLIED]
        return self._outcome


def on(bar: Bar, outcome: Outcome, *, happened: bool = False, times: int = 1) -> Ports:
    return replace(bar.ports, table=_Unsure(bar, outcome, happened=happened, times=times))


ACTS: dict[str, Callable[[Ports], object]] = {
    "change a keg": lambda ports: change_keg(ports, tap_id=ONE, keg=HALF, at=at(100), member=OWNER, now=at(200)),
    "book waste": lambda ports: record_waste(
        ports, tap_id=ONE, gallons=0.1, reason="foam", at=at(50), member=OWNER, now=at(60), wall=at(60)
    ),
    "rename a beer": lambda ports: add_beer(
        ports, beer=replace(STOUT, name="Imperial Stout"), location_id="loc-001", member=OWNER
    ),
    "claim a scale": lambda ports: place_scale(
        ports, device_id="SCALE-9", tap_id=replace(ONE, location_id="loc-002"), member=OWNER, now=at(0)
    ),
    "take readings": lambda ports: take_readings(
        ports, readings=[said(n * 10, 150 - n, pour=claim(n * 10 - 5, 150 - n, 8)) for n in range(3)]
    ),
    "keep a dead letter": lambda ports: keep_dead_letter(ports, letter=LETTER),
    "ask a scale": lambda ports: send_command(
        ports, tap_id=ONE, name=CommandName.REBOOT, params={}, member=OWNER, now=at(0), wall=at(0)
    ),
}
every_act = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)


def rows(bar: Bar) -> list[Item]:
    """Everything in the table, in order."""
    with bar.store.read() as db:
        keys = db.execute("SELECT pk FROM items GROUP BY pk ORDER BY pk").fetchall()
    return [item for (pk,) in keys for item in load.every(bar.ports, Query(partition=pk))]


@pytest.fixture
def sure(tmp_path: Path) -> Iterator[Bar]:
    """The same bar on a store that says what it does."""
    folder = tmp_path / "sure"
    folder.mkdir()
    with opened(folder) as made:
        yield made


@every_act
@pytest.mark.parametrize("happened", [True, False])
def test_an_act_whose_outcome_was_unknown_is_done_once(
    bar: Bar, sure: Bar, act: Callable[[Ports], object], *, happened: bool
) -> None:
    for each in (bar, sure):
        each.change(second=-60)
    act(sure.ports)

    act(on(bar, Outcome.UNKNOWN, happened=happened))

    assert rows(bar) == rows(sure)
    assert bar.told == sure.told


@every_act
def test_an_act_that_was_throttled_is_tried_again(bar: Bar, sure: Bar, act: Callable[[Ports], object]) -> None:
    for each in (bar, sure):
        each.change(second=-60)
    act(sure.ports)

    act(on(bar, Outcome.THROTTLED, times=4))

    assert rows(bar) == rows(sure)


@every_act
@pytest.mark.parametrize(
    ("outcome", "error", "words"),
    [
        (Outcome.UNKNOWN, StoreUnavailable, "did not say"),
        (Outcome.THROTTLED, StoreUnavailable, "asked more than it answers"),
        (Outcome.CONFLICT, Conflict, "somebody else"),
    ],
)
def test_an_act_that_never_goes_through_says_so_and_leaves_nothing(
    bar: Bar, act: Callable[[Ports], object], outcome: Outcome, error: type[Exception], words: str
) -> None:
    bar.change(second=-60)
    before = rows(bar)

    with pytest.raises(error, match=words):
        act(on(bar, outcome, times=10))

    assert rows(bar) == before


def test_a_change_that_happened_unseen_and_was_poured_from_since_is_not_made_again(bar: Bar) -> None:
    bar.change(second=-60)
    bar.take([said(0, 100.0)])

    class MovedOn(_Unsure):
        def _one(self, group: Group, *, durable: bool) -> Outcome:
            outcome = super()._one(group, durable=durable)
            bar.take([said(150, 140.0)])
            return outcome

    ports = replace(bar.ports, table=MovedOn(bar, Outcome.UNKNOWN, happened=True))

    with pytest.raises(Conflict, match="nothing more to do"):
        change_keg(ports, tap_id=ONE, keg=HALF, at=at(100), member=OWNER, now=at(200))

    assert len(bar.stays()) == 2
    assert bar.tap().tapped_at == at(101)


def test_a_lost_answer_to_a_late_reading_does_not_leave_it_with_the_keg_before(bar: Bar) -> None:
    old = bar.change(second=0)
    bar.take([said(400, 120.0)])

    class Overtaken:
        """A history into which somebody else's change of the keg comes just before what is recorded."""

        def __init__(self) -> None:
            self._changed = False

        def __getattr__(self, name: str) -> object:
            return getattr(bar.ports.history, name)

        def record(self, batch: Sequence[Recorded]) -> int:
            if not self._changed:
                self._changed = True
                bar.change(second=50)
            return bar.ports.history.record(batch)

    ports = replace(on(bar, Outcome.UNKNOWN), history=cast("History", Overtaken()))

    take_readings(ports, readings=[said(100, 130.0)])

    (told,) = [row for row in bar.recorded() if row[0] == 100]
    assert told[2] == bar.tap().keg_id != old.keg_id


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.UNKNOWN])
def test_a_scale_nobody_claimed_is_not_forgotten_in_silence(bar: Bar, outcome: Outcome) -> None:
    reading = said(0, 100.0, device_id="SCALE-99")

    with pytest.raises(StoreUnavailable):
        take_readings(on(bar, outcome, times=1), readings=[reading])

    assert take_readings(on(bar, Outcome.UNKNOWN, happened=True), readings=[reading]).unclaimed == 1
    assert bar.ports.table.get(scales.unclaimed_key("SCALE-99")) is not None


def test_a_dead_letter_is_counted_once_however_unsure_the_store_is(bar: Bar) -> None:
    keep_dead_letter(on(bar, Outcome.UNKNOWN, happened=True), letter=LETTER)
    keep_dead_letter(bar.ports, letter=LETTER)

    assert dead_letters.count_of(bar.ports.table.get(dead_letters.count_key())) == 1
