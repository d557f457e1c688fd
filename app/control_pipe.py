"""The control pipe to the simulated bar: JSON lines to its standard input, answers and events from its output."""

import asyncio
import contextlib
import itertools
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import structlog

ANSWER_WITHIN_S: Final = 10.0
ENDS_WITHIN_S: Final = 3.0
_LINE_LIMIT: Final = 1 << 20

Said = Mapping[str, Any]
"""One object from the bar: an answer, with the `id` of its order, or an event, without."""

_log = structlog.get_logger(__name__)


class SimulatorRefused(Exception):  # noqa: N818 - an answer to the person who asked
    """The simulated bar cannot do what was asked, or is not running; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """An order on its way: its answer to be, and what follows at once where the bar does it."""

    answer: asyncio.Future[Said]
    done: Callable[[], None]


class ControlPipe:
    """A child process that runs the bar. It ends when this process does, since its input closes then.

    `heard` gets every event in order; one that it fails on is logged.
    """

    def __init__(self, command: Sequence[str], *, folder: Path, heard: Callable[[Said], None]) -> None:
        self._command = command
        self._folder = folder
        self._heard = heard
        self._process: Process | None = None
        self._ids = itertools.count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._reading: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether the child lives and can be talked to."""
        process, reading = self._process, self._reading
        return process is not None and process.returncode is None and reading is not None and not reading.done()

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

    async def order(self, do: str, *, done: Callable[[], None] = lambda: None, **fields: Any) -> Said:
        """Send an order and give its answer; raises SimulatorRefused.

        `done` is called where the bar does it, before anything that the bar says after that is heard.
        """
        process = self._process
        if process is None or process.stdin is None or not self.running:
            raise SimulatorRefused("the simulated bar is not running: wait a moment, it is started again by itself")
        number = next(self._ids)
        answer: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self._waiting[number] = _Waiting(answer=answer, done=done)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                process.stdin.write(orjson.dumps({"do": do, "id": number, **fields}) + b"\n")
                await process.stdin.drain()
                said = await answer
        except TimeoutError:
            raise SimulatorRefused("the simulated bar does not answer: try again in a moment") from None
        except (ConnectionError, RuntimeError):  # uvloop says the latter of a pipe that is closed
            raise SimulatorRefused(
                "the simulated bar has ended: wait a moment, it is started again by itself"
            ) from None
        finally:
            self._waiting.pop(number, None)
            answer.cancel()
        if said.get("event") == "error":
            raise SimulatorRefused(str(said.get("message")))
        return said

    async def ended(self) -> None:
        """Return once the child has ended or closed its output; at once where none was started."""
        if self._reading is not None:
            await asyncio.wait([self._reading])

    async def close(self) -> None:
        """Close its input and wait for its end; closing twice is harmless."""
        process, reading = self._process, self._reading
        if process is None or reading is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), ENDS_WITHIN_S)
        except TimeoutError:
            _log.warning("the simulated bar did not end by itself and is killed")
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        # A child of the child could hold the output open for ever.
        await asyncio.wait([reading], timeout=ENDS_WITHIN_S)
        reading.cancel()

    async def _read(self, process: Process) -> None:
        try:
            while (line := await _line(process)) is not None:
                said = _parsed(line)
                if said is not None:
                    self._take(said)
        finally:
            for waiting in self._waiting.values():
                if not waiting.answer.done():
                    waiting.answer.set_exception(ConnectionResetError("the simulated bar has ended"))

    def _take(self, said: Said) -> None:
        """Give an answer to whoever waits for it, an event to whoever listens."""
        try:
            if "id" not in said:
                self._heard(said)
                return
            waiting = self._waiting.get(said["id"])
            if waiting is None or waiting.answer.done():
                _log.warning("the simulated bar answered too late", said=said)
                return
            waiting.answer.set_result(said)
            if said.get("event") != "error":
                waiting.done()
        except Exception:  # noqa: BLE001 - hearing must go on
            _log.exception("what the simulated bar said could not be followed", said=said)


async def _line(process: Process) -> bytes | None:
    """Give the next line the child says; None once it has closed its output."""
    while process.stdout is not None:
        try:
            return await process.stdout.readline() or None
        except ValueError:
            _log.warning("the simulated bar said a line that is too long", limit=_LINE_LIMIT)
    return None


def _parsed(line: bytes) -> Said | None:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        said = None
    if isinstance(said, dict):
        return said
    _log.warning("the simulated bar said something that is no JSON object", line=line[:200])
    return None
