"""Half a day of a bar in which nobody tells of a changed keg: messages late, twice and in any order; all is found."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bar import ONE, TWO, Bar, opened
from lived_days import SCALES, Days, Stay, standing

from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState
from backend.domain.member import OWNER
from backend.domain.times import EPOCH
from backend.domain.units import OZ_PER_GALLON
from backend.usecases.keg_stock import queue_next, stock_kegs
from backend.usecases.swap import complete_due_swaps

HOURS = 12.0
LEAST_GLASS_OZ = 2.0

pytestmark = pytest.mark.timeout(300)


class Untold(Days):
    """The bartender queues the next keg before it is put on, and says no more."""

    def _change(self, scale: str) -> None:
        keg = self._some(
            self._dice.choice(["pils", "stout"]), self._dice.choice(["sixth_barrel", "euro_20l", "half_barrel"])
        )
        now = EPOCH + timedelta(seconds=self._now())
        (queued,) = stock_kegs(
            self.bar.ports,
            location_id="loc-001",
            beer_id=keg.beer_id,
            type_id=keg.type_id,
            count=1,
            tare=keg.tare,
            member=OWNER,
            now=now,
        )
        queue_next(self.bar.ports, tap_id=SCALES[scale], keg_id=queued.keg_id, member=OWNER, now=now)
        self.coming: dict[str, Keg] = {**getattr(self, "coming", {}), scale: queued}
        self._obey(do="change", scale=scale, gap=self._dice.choice([20, 40, 150]), **standing(keg))

    def _tell(self, scale: str, said: dict[str, Any]) -> None:
        """Nothing is told: only what really stood there is written down."""
        stays = self.lived.stays[SCALES[scale]]
        stays[-1].lifted_at = said["lifted_at"]
        keg = self.coming.pop(scale)
        stays.append(Stay(tap_id=SCALES[scale], placed_at=said["placed_at"], keg=keg))

    def _run_errands(self) -> None:
        super()._run_errands()
        complete_due_swaps(self.bar.ports, now=EPOCH + timedelta(seconds=self._now()))


@pytest.fixture(scope="module", params=[30, 300], ids=lambda seconds: f"every {seconds} s")
def lived(request: pytest.FixtureRequest, fresh: Path) -> Iterator[tuple[Bar, Untold]]:
    """What came of it at one interval of the scales."""
    with opened(fresh) as bar:
        days = Untold(bar, heartbeat_s=request.param, seed=request.param + 1)
        days.live(HOURS)
        days.live(0.25, guests=False)
        days.settle()
        complete_due_swaps(bar.ports, now=EPOCH + timedelta(seconds=days._now()))
        yield bar, days


@pytest.mark.parametrize("tap_id", [ONE, TWO])
def test_each_keg_that_was_put_on_is_on_in_its_time_and_no_other(lived: tuple[Bar, Untold], tap_id: TapId) -> None:
    bar, days = lived
    stood, told = days.lived.stays[tap_id], list(reversed(bar.stays(tap_id)))

    assert len(stood) >= 3
    assert [stay.keg_id for stay in told] == [stay.keg.keg_id for stay in stood if stay.keg]
    for real, found in zip(stood[1:], told[1:], strict=True):
        late = (found.tapped_at - EPOCH).total_seconds() - real.placed_at
        assert -1 <= late <= 15  # it rings for some seconds before it stands still
    for real, found in zip(stood[:-1], told[:-1], strict=True):
        assert found.closed_at is not None
        assert abs((found.closed_at - EPOCH).total_seconds() - real.lifted_at) <= 3


@pytest.mark.parametrize("tap_id", [ONE, TWO])
def test_every_glass_is_in_the_books_of_its_keg(lived: tuple[Bar, Untold], tap_id: TapId) -> None:
    bar, days = lived

    for stay in days.lived.stays[tap_id]:
        assert stay.keg is not None
        ledger = bar.ledger(stay.keg.keg_id)
        gallons = math.fsum(stay.ounces) / OZ_PER_GALLON
        glasses = sum(ounces >= LEAST_GLASS_OZ for ounces in stay.ounces)  # the last drops of a keg are no glass
        assert glasses - math.ceil(0.02 * glasses) <= ledger.pours <= len(stay.ounces)
        assert ledger.poured == pytest.approx(gallons, rel=0.015, abs=0.03)


@pytest.mark.parametrize("tap_id", [ONE, TWO])
def test_history_and_the_table_say_the_same_of_every_reading(lived: tuple[Bar, Untold], tap_id: TapId) -> None:
    bar, days = lived
    stays = bar.stays(tap_id)
    rows = bar.ports.history.readings(tap_id=tap_id, start=EPOCH, end=stays[0].tapped_at + timedelta(days=9))

    assert len(rows) == len(days.lived.of(tap_id))
    for row in rows:
        covering = [stay.keg_id for stay in stays if stay.covers(row.measured_at)]
        assert covering == ([] if row.keg_id is None else [row.keg_id])


def test_nothing_is_left_queued_and_the_emptied_kegs_are_kicked(lived: tuple[Bar, Untold]) -> None:
    bar, days = lived

    kegs = [bar.keg(stay.keg.keg_id) for stays in days.lived.stays.values() for stay in stays[:-1] if stay.keg]
    assert {keg.state for keg in kegs} == {KegState.KICKED, KegState.LIFTED}
    assert all(keg == replace(keg, queued_on=None) for keg in kegs)
