"""A stand-in for the simulated bar: a few lines of Python that answer the control pipe as a test needs it.

`say` prints an object as a line, `orders` yields what comes in.
"""

import sys
from pathlib import Path

_PRELUDE = """
import json, sys, time
def say(**said):
    print(json.dumps(said), flush=True)
def orders():
    for line in sys.stdin:
        yield json.loads(line)
"""

OBEDIENT = """
for order in orders():
    say(event="done", do=order["do"], id=order["id"])
"""


def command(folder: Path, script: str) -> list[str]:
    """Write the script down and give the command that runs it."""
    place = folder / "fake_child_script.py"
    place.write_text(_PRELUDE + script)
    return [sys.executable, "-I", str(place)]
