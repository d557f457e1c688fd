"""A server that sends one command and says so: `python sending_child.py FOLDER BROKER`; then it waits to be killed."""

import asyncio
import logging
import sys
from pathlib import Path

import structlog
from intake_bar import say

from backend.clock import SystemClock
from backend.domain.command import CommandName
from backend.domain.member import OWNER
from backend.usecases.commands import send_command
from backend.wiring.embedded import open_embedded


async def main(folder: Path, broker: str) -> None:
    clock = SystemClock()
    embedded = open_embedded(folder, clock=clock, broker=broker, commit_seconds=60)
    await embedded.start()
    while not embedded.intake.facts().connected:  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0.01)
    command = send_command(
        embedded.ports,
        device_id="SCALE-1",
        name=CommandName.IDENTIFY,
        params={},
        member=OWNER,
        now=clock.now(),
        wall=clock.wall(),
    )
    say(f"sent {command.command_id}")
    await asyncio.sleep(60)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
