"""Logs on standard error: JSON where a machine collects them, lines on a terminal."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import logging, structlog
from app.logs import set_up_logs
set_up_logs()
structlog.get_logger("ours").info("broker connected", address="mqtt://127.0.0.1:1883")
structlog.get_logger("ours").debug("never said")
logging.getLogger("library").warning("slow %s", "disk")
logging.getLogger("library").info("never said")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger("ours").exception("it failed")
    logging.getLogger("library").exception("it failed too")
"""


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**kept, "PYTHONPATH": str(ROOT)}


def test_where_no_terminal_is_every_line_is_json() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment(), capture_output=True, text=True, check=True)

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.stdout == ""
    assert [line["event"] for line in lines] == ["broker connected", "slow disk", "it failed", "it failed too"]
    assert [line["level"] for line in lines] == ["info", "warning", "error", "error"]
    assert lines[0]["address"] == "mqtt://127.0.0.1:1883"
    assert lines[1]["logger"] == "library"
    assert all("ZeroDivisionError" in line["exception"] for line in lines[2:])
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_on_a_terminal_lines_are_for_people() -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", SCRIPT], env=environment(), stderr=theirs) as child:
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 65_536):
                said += chunk
        except OSError:  # the terminal is gone once the child has ended
            pass
        assert child.wait(10) == 0
    os.close(ours)

    text = said.decode()
    assert "broker connected" in text
    assert "slow disk" in text
    assert text.count("ZeroDivisionError") >= 2
    assert '"event"' not in text
