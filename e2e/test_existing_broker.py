import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from bar_server import free_port
from board_page import OpenPage, ready, tile
from demo_fixtures import StartDemo
from demo_server import until
from playwright.sync_api import expect

from backend.embedded.loopback import listens
from backend.embedded.mosquitto import find_mosquitto
from backend.embedded.mosquitto_conf import write_configuration

pytestmark = pytest.mark.browser


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """A Mosquitto of our own making that the demo did not start: its port and its process."""
    program = find_mosquitto()
    assert program is not None, "no mosquitto: install it with 'apt-get install mosquitto'"
    port = free_port()
    configuration = write_configuration(tmp_path / "broker", port=port)
    with (tmp_path / "mosquitto.log").open("wb") as log:
        process = subprocess.Popen([program, "-c", str(configuration)], stdout=log, stderr=log)
    try:
        until(lambda: listens(port), within_s=10, what="mosquitto listens")
        yield port, process
    finally:
        process.kill()
        process.wait(timeout=10)


def test_a_demo_on_an_existing_broker_takes_its_readings_from_it_and_leaves_it_running(
    start_demo: StartDemo, open_page: OpenPage, broker: tuple[int, "subprocess.Popen[bytes]"]
) -> None:
    port, process = broker
    demo = start_demo("--taps", "2", "--broker", f"mqtt://127.0.0.1:{port}", fresh=True)

    until(lambda: demo.health()["readings_total"] >= 4, within_s=10, what="readings come through the broker")
    page = ready(open_page(demo.url))

    health = demo.health()
    assert health["status"] == "ok"
    assert (health["broker"]["kind"], health["broker"]["address"]) == ("existing", f"mqtt://127.0.0.1:{port}")
    assert not any("mosquitto" in command for command in demo.children().values())
    expect(tile(page, 2)).to_have_attribute("data-fresh", "fresh")
    assert demo.end() == 0
    assert process.poll() is None


def test_a_broker_that_does_not_answer_is_waited_for_and_named_on_the_health_page(
    start_demo: StartDemo, open_page: OpenPage
) -> None:
    port = free_port()
    demo = start_demo("--taps", "2", "--broker", f"mqtt://bar:secret@127.0.0.1:{port}", fresh=True)

    page = ready(open_page(demo.url))
    health = until(
        lambda: told if (told := demo.health())["broker"]["note"] else None, within_s=10, what="the broker is missed"
    )

    assert (health["status"], health["readings_total"], health["broker"]["connected"]) == ("degraded", 0, False)
    assert "secret" not in json.dumps(health) + demo.log()
    expect(tile(page, 2).locator(".ss-percent")).to_have_text("46%")
    assert demo.end() == 0
    assert "Traceback" not in demo.log()


def test_a_broker_that_comes_later_is_found(start_demo: StartDemo, tmp_path: Path) -> None:
    program, port = find_mosquitto(), free_port()
    assert program is not None
    demo = start_demo("--taps", "2", "--broker", f"mqtt://127.0.0.1:{port}", fresh=True)
    until(lambda: demo.health()["status"] == "degraded", within_s=10, what="the broker is missed")

    process = subprocess.Popen(
        [program, "-c", str(write_configuration(tmp_path / "broker", port=port))],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: demo.health()["readings_total"] >= 2, within_s=30, what="readings come once the broker is there")
        assert demo.health()["status"] == "ok"
    finally:
        process.kill()
        process.wait(timeout=10)
