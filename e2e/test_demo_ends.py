import signal

import pytest
from demo_fixtures import StartDemo
from demo_server import Demo, alive, until

GONE_WITHIN_S = 3.0


@pytest.fixture
def small(start_demo: StartDemo) -> Demo:
    """A bar of two taps: it is seeded in a second."""
    return start_demo("--taps", "2", fresh=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_asked_to_end_ends_in_order_and_can_be_started_again(
    small: Demo, number: signal.Signals
) -> None:
    children = small.children()

    code = small.end(number)

    assert code == 0
    assert any("mosquitto" in command for command in children.values())
    assert any("firmware.sim" in command for command in children.values())
    assert alive(list(children)) == []
    assert (small.data / "scale-sense.lock").stat().st_size == 0
    assert small.start().health()["taps"] == 2


def test_a_killed_demo_leaves_no_child_behind_and_can_be_started_again(small: Demo) -> None:
    children = list(small.children())

    small.kill()

    until(lambda: alive(children) == [], within_s=GONE_WITHIN_S, what=f"the children {children} are gone")
    assert small.start().health()["taps"] == 2


def test_two_demos_on_one_folder_the_second_says_who_holds_it(small: Demo) -> None:
    second = Demo(small.place / "second", data=small.data)

    with pytest.raises(AssertionError, match="ended with 2"):
        second.start()

    assert f"in use by process {small.pid} since" in second.log()
    assert small.health()["status"] == "ok"


def test_fresh_begins_the_story_again(start_demo: StartDemo) -> None:
    demo = start_demo("--taps", "2", "--speed", "600", fresh=True)
    began = demo.health()["now"]
    before = until(
        lambda: now if minute(now := demo.health()["now"]) > minute(began) else None,
        within_s=10,
        what="minutes of the story pass",
    )
    demo.end()

    demo.start("--fresh", "--speed", "1")

    assert demo.health()["now"] < before


def minute(moment: str) -> str:
    return moment[:16]
