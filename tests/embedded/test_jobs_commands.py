"""The clockwork sends commands again and gives them up, by the wall; a server that is killed forgets none."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from intake_bar import Bar, opened_bar
from intake_running import connected_publisher, mosquitto, until

from backend.cellar import commands
from backend.clock import SystemClock
from backend.domain.command import Command, CommandName, CommandState
from backend.domain.member import OWNER
from backend.embedded.clockwork import Clockwork
from backend.ports import Ports
from backend.usecases.commands import send_command, view_command
from backend.wiring.embedded import open_embedded
from backend.wiring.jobs import jobs

HERE = Path(__file__).parent
T0 = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Wall:
    """The real time as the test sets it; the story's stands still."""

    speed = 60.0

    def __init__(self) -> None:
        self.at = T0

    def now(self) -> datetime:
        return datetime(2026, 3, 21, 20, 0, tzinfo=UTC)

    def wall(self) -> datetime:
        return self.at

    async def sleep_until(self, moment: datetime) -> None:
        raise NotImplementedError


class Way:
    """A connection that counts what it carries."""

    def __init__(self) -> None:
        self.up = True
        self.ids: list[str] = []

    def say(self, topic: str, payload: bytes) -> None:
        assert topic == "keg/command/SCALE-1"
        self.ids.append(json.loads(payload)["id"])


@pytest.fixture
def bar(tmp_path: Path) -> Iterator[Bar]:
    with opened_bar(tmp_path / "data") as opened:
        yield opened


def _clockwork(bar: Bar, wall: Wall) -> Clockwork:
    stopping = threading.Event()
    return Clockwork(
        jobs(bar.store, bar.ports, plan=None, stopping=stopping), store=bar.store, clock=wall, stopping=stopping
    )


def _send(bar: Bar, wall: Wall) -> Command:
    return send_command(
        bar.ports,
        device_id="SCALE-1",
        name=CommandName.TARE,
        params={},
        member=OWNER,
        now=wall.now(),
        wall=wall.at,
    )


def _pass(work: Clockwork, wall: Wall, seconds: int) -> None:
    for _ in range(seconds):
        wall.at += timedelta(seconds=1)
        work.turn()


def test_a_command_that_found_no_broker_goes_out_by_itself_once_there_is_one(bar: Bar) -> None:
    wall, way = Wall(), Way()
    work = _clockwork(bar, wall)
    command = _send(bar, wall)

    _pass(work, wall, 12)
    bar.commands.use(way)
    _pass(work, wall, 5)

    assert way.ids == [command.command_id]


def test_after_a_start_answers_that_waited_come_before_anything_is_given_up(bar: Bar) -> None:
    wall = Wall()
    command = _send(bar, wall)
    wall.at += timedelta(hours=1)
    work = _clockwork(bar, wall)

    states = []
    for _ in range(7):
        work.turn()
        states.append(view_command(bar.ports, device_id="SCALE-1", command_id=command.command_id, member=OWNER).state)
        wall.at += timedelta(seconds=1)

    assert states == [CommandState.SENT] * 5 + [CommandState.EXPIRED] * 2


def test_a_row_that_cannot_be_read_is_said_once(bar: Bar) -> None:
    wall = Wall()
    work = _clockwork(bar, wall)
    put = commands.put(_send(bar, wall))
    bar.ports.table.transact([replace(put, item={**put.item, "state": "lost"}, expected_version=None)])

    notes = []
    for _ in range(10):
        _pass(work, wall, 1)
        notes.append(work.state()["commands"].note)

    (said,) = [note for note in notes if note]
    assert "CMD#" in said


def test_a_server_that_is_killed_when_it_has_just_sent_a_command_takes_the_answer_when_it_is_back(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        (tmp_path / "broker").mkdir()
        broker = mosquitto(tmp_path / "broker")
        await broker.start()
        url = f"mqtt://{broker.address.host}:{broker.address.port}"
        with opened_bar(tmp_path / "data"):
            pass
        command_id = await asyncio.to_thread(_sent_and_killed, tmp_path / "data", url)
        scale = await asyncio.to_thread(connected_publisher, broker)
        done = json.dumps({"id": command_id, "state": "done", "ok": True}).encode()
        scale.publish("keg/response/SCALE-1", done, qos=1).wait_for_publish(5)
        scale.disconnect()
        scale.loop_stop()

        embedded = open_embedded(tmp_path / "data", clock=SystemClock(), broker=url)
        await embedded.start()
        await until(lambda: _state(embedded.ports, command_id) is CommandState.DONE)
        await embedded.stop()
        await broker.stop()

    asyncio.run(story())


def _state(ports: Ports, command_id: str) -> CommandState:
    return view_command(ports, device_id="SCALE-1", command_id=command_id, member=OWNER).state


def _sent_and_killed(folder: Path, url: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    command = [sys.executable, str(HERE / "sending_child.py"), str(folder), url]
    with subprocess.Popen(
        command, cwd=HERE.parents[1], env=environment | {"PYTHONPATH": str(HERE.parents[1])}, stderr=subprocess.PIPE
    ) as child:
        assert child.stderr is not None
        line = child.stderr.readline().decode().split()
        child.send_signal(signal.SIGKILL)
    assert line[0] == "sent", line
    return line[1]
