"""Commands to scales that run the real firmware, over a real broker: done once, whatever is lost or killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from intake_running import mosquitto, until
from scale_child import INTERPRETERS, STORY, ScaleChild, scale_child

from backend.cellar import scales, taps
from backend.clock import Clock, DemoClock, SystemClock
from backend.domain.command import Command, CommandAnswered, CommandName, CommandState, Sampled
from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import OWNER
from backend.domain.scale import ScaleStatus
from backend.domain.times import from_epoch_ms
from backend.usecases.commands import send_command, view_command
from backend.usecases.set_up import open_location, place_scale, set_up_tap
from backend.wiring.embedded import Embedded, open_embedded

ONE = TapId("loc-001", 1)
AT_ONCE = [
    (CommandName.IDENTIFY, {"seconds": 1}),
    (CommandName.GET_CONFIG, {}),
    (CommandName.TARE, {}),
    (CommandName.MAINTENANCE, {"on": True, "minutes": 1}),
    (CommandName.STREAM, {"hz": 10, "seconds": 2}),
    (CommandName.SELFTEST, {}),
]


@dataclass
class Site:
    """A server of one bar with a scale under its first tap, and what its feed has told."""

    embedded: Embedded
    clock: Clock
    told: list[Event] = field(default_factory=list)

    async def send(self, name: CommandName, *, worth_s: int = 30, **params: bool | float) -> Command:
        return await asyncio.to_thread(
            send_command,
            self.embedded.ports,
            tap_id=ONE,
            name=name,
            params=params,
            member=OWNER,
            now=self.clock.now(),
            wall=self.clock.wall(),
            seconds=worth_s,
        )

    def stands(self, command: Command) -> Command:
        ports = self.embedded.ports
        return view_command(ports, device_id="SCALE-1", command_id=command.command_id, member=OWNER)

    async def over(self, command: Command, *, seconds: float = 20) -> Command:
        await until(lambda: self.stands(command).state.final, seconds)
        return self.stands(command)

    def answers(self, command: Command) -> list[CommandState]:
        answers = [event for event in self.told if isinstance(event, CommandAnswered)]
        return [answer.state for answer in answers if answer.command_id == command.command_id]

    @property
    def online(self) -> bool:
        item = self.embedded.ports.table.get(scales.key("SCALE-1"))
        return item is not None and scales.from_item(item).status is ScaleStatus.ONLINE

    @property
    def at_rest(self) -> bool:
        item = self.embedded.ports.table.get(taps.state_key(ONE))
        return item is not None and taps.state_from_item(item).stable


@asynccontextmanager
async def site(folder: Path, *, clock: Clock | None = None, broker: str | None = None) -> AsyncIterator[Site]:
    clock = clock or SystemClock()
    embedded = open_embedded(folder, clock=clock, broker=broker, commit_seconds=0.2)
    made = Site(embedded, clock)
    embedded.ports.feed.listen(made.told.append)
    bar = Location(location_id="loc-001", name="Test bar", timezone="Europe/Berlin")
    open_location(embedded.ports, location=bar, member=OWNER)
    set_up_tap(embedded.ports, tap_id=ONE, member=OWNER)
    place_scale(embedded.ports, device_id="SCALE-1", tap_id=ONE, member=OWNER, now=datetime(2020, 1, 1, tzinfo=UTC))
    await embedded.start()
    try:
        await until(lambda: embedded.intake.facts().connected)
        yield made
    finally:
        await embedded.stop()


async def _weighing(child: ScaleChild, bar: Site, *, speed: float = 1) -> None:
    """Let the scale find the broker, and its weight come to rest."""
    address = bar.embedded.broker.address
    assert address is not None
    await asyncio.to_thread(child.start, address, speed=speed)
    await until(lambda: bar.at_rest, 20)


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_every_command_is_done_by_a_real_scale_and_its_answer_stands_and_is_told(
    tmp_path: Path, interpreter: str
) -> None:
    async def story() -> None:
        with scale_child(interpreter) as child:
            async with site(tmp_path) as bar:
                await _weighing(child, bar)
                sent = [await bar.send(name, **params) for name, params in AT_ONCE]
                ended = {command.name: await bar.over(command) for command in sent}
                sent.append(await bar.send(CommandName.SET_CONFIG, zero=84_100, factor=9400.5, rev=7))
                ended[CommandName.SET_CONFIG] = await bar.over(sent[-1])

                assert {name: (one.state, one.error) for name, one in ended.items()} == {
                    name: (CommandState.DONE, None) for name in CommandName if name is not CommandName.REBOOT
                }
                assert all(bar.answers(command)[-1:] == [CommandState.DONE] for command in sent)
                assert all(len(bar.answers(command)) <= 2 for command in sent)
                assert _result(ended[CommandName.SET_CONFIG]) == {"zero": 84_100, "factor": 9400.5, "rev": 7}
                assert _result(ended[CommandName.SELFTEST])["cell"] == "ok"
                assert abs(float(str(_result(ended[CommandName.TARE])["residual_lbs"])) - 129.7) < 2
                samples = [event for event in bar.told if isinstance(event, Sampled)]
                assert 3 <= len(samples) <= 5
                assert 15 <= sum(len(sample.raw) for sample in samples) <= 22
                assert bar.embedded.intake.facts().dead_letters_total == 0

    asyncio.run(story())


def _result(command: Command) -> dict[str, object]:
    assert command.result is not None
    return dict(command.result)


def test_a_restart_that_is_asked_for_five_times_happens_once(tmp_path: Path) -> None:
    async def story() -> None:
        with scale_child("cpython") as child:
            async with site(tmp_path) as bar:
                await _weighing(child, bar)
                command = await bar.send(CommandName.REBOOT)
                for _ in range(4):
                    bar.embedded.ports.commands.send(command=command)
                first = _result(await bar.over(command))
                for _ in range(4):
                    bar.embedded.ports.commands.send(command=command)
                probe = await bar.over(await bar.send(CommandName.GET_CONFIG))

                assert probe.state is CommandState.DONE
                again = _result(await bar.over(await bar.send(CommandName.REBOOT)))
                assert first["reset"] == again["reset"]
                assert again["boot"] != first["boot"]
                assert _result(bar.stands(command)) == first
                assert bar.answers(command) in ([CommandState.ACCEPTED, CommandState.DONE], [CommandState.DONE])

    asyncio.run(story())


def test_a_scale_without_wifi_lets_a_command_expire_and_does_not_do_it_when_it_is_back(tmp_path: Path) -> None:
    async def story() -> None:
        with scale_child("cpython") as child:
            async with site(tmp_path) as bar:
                await _weighing(child, bar)
                await asyncio.to_thread(child.wifi, up=False)
                await until(lambda: not bar.online, 20)
                command = await bar.send(CommandName.SET_CONFIG, worth_s=1, zero=0, factor=9000.0, rev=9)
                ended = await bar.over(command)
                await asyncio.to_thread(child.wifi, up=True)
                await until(lambda: bar.stands(command).late is not None, 20)
                asked = await bar.over(await bar.send(CommandName.GET_CONFIG))

                assert (ended.state, ended.error) == (CommandState.EXPIRED, "expired")
                assert bar.stands(command).late is CommandState.FAILED
                assert _result(asked)["rev"] != 9

    asyncio.run(story())


def test_in_a_story_that_runs_fast_a_command_is_worth_its_seconds_of_the_wall(tmp_path: Path) -> None:
    async def story() -> None:
        clock = DemoClock(start=from_epoch_ms(STORY * 1000), speed=60)
        with scale_child("cpython") as child:
            async with site(tmp_path, clock=clock) as bar:
                await _weighing(child, bar, speed=60)
                began = clock.wall()
                ended = await bar.over(await bar.send(CommandName.IDENTIFY, worth_s=5, seconds=1))
                assert ended.state is CommandState.DONE
                assert clock.wall() - began < timedelta(seconds=10)

    asyncio.run(story())


def test_a_server_that_restarts_while_a_scale_is_at_work_hears_of_its_end(tmp_path: Path) -> None:
    async def story() -> None:
        broker = mosquitto(tmp_path / "broker")
        (tmp_path / "broker").mkdir()
        await broker.start()
        url = f"mqtt://{broker.address.host}:{broker.address.port}"
        with scale_child("cpython") as child:
            async with site(tmp_path / "data", broker=url) as bar:
                await _weighing(child, bar)
                command = await bar.send(CommandName.TARE)
                await until(lambda: bar.stands(command).state is CommandState.ACCEPTED)
            await asyncio.sleep(3)
            async with site(tmp_path / "data", broker=url) as again:
                ended = await again.over(command)

                assert (ended.state, ended.tries) == (CommandState.DONE, 1)
                assert again.answers(command) == [CommandState.DONE]
        await broker.stop()

    asyncio.run(story())


def test_a_broker_that_dies_and_comes_back_costs_time_and_no_command(tmp_path: Path) -> None:
    async def story() -> None:
        with scale_child("cpython") as child:
            async with site(tmp_path) as bar:
                await _weighing(child, bar)
                await bar.embedded.broker.stop()
                await until(lambda: not bar.embedded.intake.facts().connected)
                command = await bar.send(CommandName.TARE)
                await bar.embedded.broker.start()
                ended = await bar.over(command, seconds=40)

                assert command.tries == 0
                assert ended.state is CommandState.DONE
                assert bar.answers(command)[-1] is CommandState.DONE

    asyncio.run(story())
