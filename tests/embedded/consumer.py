"""A server's inside without its screens: store, intake and use cases; ends in order on SIGTERM.

python consumer.py --data FOLDER --broker mqtt://127.0.0.1:1883
"""

import argparse
import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from intake_bar import opened_bar, say

from backend.clock import SystemClock
from backend.embedded.broker import choose_broker
from backend.embedded.client_id import client_id
from backend.embedded.intake import Intake


async def serve(folder: Path, url: str, *, ready: Callable[[], None] = lambda: None) -> None:
    """Take readings until SIGTERM; `ready` is called before the first one may come."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    with opened_bar(folder) as bar:
        broker = choose_broker(folder, url=url)
        await broker.start()
        intake = Intake(
            ports=bar.ports, store=bar.store, clock=SystemClock(), broker=broker, client_id=client_id(folder)
        )
        ready()
        await intake.start()
        while not intake.facts().connected and not ended.is_set():  # noqa: ASYNC110 - facts are there to be asked
            await asyncio.sleep(0.02)
        say("connected")
        await ended.wait()
        await intake.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--broker", required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.data, options.broker))
