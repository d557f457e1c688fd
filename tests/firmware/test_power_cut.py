"""A command that sets a calibration, on a real LittleFS whose power is cut at every write and erase."""

import json
import subprocess

from scale_bench.interpreters import ROOT, clean_environment


def test_no_power_cut_leaves_half_a_calibration_or_a_scale_that_takes_no_commands(micropython: str) -> None:
    done = subprocess.run(
        [micropython, "-X", "heapsize=8M", "tests/firmware/scale_bench/power_cut.py"],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

    said = json.loads(done.stdout)

    assert said["cuts"] >= 10
    assert said["old"] > 0
    assert said["new"] > 0
    assert said["broken"] == 0
