"""The simulated bar as the demo runs it: a child process on a pipe, scales on a real broker, both interpreters."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest
from scale_bench.sim_child import ROOT, Child, Ear, plan, until

OUNCE_LBS = 8.345 * 1.010 / 128


def test_a_pint_is_seen_on_the_broker_within_two_seconds_and_rests_within_an_ounce_of_the_truth(
    child: Child, ear: Ear, broker: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    prefix = f"PINT-{request.node.callspec.id}"
    scale = prefix + "-1"
    assert child.ask(do="start", plan=plan(broker, prefix)) == {"event": "ready", "scales": 2, "id": 1}
    until(lambda: any(said["stable"] for _, said in ear.of(scale)) and ear.of(prefix + "-2"))
    before = ear.of(scale)[-1][1]["weight_lbs"]
    full = child.ask(do="truth")["scales"][0]

    poured_at = time.monotonic()
    child.ask(do="pour", scale=scale, oz=16)
    falling = until(lambda: [at for at, said in ear.of(scale, poured_at) if said["weight_lbs"] < before - 0.1])
    until(lambda: child.events, 15)
    ended_at = time.monotonic()
    settled = until(lambda: [said for _, said in ear.of(scale, poured_at) if "pour" in said], 5)[0]
    settled_after = time.monotonic() - ended_at
    truth = child.ask(do="truth")["scales"][0]

    assert ear.status[scale]["online"] is True
    assert truth["online"] is True
    assert falling[0] - poured_at < 2
    assert settled_after < 2
    assert settled["stable"] is True
    assert settled["weight_lbs"] == pytest.approx(truth["cell_lbs"], abs=OUNCE_LBS)
    assert before - settled["weight_lbs"] == pytest.approx(16 * OUNCE_LBS, abs=OUNCE_LBS)
    assert full["gallons"] - truth["gallons"] == pytest.approx(16 / 128)
    assert child.events[0]["oz"] == pytest.approx(16)
    assert settled["pour"]["before_lbs"] - settled["pour"]["after_lbs"] == pytest.approx(16 * OUNCE_LBS, abs=0.02)


def test_a_fast_story_keeps_to_its_clock_and_a_scale_without_wifi_tells_it_all_later(
    child: Child, ear: Ear, broker: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    prefix = f"FAST-{request.node.callspec.id}"
    lost = prefix + "-1"
    child.ask(do="start", plan=plan(broker, prefix, speed=60))
    until(lambda: ear.of(lost) and ear.of(prefix + "-2"))
    child.ask(do="wifi", scale=lost, up=False)
    until(lambda: ear.status[lost]["online"] is False)
    gone_at = time.monotonic()
    began, story = time.monotonic(), child.ask(do="truth")["t"]
    until(lambda: len(ear.of(prefix + "-2", gone_at)) >= 4)
    silent = ear.of(lost, gone_at)
    passed = (child.ask(do="truth")["t"] - story) / (time.monotonic() - began)
    child.ask(do="wifi", scale=lost, up=True)
    until(lambda: len(ear.of(lost, gone_at)) >= 4)
    child.ask(do="clock", story=child.ask(do="truth")["t"] + 5, speed=1)

    times = [said["t"] for _, said in ear.of(lost)]
    numbers = [said["seq"] for _, said in ear.of(lost)]
    assert passed == pytest.approx(60, rel=0.15)
    assert silent == []
    assert times == sorted(times)
    assert sorted(set(numbers)) == list(range(1, max(numbers) + 1))
    assert ear.status[lost]["online"] is True


def test_bad_lines_are_answered_and_the_bar_goes_on(child: Child, broker: dict[str, Any]) -> None:
    for line in (b"what?", b"x" * 300000, b"[" * 5000, b'{"do": "pour", "scale": "SCALE-0042", "oz": 16}'):
        child.send(line)
    messages = [child.answer()["message"] for _ in range(4)]

    ready = child.ask(do="start", plan=plan(broker, "BAD"))

    assert [message.split(":")[0] for message in messages] == [
        "that is not JSON",
        "that line is too long",
        "that is not JSON",
        "no bar is running yet",
    ]
    assert ready["event"] == "ready"


@pytest.mark.parametrize("goodbye", ["stop", "pipe closed"])
def test_the_process_ends_within_a_second_of_stop_or_of_its_parents_death(
    child: Child, ear: Ear, broker: dict[str, Any], request: pytest.FixtureRequest, goodbye: str
) -> None:
    prefix = f"END-{request.node.callspec.id}".replace(" ", "-")
    child.ask(do="start", plan=plan(broker, prefix, speed=60))
    until(lambda: prefix + "-1" in ear.status and prefix + "-2" in ear.status)

    began = time.monotonic()
    if goodbye == "stop":
        child.send(b'{"do": "stop"}')
    else:
        child.close_pipe()
    code = child.process.wait(5)
    took = time.monotonic() - began

    assert code == 0
    assert took < 1
    until(lambda: ear.status[prefix + "-1"]["online"] is False, 3)


def test_a_bar_without_a_broker_lives_on_and_is_offline(child: Child) -> None:
    nowhere = {"host": "127.0.0.1", "port": 1, "user": None, "password": None}
    child.ask(do="start", plan=plan(nowhere, "LONELY"))

    child.ask(do="pour", scale="LONELY-1", oz=4)
    poured = until(lambda: child.events)
    truth = child.ask(do="truth")

    assert poured[0]["event"] == "poured"
    assert [scale["online"] for scale in truth["scales"]] == [False, False]


def test_a_bar_that_breaks_says_so_and_ends_with_a_code() -> None:
    broken = "import firmware.sim.bar as b; b.Bar.tick = lambda *_: 1 / 0; "
    program = broken + "from firmware.sim.__main__ import main; main([])"
    order = json.dumps({"do": "start", "plan": plan({"host": "127.0.0.1", "port": 1, "user": "", "password": ""}, "B")})
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}

    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(order.encode() + b"\n")
        process.stdin.flush()
        code = process.wait(10)
        said = [json.loads(line) for line in process.stdout]

    assert code == 1
    assert said[-1]["event"] == "error"
    assert "the simulated bar has stopped" in said[-1]["message"]
