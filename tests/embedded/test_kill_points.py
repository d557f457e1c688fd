"""The server dies -9 between deciding, syncing and acknowledging, at each point by name.

`SCALE_SENSE_KILLS_A_POINT=20` runs the full size.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from fail_points import POINTS
from intake_bar import LOCATION, opened_bar
from killing import (
    HERE,
    SCALES,
    Identity,
    Scales,
    all_recorded,
    clean_environment,
    leave_a_session,
    recorded,
    running_broker,
    running_server,
)

from backend.cellar import taps
from backend.domain.ids import TapId

KILLS_A_POINT: Final = int(os.environ.get("SCALE_SENSE_KILLS_A_POINT", "2"))
DIES_WITHIN_S: Final = 20


@pytest.mark.slow
@pytest.mark.timeout(90 + 10 * KILLS_A_POINT * len(POINTS))
def test_every_reading_the_broker_acknowledged_is_in_history_exactly_once_wherever_the_server_dies(
    tmp_path: Path,
) -> None:
    folder, dice, died = tmp_path / "data", random.Random(3), Counter[str]()
    with running_broker(tmp_path / "broker") as port:
        where = ["--data", str(folder), "--broker", f"mqtt://127.0.0.1:{port}"]
        leave_a_session(folder, port)
        with opened_bar(folder, taps=SCALES):
            pass
        scales = Scales(port)
        scales.start()

        for point in dice.sample(POINTS * KILLS_A_POINT, k=len(POINTS) * KILLS_A_POINT):
            died[_let_die([*where, "--die-at", point, "--after", str(dice.randint(1, 6))])] += 1
            _assert_the_states_are_those_of_the_history(folder)
        scales.end()
        kept = _drained([sys.executable, str(HERE / "consumer.py"), *where], folder, scales.acknowledged)

    assert died == dict.fromkeys(POINTS, KILLS_A_POINT)
    assert scales.acknowledged - kept.keys() == set()
    assert [identity for identity, count in kept.items() if count > 1] == []


def _let_die(options: list[str]) -> str:
    """Start a server that dies, and give the point at which it has."""
    told = subprocess.run(
        [sys.executable, str(HERE / "fail_points.py"), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(),
        timeout=DIES_WITHIN_S,
        check=False,
    )
    assert told.returncode == -signal.SIGKILL, told.stderr
    return told.stderr.splitlines()[-1].removeprefix("at ")


def _assert_the_states_are_those_of_the_history(folder: Path) -> None:
    with opened_bar(folder, taps=SCALES) as bar:
        for tap in range(1, SCALES + 1):
            item = bar.ports.table.get(taps.state_key(TapId(LOCATION, tap)))
            state = taps.state_from_item(item) if item else None
            newest = max((seq for _, seq in recorded(bar, tap=tap)), default=None)
            assert (state.mark.seq if state else None) == newest


def _drained(command: list[str], folder: Path, wanted: set[Identity]) -> Counter[Identity]:
    """What history keeps once a whole server has taken what the broker still held."""
    deadline = time.monotonic() + 40
    while True:
        with running_server(command) as process:
            time.sleep(1)
            process.terminate()
            process.wait(15)
        with opened_bar(folder, taps=SCALES) as bar:
            kept = all_recorded(bar)
        if wanted <= kept.keys() or time.monotonic() > deadline:
            return kept
