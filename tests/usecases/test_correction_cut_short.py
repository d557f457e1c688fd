"""A correction that is cut short anywhere is finished by the clockwork, and ends as if nothing had happened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from bar import FULL, MANAGER, OUNCE, Bar, at, claim, opened, said

from backend.cellar import corrections
from backend.domain.ids import TapId
from backend.domain.refusal import Conflict
from backend.ports import Group, History, KegSpan, Outcome, StoreUnavailable, Table
from backend.usecases.audit import view_audit
from backend.usecases.change_keg import NextKeg
from backend.usecases.correct import correct_keg, finish_corrections

STEPS = 5
"""Writing it down, two steps of pours, the facts with the last pours, taking the row away."""


@dataclass(slots=True)
class _Cut:
    """A table that goes away before or after a write."""

    table: Table
    at_write: int
    after: bool
    writes: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.table, name)

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
        self.writes += 1
        if self.writes == self.at_write and not self.after:
            raise StoreUnavailable("cut before")
        outcomes = self.table.transact(*groups, durable=durable)
        if self.writes == self.at_write:
            raise StoreUnavailable("cut after")
        return outcomes


@dataclass(slots=True)
class _Mute:
    """A history that goes away before it can be told which keg stood where."""

    history: History

    def __getattr__(self, name: str) -> Any:
        return getattr(self.history, name)

    def assign(self, *, tap_id: TapId, spans: Sequence[KegSpan]) -> int:
        raise StoreUnavailable(f"cut before {len(spans)} spans of {tap_id}")


def _lived(bar: Bar) -> str:
    """A keg told too late, with 130 glasses from it in the books of the one before; gives its id."""
    bar.change(second=0)
    bar.take([said(50, FULL)])
    left, readings = FULL, []
    for number in range(130):
        second = 1000 + 60 * number
        readings.append(said(second, left - 8 * OUNCE, pour=claim(second - 10, left, 8)))
        left -= 8 * OUNCE
    bar.take(readings)
    return bar.change(keg=NextKeg(beer_id="stout", type_id="euro_50l"), second=9000).keg_id


def _correct(bar: Bar, keg_id: str) -> None:
    correct_keg(bar.ports, keg_id=keg_id, tapped_at=at(600), type_id="half_barrel", member=MANAGER, now=at(9100))


def _told(bar: Bar) -> object:
    """All there is to see, without how often it was written."""
    kegs = [bar.keg(stay.keg_id) for stay in bar.stays()]
    return (
        [replace(keg, version=0) for keg in kegs],
        [replace(bar.ledger(keg.keg_id), version=0) for keg in kegs],
        [replace(pour, version=0) for pour in bar.pours()],
        bar.stays(),
        bar.recorded(),
        replace(bar.tap(), version=0),
        replace(bar.state(), version=0),
        view_audit(bar.ports, location_id="loc-001", member=MANAGER, now=at(9999)).entries,
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> object:
    """What a correction that nothing disturbs leaves behind."""
    with opened(tmp_path_factory.mktemp("whole")) as bar:
        keg_id = _lived(bar)
        _correct(bar, keg_id)
        return _told(bar)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at_write", range(1, STEPS + 1))
def test_a_correction_cut_short_at_any_write_ends_the_same(
    bar: Bar, whole: object, at_write: int, *, after: bool
) -> None:
    keg_id = _lived(bar)
    cut = _Cut(bar.ports.table, at_write=at_write, after=after)

    with pytest.raises(StoreUnavailable):
        _correct(replace(bar, ports=replace(bar.ports, table=cut)), keg_id)
    begun = at_write > 1 or after
    finished = finish_corrections(bar.ports, now=at(9200))

    assert finished == int(begun and not (at_write == STEPS and after))
    if not begun:
        _correct(bar, keg_id)
    assert _told(bar) == whole
    assert bar.ports.table.get(corrections.key(keg_id)) is None


def test_a_correction_cut_short_before_history_is_told_ends_the_same(bar: Bar, whole: object) -> None:
    keg_id = _lived(bar)

    with pytest.raises(StoreUnavailable):
        _correct(replace(bar, ports=replace(bar.ports, history=_Mute(bar.ports.history))), keg_id)
    finish_corrections(bar.ports, now=at(9200))

    assert _told(bar) == whole


def test_saying_the_same_again_finishes_what_was_cut_short(bar: Bar, whole: object) -> None:
    keg_id = _lived(bar)
    cut = _Cut(bar.ports.table, at_write=3, after=True)
    with pytest.raises(StoreUnavailable):
        _correct(replace(bar, ports=replace(bar.ports, table=cut)), keg_id)

    _correct(bar, keg_id)

    assert _told(bar) == whole


def test_another_correction_waits_until_the_one_that_was_cut_short_is_finished(bar: Bar) -> None:
    keg_id = _lived(bar)
    cut = _Cut(bar.ports.table, at_write=3, after=True)
    with pytest.raises(StoreUnavailable):
        _correct(replace(bar, ports=replace(bar.ports, table=cut)), keg_id)

    with pytest.raises(Conflict, match="another correction of keg"):
        correct_keg(bar.ports, keg_id=keg_id, beer_id="pils", member=MANAGER, now=at(9110))
    assert finish_corrections(bar.ports, now=at(9110)) == 0  # whoever began it may still be at work
    assert finish_corrections(bar.ports, now=at(9200)) == 1
    correct_keg(bar.ports, keg_id=keg_id, beer_id="pils", member=MANAGER, now=at(9210))

    assert bar.tap().beer_id == "pils"


def test_pours_that_go_on_while_their_keg_is_corrected_are_counted(tmp_path: Path) -> None:
    with opened(tmp_path) as bar:
        keg_id = _lived(bar)
        more = iter(range(9200, 9500, 60))

        class _Busy(_Cut):
            def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
                second = next(more, None)
                if second is not None:
                    bar.take([said(second, 80.0, pour=claim(second - 10, 81.0, 8))])
                return self.table.transact(*groups, durable=durable)

        _correct(replace(bar, ports=replace(bar.ports, table=_Busy(bar.ports.table, at_write=0, after=False))), keg_id)

        ledger = bar.ledger(keg_id)
        assert ledger.pours == len(bar.pours())
        assert ledger.poured == pytest.approx(sum(pour.gallons for pour in bar.pours()))
