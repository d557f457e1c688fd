"""Scales that run the real firmware in a process of their own, as the demo has them: on either interpreter."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backend.embedded.broker_address import BrokerAddress

ROOT = Path(__file__).parents[2]
MICROPYTHON = Path(sys.executable).with_name("micropython")
INTERPRETERS = {"cpython": [sys.executable], "micropython": [str(MICROPYTHON), "-X", "heapsize=16M"]}
STORY = 1774064400


class ScaleChild:
    """A bar of scales that carry a keg each; `ask` gives an order to it and waits for the answer."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def ask(self, **order: Any) -> dict[str, Any]:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({**order, "id": 1}).encode() + b"\n")
        self.process.stdin.flush()
        return self._answers.get(timeout=20)

    def start(self, address: BrokerAddress, *, scales: int = 1, speed: float = 1, **settings: float) -> None:
        """Let SCALE-1 and so on weigh half barrels, from a moment of the story on."""
        keg = {"shell_lbs": 29.7, "beer_lbs": 100, "full_lbs": 160.2, "sg": 1.010}
        plan = {
            "seed": 1,
            "broker": {"host": address.host, "port": address.port},
            "clock": {"story": STORY, "speed": speed},
            "drinkers": False,
            "settings": settings,
            "scales": [{"scale": f"SCALE-{number}", **keg} for number in range(1, scales + 1)],
        }
        said = self.ask(do="start", plan=plan)
        assert said["event"] == "ready", said

    def wifi(self, *, up: bool, scale: str = "SCALE-1") -> None:
        self.ask(do="wifi", scale=scale, up=up)

    def end(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self._reader.join()
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            said = json.loads(line)
            if "id" in said or said["event"] == "error":
                self._answers.put(said)


@contextlib.contextmanager
def scale_child(interpreter: str) -> Iterator[ScaleChild]:
    """Start a bar of scales on `cpython` or `micropython`; it ends with the block."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    process = subprocess.Popen(
        [*INTERPRETERS[interpreter], "-m", "firmware.sim"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    child = ScaleChild(process)
    try:
        yield child
    finally:
        child.end()
