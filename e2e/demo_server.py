"""The demo in a process of its own: its start, its ends, its children, and what it says of itself."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from bar_server import ROOT, clean_environment

STARTS_WITHIN_S: Final = 90.0
ENDS_WITHIN_S: Final = 15.0
COMMAND: Final = (str(Path(sys.executable).with_name("scale-sense")),)
TRUTHFUL: Final = (sys.executable, str(ROOT / "e2e" / "truthful_demo.py"))
"""The same command line with one more answer: what the simulator knows to be true, exact and at any moment."""

T = TypeVar("T")


def until(told: Callable[[], T], *, within_s: float, what: str) -> T:
    """Ask again and again until the answer is truthy and give it; fails after `within_s`, saying `what` was missed."""
    deadline = time.monotonic() + within_s
    while True:
        answer = told()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.05)


class Demo:
    """One run of `scale-sense demo` on a data folder; it can be ended in every way and started again."""

    def __init__(self, place: Path, *options: str, data: Path | None = None, command: Sequence[str] = COMMAND) -> None:
        """`place` becomes its working folder and its home; the data folder is `place/data` unless given."""
        self.data = data or place / "data"
        self.place = place
        self.options = options
        self.port = 0
        self.took_s = 0.0
        """From the start of the process until it said that it is ready."""
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._said = place / "logs" / "stdout.log"
        self._complained = place / "logs" / "stderr.log"
        for name in ("work", "home", "logs"):
            (place / name).mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        """Where its board is; the port stays the same over a restart."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def pid(self) -> int:
        """The process id of the server."""
        assert self._process is not None
        return self._process.pid

    def start(self, *options: str) -> "Demo":
        """Start it and wait until it says where the board is; `options` are for this start alone."""
        assert self._process is None
        began = time.monotonic()
        self._process = self._spawned([*self.options, *options])
        self.port = self._announced(self._process)
        self.took_s = time.monotonic() - began
        return self

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and give the exit code, negative where the signal killed it."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(number)
        try:
            return process.wait(timeout=ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=ENDS_WITHIN_S)
            raise

    def kill(self) -> None:
        """End it as a power cut would."""
        self.end(signal.SIGKILL)

    def children(self) -> dict[int, str]:
        """Its children's process ids, each with its command line."""
        return {pid: command for pid, parent, command in _processes() if parent == self.pid}

    def health(self) -> dict[str, Any]:
        """What the health page says."""
        return self._asked("healthz")

    def truth(self, tap: int) -> dict[str, Any]:
        """What is really so under a tap: `gallons`, `pouring`; only where it was started truthful."""
        told: dict[str, Any] = self._asked("truth")[f"loc-001:{tap:02d}"]
        return told

    def log(self) -> str:
        """What it wrote to standard error, over all its starts."""
        return self._complained.read_text(encoding="utf-8", errors="replace")

    def _asked(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310 - our own http
            told: dict[str, Any] = json.load(answer)
            return told

    def _spawned(self, options: Sequence[str]) -> subprocess.Popen[bytes]:
        options = ["demo", "--no-browser", "--port", str(self.port), "--data", str(self.data), *options]
        with self._said.open("wb") as output, self._complained.open("ab") as errors:
            return subprocess.Popen(
                [*self._command, *options],
                env=clean_environment(HOME=str(self.place / "home"), PYTHONUNBUFFERED="1"),
                cwd=self.place / "work",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    def _announced(self, process: subprocess.Popen[bytes]) -> int:
        def port() -> int | None:
            assert process.poll() is None, f"the demo ended with {process.returncode}: {self.log()[-2000:]}"
            found = re.search(r"is ready after .*http://127\.0\.0\.1:(\d+)/", self._said.read_text(encoding="utf-8"))
            return int(found[1]) if found else None

        return until(port, within_s=STARTS_WITHIN_S, what="the demo says where its board is") or 0


def alive(pids: Sequence[int]) -> list[int]:
    """Those of the processes that still run; one that has ended and waits for its parent does not."""
    running = {pid for pid, _, _ in _processes()}
    return [pid for pid in pids if pid in running]


def _processes() -> list[tuple[int, int, str]]:
    """Each running process: its id, its parent's id, its command line."""
    listed = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if state != "Z":
                listed.append((int(folder.name), int(parent), command))
    return listed
