"""What scales answer and count is told to the pages as it comes, on the event loop, of this bar only."""

import asyncio
import threading
from typing import Any

from live_bar import ONE, T0, run, set_up, until

from app.live import Live
from backend.clock import DemoClock
from backend.domain.command import Answer, CommandAnswered, CommandName, CommandState, Sample, Sampled
from backend.domain.member import OWNER
from backend.embedded.commands import LinkCommands
from backend.ports import Ports
from backend.usecases.commands import send_command
from backend.usecases.take_response import take_response, take_sample


class _Way:
    up = True

    def say(self, topic: str, payload: bytes) -> None:
        """Take it."""


def _sent(ports: Ports, **where: Any) -> str:
    assert isinstance(ports.commands, LinkCommands)
    ports.commands.use(_Way())
    params = {"hz": 10, "seconds": 30}
    return send_command(
        ports, **where, name=CommandName.STREAM, params=params, member=OWNER, now=T0, wall=T0
    ).command_id


def _counted(ports: Ports, command_id: str, device_id: str, count: int) -> None:
    sample = Sample(command_id=command_id, raw=(count,), stable=True)
    assert take_sample(ports, device_id=device_id, sample=sample, wall=T0)


def test_answers_and_counts_of_this_bar_reach_the_pages_on_the_loop(ports: Ports) -> None:
    set_up(ports)
    here, elsewhere = _sent(ports, tap_id=ONE), _sent(ports, device_id="SCALE-3")
    answers: list[CommandAnswered] = []
    samples: list[Sampled] = []
    threads: set[int] = set()

    def scales() -> None:
        for count in range(3):
            _counted(ports, elsewhere, "SCALE-3", count)
            _counted(ports, here, "SCALE-1", count)
        for device_id, command_id in (("SCALE-3", elsewhere), ("SCALE-1", here)):
            done = Answer(command_id=command_id, state=CommandState.DONE)
            take_response(ports, device_id=device_id, response=done, wall=T0)

    async def story() -> None:
        live = Live(ports, DemoClock(start=T0), location_id="loc-001")
        live.answers.subscribe(answers.append)
        live.samples.subscribe(samples.append)
        live.samples.subscribe(lambda _: threads.add(threading.get_ident()))
        await live.start()
        await asyncio.to_thread(scales)
        await until(lambda: answers)
        await live.stop()

    run(story())

    assert [sample.raw for sample in samples] == [(0,), (1,), (2,)]
    assert {sample.device_id for sample in samples} == {"SCALE-1"}
    assert [(answer.command_id, answer.state, answer.tap_id) for answer in answers] == [
        (here, CommandState.DONE, str(ONE))
    ]
    assert threads == {threading.get_ident()}
