"""The server is killed -9 again and again at 200 readings a second; nothing the broker acknowledged may be missing.

`SCALE_SENSE_KILLS=20` runs the full size. `SCALE_SENSE_SERVER` names another server to kill, with {data} and
{broker} where the folder and the address go; it must end in order on SIGTERM.
"""

import os
import random
import shlex
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from intake_bar import opened_bar
from killing import HERE, SCALES, Identity, Scales, all_recorded, leave_a_session, running_broker, running_server

from backend.cellar import dead_letters
from backend.ports import Item

KILLS: Final = int(os.environ.get("SCALE_SENSE_KILLS", "3"))
OURS: Final = (
    f"{shlex.quote(sys.executable)} {shlex.quote(str(HERE / 'consumer.py'))} --data {{data}} --broker {{broker}}"
)
SERVER: Final = os.environ.get("SCALE_SENSE_SERVER", OURS)


def command(folder: Path, port: int) -> list[str]:
    return shlex.split(SERVER.format(data=shlex.quote(str(folder)), broker=f"mqtt://127.0.0.1:{port}"))


def history(folder: Path) -> Counter[Identity]:
    with opened_bar(folder, taps=SCALES) as bar:
        return all_recorded(bar)


def letters(folder: Path) -> list[Item]:
    with opened_bar(folder, taps=SCALES) as bar:
        return list(bar.ports.table.query(dead_letters.newest(10)).items)


@pytest.mark.slow
@pytest.mark.timeout(60 + 20 * KILLS)
def test_every_reading_the_broker_acknowledged_is_in_history_exactly_once_whenever_the_server_is_killed(
    tmp_path: Path,
) -> None:
    folder, dice, says = tmp_path / "data", random.Random(20), SERVER == OURS
    with running_broker(tmp_path / "broker") as port:
        leave_a_session(folder, port)
        assert history(folder) == Counter()
        scales = Scales(port)
        scales.start()

        for _ in range(KILLS):
            with running_server(command(folder, port), says=says) as process:
                time.sleep(dice.uniform(0.2, 1.5))
                process.kill()
        scales.end()
        kept: Counter[Identity] = Counter()
        deadline = time.monotonic() + 40
        while not scales.acknowledged <= kept.keys() and time.monotonic() < deadline:
            with running_server(command(folder, port), says=says) as process:
                time.sleep(1)
                process.terminate()
                process.wait(15)
            kept = history(folder)

    assert letters(folder) == []
    assert len(scales.acknowledged) >= 100 * KILLS
    assert scales.acknowledged - kept.keys() == set()
    assert [identity for identity, count in kept.items() if count > 1] == []
