"""The story's time: as fast as told, never backwards, nothing left out, and cheap."""

import asyncio
import json
import time
from itertools import pairwise
from typing import Any

import pytest

from firmware.sim.bar import Bar
from firmware.sim.battery import Battery, volts_of
from firmware.sim.clock import StoryClock
from firmware.sim.plan import PlanError
from firmware.sim.proof import FRIDAY_EVENING, plan_of
from firmware.sim.pump import REST_MS, pump


def lived(bar: Bar, clock: StoryClock, wall_s: float) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []

    async def live() -> None:
        task = asyncio.create_task(pump(bar, clock, told.append))
        await asyncio.sleep(wall_s)
        task.cancel()

    asyncio.run(live())
    return told


def test_a_fast_story_passes_sixty_times_as_fast() -> None:
    bar = Bar(plan_of(1, 2))

    lived(bar, StoryClock(FRIDAY_EVENING, 60), 0.5)

    assert 24 <= bar.now_ms / 1000 - FRIDAY_EVENING <= 36


def test_a_clock_set_back_holds_the_story_and_never_turns_it_round() -> None:
    bar = Bar(plan_of(1, 1))
    clock = StoryClock(FRIDAY_EVENING, 60)
    lived(bar, clock, 0.2)
    reached = bar.now_ms

    clock.set(reached / 1000 - 10, 1)
    lived(bar, clock, 0.15)
    held = bar.now_ms
    clock.set(reached / 1000 + 1, 1)
    lived(bar, clock, 0.15)

    assert held == reached
    assert bar.now_ms >= reached + 1000


def test_a_clock_set_far_back_or_over_a_day_ahead_is_refused() -> None:
    clock = StoryClock(FRIDAY_EVENING, 1)

    with pytest.raises(PlanError, match="cannot go back"):
        clock.set(FRIDAY_EVENING - 600, 1)
    with pytest.raises(PlanError, match="new plan"):
        clock.set(FRIDAY_EVENING + 90000, 1)


def test_a_story_that_is_put_ahead_is_lived_and_not_skipped() -> None:
    bar = Bar({**plan_of(1, 1), "settings": {"outbox": 1024}})  # all of it waits here: there is no broker
    clock = StoryClock(FRIDAY_EVENING, 1)
    clock.set(FRIDAY_EVENING + 1800, 1)

    until = time.monotonic() + 10
    while bar.now_ms < (FRIDAY_EVENING + 1800) * 1000 and time.monotonic() < until:
        lived(bar, clock, 0.1)
    times = [json.loads(payload)["t"] for _, payload in bar.twins[0].app.take()]

    assert times[0] == FRIDAY_EVENING
    assert times[-1] > FRIDAY_EVENING + 1700
    assert all(0 <= later - earlier <= 31 for earlier, later in pairwise(times))


@pytest.mark.parametrize("rest_ms", [100, REST_MS])
def test_twenty_four_scales_at_sixty_times_use_well_under_a_core(rest_ms: int) -> None:
    bar = Bar(plan_of(1, 24))
    began = time.process_time()

    for _ in range(600):
        bar.tick(rest_ms)
    share = time.process_time() - began  # a story minute is one second of wall time at 60x

    print(f"24 scales at 60x, {1000 / rest_ms:g} conversions a second at rest: {share:.3f} of a core")
    assert share < 0.8


def test_fewer_conversions_at_rest_change_nothing_that_is_poured() -> None:
    full, spare = Bar(plan_of(1, 4)), Bar(plan_of(1, 4))

    for _ in range(6000):
        full.tick()
        spare.tick(REST_MS)

    poured = [[twin.stand.poured_oz for twin in bar.twins] for bar in (full, spare)]
    assert sum(poured[0]) > 0
    assert poured[1] == pytest.approx(poured[0])


def test_a_battery_sags_over_days_and_its_voltage_with_it() -> None:
    battery = Battery(80, 0)

    readings = [battery.at(day * 86400000) for day in range(0, 40, 4)]

    assert readings[0] == (pytest.approx(3.98), 80)
    assert readings == sorted(readings, reverse=True)
    assert readings[-1] == (pytest.approx(3.30), 0)
    assert volts_of(100) == pytest.approx(4.20)


def test_a_scale_tells_the_temperature_and_the_battery_it_has() -> None:
    plan = plan_of(1, 2)
    plan["scales"][0].update(battery_pct=55.0)
    plan["scales"][1].update(probe=False)
    bar = Bar(plan)

    for _ in range(20):
        bar.tick()
    first, second = (json.loads(twin.app.take()[-1][1]) for twin in bar.twins)

    assert 37 < first["temp_f"] < 40
    assert first["battery_pct"] == 55
    assert "temp_f" not in second
    assert "battery_v" not in second
