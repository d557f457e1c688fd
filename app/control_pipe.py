"""The control pipe to the simulated bar: JSON lines to its standard input, answers and events from its output."""

import asyncio
import itertools
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
import structlog

ANSWER_WITHIN_S: Final = 10.0
_LINE_LIMIT: Final = 1 << 20

_log = structlog.get_logger(__name__)


class SimulatorRefused(Exception):  # noqa: N818 - an answer to the person who asked
    """The simulated bar cannot do what was asked, or is not running; the sentence says why."""


class ControlPipe:
    """A child process that runs the bar. It ends when this process does, since its input closes then."""

    def __init__(self, command: Sequence[str], *, folder: Path, heard: Callable[[Mapping[str, Any]], None]) -> None:
        self._command = command
        self._folder = folder
        self._heard = heard
        self._process: Process | None = None
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Mapping[str, Any]]] = {}
        self._reading: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether the child lives."""
        return self._process is not None and self._process.returncode is None

    async def open(self) -> None:
        """Start the child; raises OSError where it cannot be."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            cwd=self._folder,
            limit=_LINE_LIMIT,
            start_new_session=True,  # Ctrl-C is ours to hear; the child ends when its input closes
        )
        self._reading = asyncio.create_task(self._read(self._process))

    async def order(self, do: str, **fields: Any) -> Mapping[str, Any]:
        """Send an order and give its answer; raises SimulatorRefused."""
        process = self._process
        if process is None or process.stdin is None or process.returncode is not None:
            raise SimulatorRefused("the simulated bar is not running: stop the demo and start it again")
        number = next(self._ids)
        answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            process.stdin.write(orjson.dumps({"do": do, "id": number, **fields}) + b"\n")
            await process.stdin.drain()
            said = await asyncio.wait_for(answer, ANSWER_WITHIN_S)
        except TimeoutError:
            raise SimulatorRefused("the simulated bar does not answer: try again in a moment") from None
        except ConnectionError:
            raise SimulatorRefused("the simulated bar has ended: stop the demo and start it again") from None
        finally:
            self._waiting.pop(number, None)
        if said.get("event") == "error":
            raise SimulatorRefused(str(said.get("message")))
        return said

    async def close(self) -> None:
        """Close its input and wait for its end."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 3)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _read(self, process: Process) -> None:
        while process.stdout is not None and (line := await process.stdout.readline()):
            try:
                said = orjson.loads(line)
            except orjson.JSONDecodeError:
                _log.warning("the simulated bar said something that is not JSON", line=line[:200])
                continue
            waiting = self._waiting.get(said.get("id", 0))
            if waiting is not None and not waiting.done():
                waiting.set_result(said)
            else:
                self._heard(said)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError("the simulated bar has ended"))
