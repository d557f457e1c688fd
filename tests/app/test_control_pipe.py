"""The control pipe to a child: answers by id, events in between, and a clear end whatever the child does."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from fake_child import OBEDIENT, command
from live_bar import run, until

import app.control_pipe
from app.control_pipe import ControlPipe, Said, SimulatorRefused

Opened = Callable[..., contextlib.AbstractAsyncContextManager[ControlPipe]]


@pytest.fixture
def heard() -> list[Said]:
    """Events in the order in which they were heard."""
    return []


@pytest.fixture
def opened(tmp_path: Path, heard: list[Said]) -> Opened:
    """`opened(script, listener=...)`: a pipe to a child that runs the script, closed at the end of the block."""

    @contextlib.asynccontextmanager
    async def open_it(script: str, listener: Callable[[Said], None] = heard.append) -> AsyncIterator[ControlPipe]:
        pipe = ControlPipe(command(tmp_path, script), folder=tmp_path, heard=listener)
        await pipe.open()
        try:
            yield pipe
        finally:
            await pipe.close()

    return open_it


def test_each_order_gets_its_own_answer_in_whatever_order_they_come(opened: Opened, heard: list[Said]) -> None:
    script = """
three = [order for _, order in zip(range(3), orders())]
for order in reversed(three):
    say(event="done", do=order["do"], oz=order.get("oz"), id=order["id"])
sys.stdin.read()
"""

    async def story() -> None:
        async with opened(script) as pipe:
            said = await asyncio.gather(pipe.order("pour", oz=16), pipe.order("bump"), pipe.order("pour", oz=4))

            assert [(one["do"], one["oz"]) for one in said] == [("pour", 16), ("bump", None), ("pour", 4)]
            assert heard == []

    run(story())


def test_events_between_the_answers_are_heard_in_order(opened: Opened, heard: list[Said]) -> None:
    script = """
say(event="kicked", scale="SCALE-1")
for order in orders():
    say(event="poured", oz=1)
    say(event="done", id=order["id"])
    say(event="error", message="the tap drips")
"""

    async def story() -> None:
        async with opened(script) as pipe:
            said = await pipe.order("pour")
            await until(lambda: len(heard) == 3)

            assert said["event"] == "done"
            assert [one["event"] for one in heard] == ["kicked", "poured", "error"]

    run(story())


def test_lines_that_are_no_object_are_passed_over(
    opened: Opened, heard: list[Said], capsys: pytest.CaptureFixture[str]
) -> None:
    script = """
for line in ("what?", "", "[1]", "17", "null", '"id"', '{"id": [1]}', '{"id": {}}', "\\xff\\xfe", "{" * 4000):
    print(line, flush=True)
say(event="kicked")
for order in orders():
    print("Traceback (most recent call last):", flush=True)
    say(event="done", id=order["id"])
"""

    async def story() -> None:
        async with opened(script) as pipe:
            said = await pipe.order("truth")

            assert said["event"] == "done"
            assert [one["event"] for one in heard] == ["kicked"]

    run(story())
    assert capsys.readouterr().out.count("no JSON object") == 9


def test_a_line_without_end_does_not_stop_what_comes_after_it(
    opened: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    script = (
        """
sys.stdout.write("x" * (3 << 20) + "\\n")
sys.stdout.flush()
"""
        + OBEDIENT
    )

    async def story() -> None:
        async with opened(script) as pipe:
            said = await pipe.order("truth")

            assert said["do"] == "truth"

    run(story())
    assert "a line that is too long" in capsys.readouterr().out


def test_an_error_in_answer_is_a_refusal_in_its_own_words(opened: Opened, heard: list[Said]) -> None:
    script = """
for order in orders():
    say(event="error", message="this keg has no beer left: change the keg first", id=order["id"])
"""

    async def story() -> None:
        done: list[bool] = []
        async with opened(script) as pipe:
            with pytest.raises(SimulatorRefused, match="no beer left: change the keg first"):
                await pipe.order("pour", done=lambda: done.append(True))

            assert heard == []
            assert done == []
            assert pipe.running

    run(story())


def test_what_follows_an_order_is_done_before_the_next_line_is_heard(opened: Opened) -> None:
    script = """
for order in orders():
    print(json.dumps({"event": "done", "id": order["id"]}) + "\\n" + json.dumps({"event": "changed"}), flush=True)
"""
    steps: list[Any] = []

    async def story() -> None:
        async with opened(script, lambda said: steps.append(said["event"])) as pipe:
            await pipe.order("change", done=lambda: steps.append("done"))
            await until(lambda: len(steps) == 2)

    run(story())
    assert steps == ["done", "changed"]


def test_a_listener_that_fails_does_not_stop_the_hearing(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(said: Said) -> None:
        raise KeyError(said["event"])

    async def story() -> None:
        async with opened('say(event="kicked")\n' + OBEDIENT, fails) as pipe:
            said = await pipe.order("truth")

            assert said["event"] == "done"

    run(story())
    assert "could not be followed" in capsys.readouterr().out


def test_a_child_that_dies_fails_whoever_waits_and_every_later_order(opened: Opened) -> None:
    script = """
