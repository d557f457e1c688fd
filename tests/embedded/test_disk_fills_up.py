"""The disk of a whole server fills up while readings come: none is acknowledged, it is said, and all goes on after.

The kernel refuses to let the server's files grow (RLIMIT_FSIZE, set from outside), which anybody may do to their own.
"""

import json
import resource
import shlex
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from intake_bar import opened_bar
from killing import SCALES, Scales, all_recorded, leave_a_session, running_broker, running_server

from backend.embedded.loopback import free_port
from backend.embedded.schema import FILE_NAME

COMMAND = str(Path(sys.executable).with_name("scale-sense"))
MOST = resource.RLIM_INFINITY


def health(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


def until(port: int, condition: Callable[[dict[str, Any]], object], seconds: float = 40) -> dict[str, Any]:
    """Wait until the health page says what the condition wants."""
    deadline, told = time.monotonic() + seconds, {}
    while time.monotonic() < deadline:
        try:
            told = health(port)
        except OSError:  # it does not serve yet
            told = {}
        if told and condition(told):
            return told
        time.sleep(0.05)
    raise AssertionError(f"it was never so: {told}")


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_full_disk_costs_no_reading(tmp_path: Path) -> None:
    folder, page = tmp_path / "data", free_port()
    with running_broker(tmp_path / "broker") as port:
        with opened_bar(folder, taps=SCALES):
            pass
        leave_a_session(folder, port)
        command = shlex.split(f"{COMMAND} serve --port {page} --data {folder} --broker mqtt://127.0.0.1:{port}")
        scales = Scales(port)
        with running_server(command, says=False) as process:
            until(page, lambda told: told["broker"]["connected"])
            scales.start()
            until(page, lambda told: told["readings_stored"] > 100)

            full = max(file.stat().st_size for file in folder.glob(f"{FILE_NAME}*"))
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (full, MOST))
            refused = until(page, lambda told: told["status"] == "degraded" and told["waiting"] > 100)
            time.sleep(1)
            while_full = health(page)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (MOST, MOST))
            scales.end()
            until(page, lambda told: told["status"] == "ok" and told["waiting"] == 0)
            process.terminate()
            process.wait(20)
        with opened_bar(folder, taps=SCALES) as bar:
            kept = all_recorded(bar)

    assert "the store cannot be written" in refused["broker"]["note"]
    assert "free some space" in refused["broker"]["note"]
    assert while_full["waiting"] > refused["waiting"]
    assert len(scales.acknowledged) > 200
    assert scales.acknowledged - kept.keys() == set()
    assert [identity for identity, count in kept.items() if count > 1] == []
