"""The scales of the simulated bar obey commands over the broker, as the demo's do, on both interpreters."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from scale_bench.sim_child import Child, Ear, plan, until


def started(child: Child, ear: Ear, given: dict[str, Any]) -> str:
    child.ask(do="start", plan=given)
    scale: str = given["scales"][0]["scale"]
    until(lambda: any(said["stable"] for _, said in ear.of(scale)))
    return scale


def test_a_light_blinks_while_a_scale_is_identified(
    child: Child, ear: Ear, broker: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    scale = started(child, ear, plan(broker, f"BLINK-{request.node.callspec.id}", scales=1))

    ear.send(scale, "identify", "i1", seconds=2)
    until(lambda: child.ask(do="truth")["scales"][0]["lit"])
    until(lambda: "done" in ear.states("i1"))

    assert ear.states("i1") == ["accepted", "done"]
    assert not child.ask(do="truth")["scales"][0]["lit"]


def test_a_restarted_scale_has_a_new_boot_and_keeps_its_calibration(
    child: Child, ear: Ear, broker: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    scale = started(child, ear, plan(broker, f"BOOT-{request.node.callspec.id}", scales=1))
    boot = ear.of(scale)[-1][1]["boot"]
    ear.send(scale, "set_config", "s1", zero=84000, factor=19000.0, rev=7)
    until(lambda: ear.of(scale)[-1][1]["cal"] == 7)
    weighed = [said["weight_lbs"] for _, said in ear.of(scale) if said["cal"] == 7]

    ear.send(scale, "reboot", "r1")
    until(lambda: "done" in ear.states("r1"))
    until(lambda: ear.of(scale)[-1][1]["boot"] != boot)

    assert weighed[0] == pytest.approx(129.8 / 2, abs=0.3)
    assert ear.result("s1") == {"zero": 84000, "factor": 19000.0, "rev": 7}
    assert ear.result("r1")["reset"] == "soft"
    assert ear.status[scale]["reset"] == "soft"
    assert ear.result("r1")["boot"] == ear.of(scale)[-1][1]["boot"]
    assert ear.of(scale)[-1][1]["cal"] == 7


def test_a_stream_of_counts_and_a_tare_tell_what_stands_there_also_in_a_fast_story(
    child: Child, ear: Ear, broker: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    scale = started(child, ear, plan(broker, f"RAW-{request.node.callspec.id}", scales=1, speed=60))

    ear.send(scale, "stream", "s1", seconds=2)
    ear.send(scale, "tare", "t1")
    ear.send(scale, "selftest", "f1")
    until(lambda: ear.states("s1")[-1:] == ["done"])
    until(lambda: ear.states("t1")[-1:] == ["done"])
    until(lambda: ear.states("f1")[-1:] == ["done"])
    truth = child.ask(do="truth")["scales"][0]

    samples = [said["result"] for _, said in ear.answers if said["state"] == "sample"]
    counts = [count for sample in samples for count in sample["raw"]]
    assert 2 <= len(samples) <= 4
    assert sum(counts) / len(counts) == pytest.approx(84000 + 9500 * truth["cell_lbs"], abs=3000)
    assert ear.result("t1")["residual_lbs"] == pytest.approx(truth["cell_lbs"], abs=0.3)
    assert (ear.result("f1")["cell"], ear.result("f1")["rate_hz"]) == ("ok", 10.0)


def test_a_scale_keeps_its_flash_and_its_aged_cell_when_the_bar_is_started_again(
    ear: Ear, broker: dict[str, Any], tmp_path: Path
) -> None:
    given = {**plan(broker, "KEPT", scales=1), "folder": str(tmp_path / "scales")}
    weights = []
    for run in (1, 2):
        child = Child(sys.executable)
        began = time.monotonic()
        scale = started(child, ear, given)
        if run == 1:
            child.ask(do="drift", scale=scale, span_pct=3)
            ear.send(scale, "set_config", "s1", zero=84000, factor=9500.0, rev=2)
            until(lambda: "done" in ear.states("s1"))
        until(lambda began=began: any(said["cal"] == 2 and said["stable"] for _, said in ear.of("KEPT-1", began)))
        weights.append(ear.of(scale)[-1][1]["weight_lbs"])
        child.end()

    assert weights == [pytest.approx(129.8 * 1.03, abs=0.5)] * 2
    assert json.loads((tmp_path / "scales" / "KEPT-1" / "settings.json").read_text())["by"] == "s1"
