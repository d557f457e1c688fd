"""A backup is made while readings come, the server is killed, its file destroyed: the next start restores the bar.

`SCALE_SENSE_DRILL=60` lets readings come for so many seconds before and after the backup.
"""

import os
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from intake_bar import opened_bar
from killing import (
    HERE,
    READINGS_PER_SECOND,
    SCALES,
    Identity,
    Scales,
    all_recorded,
    leave_a_session,
    running_broker,
    running_server,
)

from backend.embedded.backup import back_up
from backend.embedded.contents import glance, look_through
from backend.embedded.migrations import copy_name
from backend.embedded.schema import FILE_NAME

SECONDS: Final = float(os.environ.get("SCALE_SENSE_DRILL", "2"))


def wait_until_durable(store: Path, count: int) -> None:
    """Wait until that many readings are durable in a store at work, and so acknowledged to the broker."""
    deadline = time.monotonic() + 30
    while (told := glance(store)) is None or told.readings < count:
        assert time.monotonic() < deadline, f"{told} never came to {count}"
        time.sleep(0.05)


def destroy(store: Path) -> None:
    """Write over the middle of the file and lose the end of its log, as a dying card may."""
    dice = random.Random(29)
    with store.open("r+b") as file:
        size = store.stat().st_size
        for at in range(4096, size, 8192):
            file.seek(at)
            file.write(dice.randbytes(4096))
    log = store.with_name(store.name + "-wal")
    os.truncate(log, log.stat().st_size // 3)


@pytest.mark.slow
@pytest.mark.timeout(120 + 4 * SECONDS)
def test_nothing_older_than_the_backup_is_lost_when_the_file_is_destroyed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    store = folder / FILE_NAME
    with running_broker(tmp_path / "broker") as port:
        command = [sys.executable, str(HERE / "consumer.py"), "--data", str(folder)]
        command += ["--broker", f"mqtt://127.0.0.1:{port}"]
        with opened_bar(folder, taps=SCALES):
            pass
        leave_a_session(folder, port)
        scales = Scales(port)
        with running_server(command) as process:
            scales.start()
            time.sleep(SECONDS)
            before = set(scales.acknowledged)
            wait_until_durable(store, len(before))
            began = time.monotonic()
            backup = back_up(store, folder / "backups" / copy_name(datetime.now(tz=UTC)))
            backing_up = time.monotonic() - began
            time.sleep(SECONDS)
            process.kill()
            process.wait()
        taken_until = time.monotonic()
        at_the_kill = set(scales.acknowledged)
        destroy(store)

        with running_server(command) as process:
            restoring = time.monotonic() - taken_until
            time.sleep(1)
            scales.end()
            wait_until_durable(store, len(before))
            time.sleep(1)
            process.terminate()
            process.wait(20)
        with opened_bar(folder, taps=SCALES) as bar:
            kept, restored = all_recorded(bar), bar.store.restored

    since_the_kill: set[Identity] = scales.acknowledged - at_the_kill
    with capsys.disabled():
        print(  # noqa: T201 - a drill whose times nobody sees is half a drill
            f"\nrestore drill: {len(before):,} readings before a backup of {backup.size / 1e6:.1f} MB in "
            f"{backing_up:.2f} s, {len(at_the_kill - before):,} after it; destroyed, restored and connected again in "
            f"{restoring:.2f} s; {len(since_the_kill):,} came meanwhile"
        )
    assert len(before) >= 0.5 * READINGS_PER_SECOND * SECONDS
    assert restored is not None
    assert before - kept.keys() == set()
    assert since_the_kill - kept.keys() == set()
    assert [identity for identity, count in kept.items() if count > 1] == []
    assert look_through(store).readings == kept.total()
    assert [path.suffix for path in (folder / "damaged").iterdir()] != []
