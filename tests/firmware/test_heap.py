"""A scale in a storm of commands, with a full outbox, on a small heap: nothing grows."""

import json
import subprocess

from scale_bench.interpreters import ROOT, clean_environment

# Pointers are twice as long here as on an ESP32: this holds what 112 to 130 KB hold there.
HEAP = "224K"


def test_a_thousand_commands_and_ten_minutes_without_a_broker_take_no_more_room_than_the_first_hundred(
    micropython: str,
) -> None:
    done = subprocess.run(
        [micropython, "-X", f"heapsize={HEAP}", "tests/firmware/scale_bench/heap.py"],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

    rounds = json.loads(done.stdout)["rounds"]

    assert max(rounds[1:]) - min(rounds[1:]) < 1024
    assert rounds[-1] < 200_000