first = next(orders())
second = next(orders())
sys.exit(3)
"""

    async def story() -> None:
        async with opened(script) as pipe:
            waiting = [asyncio.create_task(pipe.order("pour")), asyncio.create_task(pipe.order("truth"))]
            ended = await asyncio.gather(*waiting, return_exceptions=True)

            assert [str(one) for one in ended] == [
                "the simulated bar has ended: wait a moment, it is started again by itself",
            ] * 2
            assert all(isinstance(one, SimulatorRefused) for one in ended)
            assert not pipe.running
            with pytest.raises(SimulatorRefused, match="is not running: wait a moment, it is started again by itself"):
                await pipe.order("truth")

    run(story())


def test_a_child_that_closes_its_output_but_lives_on_is_not_running(opened: Opened) -> None:
    script = """
import os
os.close(1)
time.sleep(60)
"""

    async def story() -> None:
        async with opened(script) as pipe:
            await until(lambda: not pipe.running)
            with pytest.raises(SimulatorRefused, match="is not running"):
                await pipe.order("truth")
            pipe_child = pipe._process
            assert pipe_child is not None
            pipe_child.kill()

    run(story())


def test_an_order_before_the_start_is_refused(tmp_path: Path) -> None:
    pipe = ControlPipe(command(tmp_path, OBEDIENT), folder=tmp_path, heard=lambda _: None)

    async def story() -> None:
        with pytest.raises(SimulatorRefused, match="is not running"):
            await pipe.order("truth")
        await pipe.close()

    run(story())


def test_a_child_that_cannot_be_started_is_an_error_of_the_system(tmp_path: Path) -> None:
    pipe = ControlPipe([str(tmp_path / "nothing")], folder=tmp_path, heard=lambda _: None)

    async def story() -> None:
        with pytest.raises(FileNotFoundError):
            await pipe.open()
        assert not pipe.running
        await pipe.close()

    run(story())


def test_a_slow_answer_is_given_up_and_does_not_confuse_the_next(
    opened: Opened, heard: list[Said], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app.control_pipe, "ANSWER_WITHIN_S", 0.2)
    script = """
slow = next(orders())
prompt = next(orders())
say(event="done", do=slow["do"], id=slow["id"])
say(event="done", do=prompt["do"], id=prompt["id"])
sys.stdin.read()
"""

    async def story() -> None:
        async with opened(script) as pipe:
            with pytest.raises(SimulatorRefused, match="does not answer: try again in a moment"):
                await pipe.order("pour")
            monkeypatch.setattr(app.control_pipe, "ANSWER_WITHIN_S", 10.0)
            said = await pipe.order("truth")

            assert said["do"] == "truth"
            assert heard == []

    run(story())
    assert "answered too late" in capsys.readouterr().out


def test_a_child_that_reads_nothing_does_not_hold_an_order_for_ever(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.control_pipe, "ANSWER_WITHIN_S", 0.2)
    monkeypatch.setattr(app.control_pipe, "ENDS_WITHIN_S", 0.2)

    async def story() -> None:
        async with opened("time.sleep(60)") as pipe:
            with pytest.raises(SimulatorRefused, match="does not answer"):
                await pipe.order("start", plan={"beer": "x" * 1_000_000})

    run(story())


def test_an_order_that_is_given_up_leaves_nothing_behind(opened: Opened) -> None:
    async def story() -> None:
        async with opened("sys.stdin.read()") as pipe:
            order = asyncio.create_task(pipe.order("truth"))
            await asyncio.sleep(0.05)
            order.cancel()
            await asyncio.gather(order, return_exceptions=True)

            assert order.cancelled()
            assert pipe._waiting == {}

    run(story())


def test_closing_ends_the_child_and_whoever_still_waits(opened: Opened) -> None:
    async def story() -> None:
        async with opened("sys.stdin.read()") as pipe:
            order = asyncio.create_task(pipe.order("truth"))
            await asyncio.sleep(0.05)
        process = pipe._process

        with pytest.raises(SimulatorRefused, match="has ended"):
            await order
        with pytest.raises(SimulatorRefused, match="is not running"):
            await pipe.order("truth")
        await pipe.close()
        assert process is not None
        assert process.returncode == 0

    run(story())


def test_a_child_that_does_not_end_when_its_input_closes_is_killed(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app.control_pipe, "ENDS_WITHIN_S", 0.2)

    async def story() -> None:
        async with opened("time.sleep(60)") as pipe:
            process = pipe._process

        assert process is not None
        assert process.returncode == -9
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)

    run(story())
    assert "is killed" in capsys.readouterr().out


def test_a_grandchild_that_holds_the_output_does_not_hold_up_the_end(
    opened: Opened, heard: list[Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.control_pipe, "ENDS_WITHIN_S", 0.2)
    script = """
import subprocess
child = subprocess.Popen(["sleep", "60"])
say(event="forked", pid=child.pid)
sys.stdin.read()
"""

    async def story() -> None:
        async with opened(script):
            await until(lambda: heard)
        os.kill(heard[0]["pid"], signal.SIGKILL)  # it still lived when the pipe was closed
        await asyncio.sleep(0.1)

    run(story())


def test_the_child_lives_in_its_folder_and_outside_our_group(opened: Opened, heard: list[Said], tmp_path: Path) -> None:
    script = """
import os
say(event="here", folder=os.getcwd(), group=os.getpgid(0), mine=os.getpid())
sys.stdin.read()
"""

    async def story() -> None:
        async with opened(script):
            await until(lambda: heard)

    run(story())
    assert Path(heard[0]["folder"]).samefile(tmp_path)
    assert heard[0]["group"] == heard[0]["mine"] != os.getpgid(0)
