"""Tare and calibration end to end: the real firmware on either interpreter, a real broker, the shipped server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from intake_running import until
from scale_child import INTERPRETERS, ScaleChild, scale_child

from backend.cellar import taps
from backend.clock import SystemClock
from backend.domain.beer import Beer
from backend.domain.calibration import Calibration, Method
from backend.domain.command import Sampled
from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.keg import TareSource
from backend.domain.location import Location
from backend.domain.member import OWNER
from backend.domain.steadiness import Samples
from backend.domain.tap import TapState
from backend.domain.wizard import Step, TareOf, Wizard
from backend.usecases import load
from backend.usecases.calibrate import begin_calibration, look, take_point
from backend.usecases.change_keg import NextKeg, change_keg
from backend.usecases.save_calibration import save_calibration
from backend.usecases.set_up import add_beer, open_location, place_scale, set_up_tap
from backend.usecases.tare import tare
from backend.usecases.wizards import view_wizard
from backend.wiring.embedded import Embedded, open_embedded

ONE, SCALE = TapId("loc-001", 1), "SCALE-1"
WEIGHT = 55.116
CHANGED_S = 30
"""So long a change of what stands on a platform may take here, with the settling and a busy machine."""


class Site:
    """A server of one bar with a real scale, and what a page would gather of its stream."""

    def __init__(self, embedded: Embedded, clock: SystemClock, child: ScaleChild) -> None:
        self.embedded, self.clock, self.child = embedded, clock, child
        self.samples = Samples()
        embedded.ports.feed.listen(self._hear)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Sampled):
            self.samples = self.samples.after(event, wall=self.clock.wall())

    async def use(self, case: Callable[..., Any], **what: Any) -> Any:
        times = {"now": self.clock.now(), "wall": self.clock.wall()}
        return await asyncio.to_thread(case, self.embedded.ports, member=OWNER, **times, **what)

    @property
    def wizard(self) -> Wizard:
        times = {"now": self.clock.now(), "wall": self.clock.wall()}
        found = view_wizard(self.embedded.ports, device_id=SCALE, member=OWNER, **times).wizard
        assert found is not None
        return found

    @property
    def calibration(self) -> Calibration | None:
        times = {"now": self.clock.now(), "wall": self.clock.wall()}
        return view_wizard(self.embedded.ports, device_id=SCALE, member=OWNER, **times).calibration

    @property
    def state(self) -> TapState | None:
        item = self.embedded.ports.table.get(taps.state_key(ONE))
        return taps.state_from_item(item) if item else None

    def reads(self, lbs: float, *, within: float = 0.5) -> bool:
        """Whether the scale reads that at rest."""
        state = self.state
        return state is not None and state.stable and abs(state.weight_lbs - lbs) < within

    async def put_on(self, shell_lbs: float | None, *, reads: float, within: float) -> None:
        """Change what stands on the platform, and wait until the scale says so."""
        await asyncio.to_thread(self.child.ask, do="change", scale=SCALE, gap=1, shell_lbs=shell_lbs)
        await until(lambda: self.reads(reads, within=within), CHANGED_S)

    async def point(self, known_lbs: float | None = None) -> Wizard:
        """Wait until the stream shows that the platform stands still, then take the point."""
        self.samples = Samples()
        await until(self._still, CHANGED_S)
        after: Wizard = await self.use(take_point, device_id=SCALE, samples=self.samples, known_lbs=known_lbs)
        return after

    async def tare(self, tare_of: TareOf) -> None:
        """Touch once and wait; on a busy machine a weight may not be at rest yet, as somebody would see, and repeat."""
        for _ in range(3):
            await self.use(tare, tap_id=ONE, tare_of=tare_of)
            await until(lambda: self.wizard.step.over, 30)
            if "moving" not in (self.wizard.problem or ""):
                break
        assert (self.wizard.step, self.wizard.problem) == (Step.DONE, None)

    def _still(self) -> bool:
        still = look(self.samples, wizard=self.wizard)
        return still is not None and still.steady


@asynccontextmanager
async def site(folder: Path, child: ScaleChild) -> AsyncIterator[Site]:
    clock = SystemClock()
    embedded = open_embedded(folder, clock=clock, commit_seconds=0.2)
    ports = embedded.ports
    bar = Location(location_id="loc-001", name="Test bar", timezone="Europe/Berlin")
    open_location(ports, location=bar, member=OWNER)
    set_up_tap(ports, tap_id=ONE, member=OWNER)
    place_scale(ports, device_id=SCALE, tap_id=ONE, member=OWNER, now=datetime(2020, 1, 1, tzinfo=UTC))
    add_beer(ports, beer=Beer(beer_id="pils", name="Pils"), location_id="loc-001", member=OWNER)
    await embedded.start()
    try:
        await until(lambda: embedded.intake.facts().connected)
        address = embedded.broker.address
        assert address is not None
        await asyncio.to_thread(child.start, address)
        made = Site(embedded, clock, child)
        await until(lambda: made.state is not None, 20)
        yield made
    finally:
        await embedded.stop()


@pytest.mark.slow
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_a_scale_that_is_three_percent_off_is_calibrated_and_reads_right(tmp_path: Path, interpreter: str) -> None:
    async def story() -> None:
        with scale_child(interpreter) as child:
            async with site(tmp_path, child) as bar:
                await asyncio.to_thread(child.ask, do="drift", scale=SCALE, span_pct=3, zero_lbs=1)
                await bar.put_on(None, reads=1.0, within=0.4)
                await bar.use(begin_calibration, device_id=SCALE)
                assert (await bar.point()).step is Step.LOADED
                await bar.put_on(WEIGHT, reads=1.03 * WEIGHT + 1, within=0.6)
                reviewed = await bar.point(WEIGHT)
                assert reviewed.step is Step.REVIEW
                assert reviewed.fit is not None
                assert reviewed.fit.change_pct == pytest.approx(3.0, abs=0.3)

                await bar.use(save_calibration, device_id=SCALE, confirm=True)
                await until(lambda: bar.wizard.step is Step.CHECK, 20)
                await until(lambda: bar.reads(WEIGHT, within=0.1), 20)
                done = await bar.point()

                assert done.step is Step.DONE
                calibration = bar.calibration
                assert calibration is not None
                assert calibration.method is Method.KNOWN_WEIGHT
                assert calibration.residual_lbs == pytest.approx(0.0, abs=0.1)
                state = bar.state
                assert state is not None
                assert state.mark.cal == calibration.rev

    asyncio.run(story())


@pytest.mark.slow
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_platform_and_shell_are_tared_by_one_touch_each(tmp_path: Path, interpreter: str) -> None:
    async def story() -> None:
        with scale_child(interpreter) as child:
            async with site(tmp_path, child) as bar:
                await asyncio.to_thread(child.ask, do="drift", scale=SCALE, span_pct=0, zero_lbs=0.4)
                await bar.put_on(None, reads=0.4, within=0.2)
                await bar.tare(TareOf.PLATFORM)
                assert bar.wizard.residual_lbs == pytest.approx(0.0, abs=0.1)
                await until(lambda: bar.reads(0.0, within=0.15), 20)

                await bar.put_on(31.0, reads=31.0, within=0.3)
                keg = await asyncio.to_thread(
                    change_keg,
                    bar.embedded.ports,
                    tap_id=ONE,
                    keg=NextKeg(beer_id="pils", type_id="half_barrel"),
                    at=bar.clock.now(),
                    member=OWNER,
                    now=bar.clock.now(),
                )
                await bar.tare(TareOf.EMPTY_KEG)

                stands = load.keg(bar.embedded.ports, keg.keg_id)
                assert stands.tare.source is TareSource.WEIGHED_EMPTY
                assert stands.tare.empty_lbs == pytest.approx(31.0, abs=0.2)

    asyncio.run(story())
