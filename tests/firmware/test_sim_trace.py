"""The proof that one source behaves alike on both interpreters, and what a scale makes of the simulated physics."""

import hashlib
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from firmware.sim.bar import Bar
from firmware.sim.plan import checked_plan
from firmware.sim.proof import FRIDAY_EVENING, trace

ROOT = Path(__file__).parents[2]
SCALES = 3


def printed_by(*command: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    words = ["-m", "firmware.sim", "trace", "--seed", "1", "--minutes", "10", "--scales", str(SCALES)]
    done = subprocess.run(
        [*command, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_ten_minutes_of_a_bar_publish_the_same_bytes_on_both_interpreters(micropython: str) -> None:
    here = "".join(f"{topic} {payload.decode()}\n" for topic, payload in trace(1, 10, SCALES))

    cpython = printed_by(sys.executable)
    device = printed_by(micropython, "-X", "heapsize=16M")

    assert here.count("\n") > 20 * SCALES
    assert '"pour":' in here
    assert hashlib.sha256(cpython.encode()).hexdigest() == hashlib.sha256(device.encode()).hexdigest()
    assert cpython == here


def test_each_start_of_a_story_has_its_own_boot_numbers() -> None:
    boots = set()
    for later in (0, 1, 3600):
        bar = one_scale(story=FRIDAY_EVENING + later)
        for _ in range(20):
            bar.tick()
        boots.add(json.loads(bar.twins[0].app.take()[0][1])["boot"])

    assert len(boots) == 3


def one_scale(*, story: float = FRIDAY_EVENING, beer_lbs: float = 100) -> Bar:
    scale = {"scale": "SCALE-0001", "shell_lbs": 29.7, "beer_lbs": beer_lbs, "full_lbs": 160.2}
    plan = {
        "broker": {"host": "127.0.0.1", "port": 1},
        "clock": {"story": story},
        "drinkers": False,
        "scales": [scale],
    }
    return Bar(checked_plan(plan))


def lived(bar: Bar, seconds: float, rest_ms: int = 100) -> list[dict[str, object]]:
    said = []
    for _ in range(int(seconds * 10)):
        bar.tick(rest_ms)
        said += [json.loads(payload) for _, payload in bar.twins[0].app.take()]
    return said


@pytest.mark.parametrize("oz", [4, 8, 12, 16, 20])
@pytest.mark.parametrize("rest_ms", [100, 1000])
def test_the_settled_weight_after_a_pour_is_what_the_cell_carries(oz: float, rest_ms: int) -> None:
    bar = one_scale()
    twin = bar.twins[0]
    lived(bar, 60, rest_ms)

    twin.wake(bar.now_ms)
    twin.stand.pour(oz, oz / 2 + 0.3)
    said = lived(bar, oz / 2 + 0.4 + 2, rest_ms)

    last = said[-1]
    assert last["stable"] is True
    assert last["weight_lbs"] == pytest.approx(twin.stand.settled_lbs, abs=0.02)
    assert sum("pour" in reading for reading in said) == 1


@pytest.mark.parametrize("deed", ["bump", "lean"])
def test_a_knock_or_a_hand_does_not_leave_the_weight_low(deed: str) -> None:
    bar = one_scale()
    twin = bar.twins[0]
    before = lived(bar, 60)[-1]["weight_lbs"]

    twin.wake(bar.now_ms)
    if deed == "bump":
        twin.stand.bump(6)
    else:
        twin.stand.lean(5, 6)
    said = lived(bar, 20)

    assert said[-1]["stable"] is True
    assert said[-1]["weight_lbs"] == pytest.approx(before, abs=0.03)
    assert not any("pour" in reading for reading in said)
    assert len(said) < 60


def test_a_fast_story_with_fewer_conversions_at_rest_still_speaks_every_half_minute() -> None:
    bar = one_scale()

    said = lived(bar, 600, rest_ms=1000)

    times = [reading["t"] for reading in said]
    assert all(later - earlier <= 31 for earlier, later in pairwise(times))
    assert all(reading["stable"] for reading in said[2:])
