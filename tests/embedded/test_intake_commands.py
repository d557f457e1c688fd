"""Commands and their answers on a real broker: sent over the intake's connection, heard by the intake."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from intake_running import Running, connected_publisher, mosquitto, running, until
from paho.mqtt.client import Client, MQTTMessage

from backend.clock import SystemClock
from backend.domain.command import Command, CommandAnswered, CommandName, CommandState, Sampled
from backend.domain.events import Event
from backend.domain.member import OWNER
from backend.ports import Query
from backend.usecases.commands import send_command, view_command
from backend.usecases.repeat_commands import repeat_unanswered


@dataclass
class Asked:
    """An intake at work, what a scale on the broker hears, and what the feed tells."""

    bar: Running
    scale: Client
    heard: list[MQTTMessage] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)

    async def send(self, name: CommandName = CommandName.IDENTIFY, **params: bool | float) -> Command:
        return await asyncio.to_thread(self._send, name, params)

    def _send(self, name: CommandName, params: dict[str, bool | float]) -> Command:
        now = SystemClock().wall()
        ports = self.bar.bar.ports
        return send_command(ports, device_id="SCALE-1", name=name, params=params, member=OWNER, now=now, wall=now)

    async def answer(self, command_id: str, state: str, *, device_id: str = "SCALE-1", **more: object) -> None:
        told = {"id": command_id, "state": state, "ok": state != "failed", **more}
        await self.bar.publish(json.dumps(told).encode(), topic=f"keg/response/{device_id}")

    def stands(self, command: Command) -> Command:
        return view_command(self.bar.bar.ports, device_id="SCALE-1", command_id=command.command_id, member=OWNER)

    @property
    def samples(self) -> list[Sampled]:
        return [event for event in self.told if isinstance(event, Sampled)]

    @property
    def answers(self) -> list[CommandState]:
        return [event.state for event in self.told if isinstance(event, CommandAnswered)]


@asynccontextmanager
async def asked(folder: Path, *, commit_seconds: float = 60.0) -> AsyncIterator[Asked]:
    async with running(folder, commit_seconds=commit_seconds) as bar:
        scale = await asyncio.to_thread(connected_publisher, bar.broker)
        made = Asked(bar, scale)
        scale.on_message = lambda _client, _data, message: made.heard.append(message)
        subscribed = asyncio.Event()
        loop = asyncio.get_running_loop()
        scale.on_subscribe = lambda *_: loop.call_soon_threadsafe(subscribed.set)
        scale.subscribe("keg/command/SCALE-1", qos=1)
        await subscribed.wait()
        bar.bar.ports.feed.listen(made.told.append)
        try:
            yield made
        finally:
            scale.disconnect()
            scale.loop_stop()


def test_a_command_reaches_the_scale_and_its_answer_its_row_and_the_feed(tmp_path: Path) -> None:
    async def story() -> None:
        async with asked(tmp_path) as bar:
            command = await bar.send(seconds=9)
            await until(lambda: bar.heard)
            (message,) = bar.heard
            assert (message.topic, message.qos, message.retain) == ("keg/command/SCALE-1", 1, False)
            assert json.loads(message.payload)["id"] == command.command_id

            await bar.answer(command.command_id, "accepted")
            await bar.answer(command.command_id, "done", result={"boot": 7})
            await until(lambda: bar.stands(command).state is CommandState.DONE)
            assert bar.answers == [CommandState.ACCEPTED, CommandState.DONE]
            assert bar.stands(command).result == {"boot": 7}

    asyncio.run(story())


def test_an_answer_is_durable_and_acknowledged_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with asked(tmp_path, commit_seconds=600.0) as bar:
            command = await bar.send()
            syncs = bar.bar.disk.syncs
            await bar.answer(command.command_id, "done")
            await until(lambda: bar.bar.disk.syncs > syncs)
            await until(lambda: bar.bar.intake.facts().waiting == 0)
            assert bar.stands(command).state is CommandState.DONE

    asyncio.run(story())


def test_an_answer_that_cannot_be_stored_is_taken_once_the_disk_is_well_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with asked(tmp_path) as bar:
            command = await bar.send()
            bar.bar.disk.full = True
            await bar.answer(command.command_id, "done")
            await until(lambda: bar.bar.intake.facts().note is not None)
            bar.bar.disk.full = False
            await until(lambda: bar.bar.intake.facts().waiting == 0)
            assert bar.stands(command).state is CommandState.DONE

    asyncio.run(story())


def test_answers_nobody_asked_for_and_what_is_no_answer_become_dead_letters(tmp_path: Path) -> None:
    async def story() -> None:
        async with asked(tmp_path) as bar:
            command = await bar.send()
            await bar.answer("1-2", "done")
            await bar.answer(command.command_id, "done", device_id="SCALE-2")
            await bar.answer(command.command_id, "dancing")
            await bar.bar.publish(b"[]", topic="keg/response/SCALE-1")
            await bar.answer(command.command_id, "done")
            await until(lambda: bar.stands(command).state is CommandState.DONE)

            reasons = sorted(str(letter["reason"])[:44] for letter in bar.bar.dead())
            assert reasons == [
                "Input should be an object",
                "SCALE-1 answers a command it was never sent:",
                "SCALE-2 answers a command it was never sent:",
                "state: Input should be 'accepted', 'done', '",
            ]

    asyncio.run(story())


def test_counts_of_a_stream_are_told_at_a_bounded_rate_and_kept_nowhere(tmp_path: Path) -> None:
    async def story() -> None:
        async with asked(tmp_path) as bar:
            command = await bar.send(CommandName.STREAM, seconds=30)
            rows = bar.bar.bar.ports.table.query(Query(partition="DEVICE#SCALE-1")).items
            for count in range(200):
                await bar.answer(command.command_id, "sample", result={"raw": [count], "stable": True})
            await until(lambda: len(bar.samples) + bar.bar.intake.facts().set_apart_total == 200)

            counts = [sample.raw[0] for sample in bar.samples]
            assert counts[:12] == list(range(12))
            assert counts == sorted(counts)
            assert 12 <= len(counts) < 50
            assert bar.bar.bar.ports.table.query(Query(partition="DEVICE#SCALE-1")).items == rows
            assert bar.bar.dead() == []

    asyncio.run(story())


def test_a_command_sent_while_the_broker_is_away_is_sent_once_it_is_back(tmp_path: Path) -> None:
    async def story() -> None:
        broker = mosquitto(tmp_path)
        async with running(tmp_path, broker=broker) as bar:
            made = Asked(bar, bar.publisher)
            await broker.stop()
            await until(lambda: not bar.intake.facts().connected)
            command = await made.send()
            assert (command.state, command.tries) == (CommandState.SENT, 0)

            await broker.start()
            await until(lambda: bar.intake.facts().connected)
            due = _in_seconds(6)
            repeated = await asyncio.to_thread(repeat_unanswered, bar.bar.ports, wall=due)
            assert repeated.sent == 1
            assert made.stands(command).tries == 1

    asyncio.run(story())


def _in_seconds(seconds: float) -> datetime:
    return SystemClock().wall() + timedelta(seconds=seconds)
