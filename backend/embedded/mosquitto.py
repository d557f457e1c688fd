"""Our own Mosquitto: a child on a free loopback port that ends with us, saves what it holds, and is started again."""

import asyncio
import contextlib
import os
import shutil
import sys
from asyncio.subprocess import Process
from pathlib import Path
from typing import IO, Final

import structlog

from backend.embedded import launch
from backend.embedded.broker import OWN_WINDOW, BrokerKind, BrokerState
from backend.embedded.broker_address import BrokerAddress
from backend.embedded.loopback import LOOPBACK, free_port, listens
from backend.embedded.mosquitto_conf import write_configuration

log = structlog.get_logger(__name__)

_PLACES: Final = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", "/usr/bin", "/usr/local/bin")
_START_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 10.0
_LONGEST_WAIT: Final = 10.0
_MAX_LOG_BYTES: Final = 1_000_000


def find_mosquitto() -> str | None:
    """Give the path of Mosquitto, also from folders that only root has on its PATH; None where it is not installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=os.pathsep.join(_PLACES))


class MosquittoChild:
    """Mosquitto as our child; files in `<data folder>/broker/`.

    If it dies it is started again on its port, because the scales know that port. It dies with us, also when we
    are killed (see `launch`). A power cut of the whole machine may take what it held for less than 30 s.
    """

    def __init__(self, folder: Path, *, program: str, port: int | None = None) -> None:
        self._folder = folder / "broker"
        self._program = program
        self._wanted = port
        self._port: int | None = None
        self._process: Process | None = None
        self._running = False
        self._note: str | None = "not started yet"
        self._keeper: asyncio.Task[None] | None = None

    @property
    def address(self) -> BrokerAddress | None:
        """Where it answers; the port is chosen at the first start and then stays."""
        return BrokerAddress(host=LOOPBACK, port=self._port) if self._port is not None else None

    @property
    def window(self) -> int:
        """Two hundred: we told it not to limit what is in flight."""
        return OWN_WINDOW

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process is not None and self._running else None

    def state(self) -> BrokerState:
        """How it stands."""
        address = self.address
        return BrokerState(
            kind=BrokerKind.MOSQUITTO,
            running=self._running,
            address=str(address) if address else None,
            note=None if self._running else self._note,
        )

    async def start(self) -> None:
        """Start it and keep it running; returns once it listens, or after a first failure, which `state` explains."""
        if self._keeper is None:
            await self._begin()
            self._keeper = asyncio.create_task(self._keep(), name="mosquitto keeper")

    async def stop(self) -> None:
        """End it in order, so that it saves sessions, queued and retained messages."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
        await self._end()
        self._note = "stopped"

    async def _keep(self) -> None:
        failures = 0
        while True:
            if self._running and self._process is not None:
                code = await self._process.wait()
                self._running, self._note = False, f"mosquitto ended with code {code}: see {self._folder}/mosquitto.log"
                log.warning("broker ended", code=code)
            await asyncio.sleep(min(0.2 * 2**failures, _LONGEST_WAIT))
            failures = 0 if await self._begin() else failures + 1

    async def _begin(self) -> bool:
        """Start the child once; gives whether it listens now."""
        first = self._port is None
        port = free_port(self._wanted) if self._port is None else self._port
        if self._wanted is not None and port != self._wanted and first:
            log.warning("port in use, taking another", wanted=self._wanted, port=port)
        if not first and listens(port):
            self._note = f"port {port} is in use by another program: end that one, mosquitto is waiting for it"
            return False
        try:
            self._process = await self._spawn(port)
        except OSError as error:
            self._note = f"mosquitto cannot be started: {error}"
            log.exception("broker not started")
            return False
        if not await self._listening(self._process, port):
            await self._end()
            self._note = f"mosquitto did not begin to listen on port {port}: see {self._folder}/mosquitto.log"
            log.warning("broker not listening", port=port)
            return False
        self._port, self._running, self._note = port, True, None
        log.info("broker listening", port=port, pid=self._process.pid)
        return True

    async def _spawn(self, port: int) -> Process:
        conf = write_configuration(self._folder, port=port)
        lock = self._folder / "lock"
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(lock)]
        with _opened_log(self._folder / "mosquitto.log") as output:
            return await asyncio.create_subprocess_exec(
                *launcher,
                self._program,
                "-c",
                str(conf),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C in the terminal is for us; we end it when our own work is done
            )

    async def _listening(self, process: Process, port: int) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_SECONDS):
                while not listens(port):
                    if process.returncode is not None:
                        return False
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0.05)  # had somebody else the port, ours would have given up by now
                return process.returncode is None
        return False

    async def _end(self) -> None:
        process, self._process = self._process, None
        self._running = False
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            log.warning("broker does not end, killing it", pid=process.pid)
            process.kill()
            await process.wait()


def trim_log(folder: Path) -> None:
    """Keep what Mosquitto has said in a data folder from growing over a megabyte or two, also while it runs.

    It writes at the end of the file wherever that is, so the file is copied and emptied, not moved.
    """
    path = folder / "broker" / "mosquitto.log"
    if path.exists() and path.stat().st_size > _MAX_LOG_BYTES:
        shutil.copyfile(path, path.with_suffix(".log.1"))
        os.truncate(path, 0)


def _opened_log(path: Path) -> IO[bytes]:
    trim_log(path.parent.parent)
    return path.open("ab")
