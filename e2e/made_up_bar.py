"""A tiny server of made-up rows: the board and nothing behind it."""

import asyncio
import json
import os
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nicegui
import uvicorn
from fastapi import FastAPI, Request
from nicegui import Event, ui

from components.board import Board

TZ = "America/Los_Angeles"
ROWS: dict[str, dict[str, Any]] = {}
CHANGED: Event[list[Any]] = Event()
BEATS: Event[Any] = Event()


class Story:
    """The made-up bar's time."""

    def __init__(self, now: float, speed: float) -> None:
        self.base, self.speed, self.since = now, speed, time.monotonic()

    def beat(self) -> dict[str, Any]:
        """The time as the browser is told it."""
        return {"now": self.base + (time.monotonic() - self.since) * self.speed, "speed": self.speed, "tz": TZ}


def build(story: Story, *, tailwind: bool) -> FastAPI:
    """The application: one page, a health answer, and a door through which a test changes rows."""

    @asynccontextmanager
    async def beating(_: FastAPI) -> Any:
        async def beat() -> None:
            while True:
                BEATS.emit(story.beat())
                await asyncio.sleep(2)

        task = asyncio.create_task(beat())
        yield
        task.cancel()

    api = FastAPI(lifespan=beating)

    @api.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @api.get("/beat")
    def now() -> dict[str, Any]:
        return story.beat()

    @api.get("/listeners")
    def listeners() -> int:
        return len(CHANGED.callbacks) + len(BEATS.callbacks)

    @api.post("/rows")
    async def change(request: Request) -> None:
        rows = await request.json()
        ROWS.update({row["tap"]: row for row in rows})
        CHANGED.emit(rows)

    @ui.page("/")
    def page(taps: int = 99) -> None:
        links = [{"label": "Simulator", "href": "/simulator"}]
        board = Board(list(ROWS.values())[:taps], beat=story.beat(), links=links)  # type: ignore[arg-type]
        CHANGED.subscribe(board.apply)
        BEATS.subscribe(board.beat)

    ui.run_with(api, title="Scale Sense", dark=True, language="en-US", tailwind=tailwind, show_welcome_message=False)
    return api


def main() -> None:
    """Serve what the JSON file names: port, rows, now, speed."""
    order = json.loads(Path(sys.argv[1]).read_text())
    ROWS.update({row["tap"]: row for row in order["rows"]})
    api = build(Story(order["now"], order["speed"]), tailwind=order.get("tailwind", False))
    uvicorn.run(api, host="127.0.0.1", port=order["port"], log_level="warning")


if __name__ == "__main__":
    assert "PYTEST_CURRENT_TEST" not in os.environ, nicegui.__version__
    main()
