"""A tiny server of made-up rows: the board and nothing behind it."""

import asyncio
import gc
import json
import os
import sys
import time
from collections import defaultdict
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nicegui
import psutil
import uvicorn
from fastapi import FastAPI, Request
from nicegui import Client, core, ui
from nicegui.outbox import Outbox

from components.board import Board
from components.screens import Screens

TZ = "America/Los_Angeles"
ROWS: dict[str, Any] = {}
SCREENS: defaultdict[int, Screens] = defaultdict(Screens)
"""Open boards by how many taps they show."""
ASKED: list[Any] = []
"""What boards asked, in order."""
ANSWERS: dict[str, Any] = {}
"""What they are answered, by what they ask: given by the test."""


class Story:
    """The made-up bar's time."""

    def __init__(self, now: float, speed: float) -> None:
        self.base, self.speed, self.since = now, speed, time.monotonic()

    def beat(self) -> Any:
        """The time as the browser is told it."""
        return {"now": self.base + (time.monotonic() - self.since) * self.speed, "speed": self.speed, "tz": TZ}


async def beating(story: Story) -> None:
    """Tell every board the time."""
    while True:
        for screens in list(SCREENS.values()):
            await screens.beat(story.beat())
        await asyncio.sleep(2)


async def ticking(story: Story) -> None:
    """Give every row to the boards that lack them."""
    while True:
        for taps, screens in list(SCREENS.items()):
            if screens.behind():
                await screens.catch_up(list(ROWS.values())[:taps], beat=story.beat())
        await asyncio.sleep(0.05)


def census() -> dict[str, int]:
    """What is there once all garbage is gone.

    Pages, boards that are told, the framework's outboxes, the packets that wait for the slowest board, and the memory
    of this process (bytes).
    """
    gc.collect()
    told = sum(len(screens) for screens in SCREENS.values())
    waiting = max((socket.queue.qsize() for socket in core.sio.eio.sockets.values()), default=0)
    rss = psutil.Process().memory_info().rss
    return {
        "pages": len(Client.instances),
        "boards": told,
        "outboxes": sum(isinstance(one, Outbox) for one in gc.get_objects()),
        "waiting": waiting,
        "rss": rss,
    }


async def pour_all(ticks: int, story: Story) -> None:
    """Let three taps fall at each of so many ticks, ten times as fast as a bar ticks."""
    names = sorted(ROWS)
    for tick in range(ticks):
        poured = [names[(3 * tick + place) % len(names)] for place in range(3)]
        changed = [_poured(ROWS[name], tick, story) for name in dict.fromkeys(poured)]
        ROWS.update({row["tap"]: row for row in changed})
        for screens in list(SCREENS.values()):
            await screens.show(changed)
        await asyncio.sleep(0.005)


def _poured(row: Any, tick: int, story: Story) -> Any:
    gallons = 15.5 - tick % 1500 / 100
    return {**row, "pct": gallons / 15.5 * 100, "volume": f"{gallons:.2f} gal", "at": story.beat()["now"]}


def build(story: Story, *, tailwind: bool) -> FastAPI:
    """The application: one page, a health answer, and doors through which a test changes rows and counts."""

    @asynccontextmanager
    async def living(_: FastAPI) -> Any:
        tasks = [asyncio.create_task(beating(story)), asyncio.create_task(ticking(story))]
        yield
        for task in tasks:
            task.cancel()

    api = FastAPI(lifespan=living)
    _doors(api, story)

    @ui.page("/")
    def page(taps: int = 99, acts: int = 0) -> None:
        links = [{"label": "Simulator", "href": "/simulator"}]
        rows = list(ROWS.values())[:taps]
        Board(rows, beat=story.beat(), screens=SCREENS[taps], links=links, on_act=answered if acts else None)

    ui.run_with(api, title="Scale Sense", dark=True, language="en-US", tailwind=tailwind, show_welcome_message=False)
    return api


async def answered(asked: Any) -> Any:
    """Answer a board as the test said."""
    ASKED.append(asked)
    given = ANSWERS.get(asked["do"], {"refused": "Not done: nobody said what to answer."})
    await asyncio.sleep(given.get("after_s", 0))
    return {"ask": asked["ask"], "do": asked["do"], "tap": asked.get("tap"), **given}


def _doors(api: FastAPI, story: Story) -> None:
    """What a test asks of the server and tells it."""

    @api.get("/asked")
    async def tell_asked() -> list[Any]:
        return ASKED

    @api.post("/answers")
    async def answer(request: Request) -> None:
        ANSWERS.update(await request.json())

    @api.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @api.get("/beat")
    def now() -> dict[str, Any]:
        return story.beat()

    @api.get("/census")
    async def count() -> dict[str, int]:
        return census()

    @api.post("/pour")
    async def pour(ticks: int) -> None:
        await pour_all(ticks, story)

    @api.post("/rows")
    async def change(request: Request) -> None:
        rows = await request.json()
        ROWS.update({row["tap"]: row for row in rows})
        for screens in list(SCREENS.values()):
            await screens.show(rows)


def main() -> None:
    """Serve what the JSON file names: port, rows, now, speed."""
    order = json.loads(Path(sys.argv[1]).read_text())
    ROWS.update({row["tap"]: row for row in order["rows"]})
    api = build(Story(order["now"], order["speed"]), tailwind=order.get("tailwind", False))
    # No packing, as shipped.
    uvicorn.run(api, host="127.0.0.1", port=order["port"], log_level="warning", ws_per_message_deflate=False)


if __name__ == "__main__":
    assert "PYTEST_CURRENT_TEST" not in os.environ, nicegui.__version__
    main()
