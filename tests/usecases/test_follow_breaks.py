"""Wherever a store breaks while an answer is followed: given again, it comes to the same end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from asking import asking, wall
from bar import EMPTY, FULL, MANAGER, ONE, STAFF, at, opened
from calibrating import SCALE, begin, point, save
from pretended_scale import PretendedScale

from backend.domain.keg import Tare, TareSource
from backend.domain.wizard import Step, TareOf
from backend.ports import Group, Item, Key, Outcome, Page, Query, StoreUnavailable, Table
from backend.usecases.audit import view_audit
from backend.usecases.correct import correct_keg
from backend.usecases.save_calibration import view_calibrations
from backend.usecases.tare import tare
from backend.usecases.wizards import calibration_of, cancel_wizard, stored


@dataclass
class Breaking:
    """A table that fails once, before or after the write it was told of."""

    inner: Table
    breaks_at: int | None = None
    after: bool = False
    writes: int = 0

    def get(self, key: Key) -> Item | None:
        return self.inner.get(key)

    def get_many(self, keys: Sequence[Key]) -> object:
        return self.inner.get_many(keys)

    def query(self, query: Query) -> Page:
        return self.inner.query(query)

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
        self.writes += 1
        now = self.writes == self.breaks_at
        if now and not self.after:
            raise StoreUnavailable("the disk is full")
        outcomes = self.inner.transact(*groups, durable=durable)
        if now:
            raise StoreUnavailable("the disk went full")
        return outcomes


def answered(scale: PretendedScale, breaking: Breaking, breaks_at: int | None, *, after: bool) -> int:
    """Let the scale answer over a table that breaks once; what broke is given again, as a broker does."""
    breaking.writes, breaking.breaks_at, breaking.after = 0, breaks_at, after
    for _ in range(2):
        try:
            scale.work()
        except StoreUnavailable:
            continue
        break
    return breaking.writes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bars")


def ended(folder: Path, story: str, breaks_at: int | None = None, *, after: bool = False) -> tuple[object, int]:
    """How a story ends whose scale answers over a table that breaks, and how many writes there were."""
    with opened(folder) as whole:
        breaking = Breaking(whole.ports.table)
        bar = replace(whole, ports=replace(whole.ports, table=breaking))
        scale = PretendedScale(asking(bar), factor=9500 / 0.97)
        begin(bar, scale)
        keg = bar.change(second=1)
        if story == "calibration":
            inferred = Tare(empty_lbs=0.97 * FULL - keg.beer_lbs, source=TareSource.INFERRED_FROM_FULL)
            correct_keg(bar.ports, keg_id=keg.keg_id, tare=inferred, member=MANAGER, now=at(60))
            point(bar, scale, 0.0)
            point(bar, scale, 55.116, known=55.116)
            save(bar, scale)
        else:
            cancel_wizard(bar.ports, device_id=SCALE, member=MANAGER, wall=wall(50))
            scale.clock, scale.load_lbs = 100, 0.4 if story == TareOf.PLATFORM else EMPTY / 0.97
            tare(bar.ports, tap_id=ONE, tare_of=TareOf(story), member=STAFF, now=at(100), wall=wall(100))
        writes = answered(scale, breaking, breaks_at, after=after)
        breaking.breaks_at = None
        wizard, calibration = stored(bar.ports, SCALE), calibration_of(bar.ports, SCALE)
        assert wizard is not None
        assert calibration is not None
        assert wizard.step is (Step.CHECK if story == "calibration" else Step.DONE)
        shell = round(bar.keg(keg.keg_id).tare.empty_lbs, 6)
        listed = [replace(one, version=0) for one in view_calibrations(bar.ports, device_id=SCALE, member=MANAGER)]
        deeds = view_audit(bar.ports, location_id="loc-001", member=MANAGER, now=at(10**6)).entries
        # A platform may be read back twice, and no two weighings are quite the same.
        telling = replace(wizard, version=0, command_id=None, residual_lbs=round(wizard.residual_lbs or 0.0, 1))
        return (telling, replace(calibration, version=0), listed, shell, deeds, scale.rev), writes


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("story", ["calibration", TareOf.PLATFORM.value, TareOf.EMPTY_KEG.value])
def test_it_comes_to_the_same_end_wherever_the_store_broke(folder: Path, story: str, after: bool) -> None:  # noqa: FBT001 - before or after the write
    end, writes = ended(folder, story)

    assert writes >= 4
    for place in range(1, writes + 1):
        broken, _ = ended(folder, story, place, after=after)

        assert broken == end, f"write {place} of {writes}"


def test_what_was_saved_and_could_not_be_sent_is_saved_again(folder: Path) -> None:
    with opened(folder) as whole:
        breaking = Breaking(whole.ports.table)
        bar = replace(whole, ports=replace(whole.ports, table=breaking))
        scale = PretendedScale(asking(bar), factor=9500 / 0.97)
        begin(bar, scale)
        point(bar, scale, 0.0)
        point(bar, scale, 55.116, known=55.116)
        breaking.writes, breaking.breaks_at = 0, 2
        with pytest.raises(StoreUnavailable):
            save(bar, scale)

        save(bar, scale)
        scale.work()

        assert scale.rev == 2
        wizard = stored(bar.ports, SCALE)
        assert wizard is not None
        assert wizard.step is Step.CHECK
