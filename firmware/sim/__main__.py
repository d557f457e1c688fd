"""Run a simulated bar: `python -m firmware.sim`, or `micropython -X heapsize=16M -m firmware.sim`.

Without arguments it obeys JSON lines on stdin (see commands.py) and ends when stdin closes. With
`trace --seed 1 --minutes 10 --scales 1` it prints every reading as `topic payload`, as fast as it can.
"""

import asyncio
import json
import os
import sys

from firmware.scale.port import MICROPYTHON, sleep_ms

from .commands import Commands
from .pipe import Pipe, log
from .plan import MOST_SCALES
from .proof import trace
from .pump import pump

_LISTEN_MS = 15
_DARK_MS = 300  # of wall time between a reset and the next start
USAGE = "use no arguments to obey stdin, or: trace --seed 1 --minutes 10 --scales 1 (at most 200 scales)"


async def serve():
    """Obey the control pipe until it closes or says stop."""
    pipe = Pipe()
    links = []
    commands = Commands(lambda twin: links.append(asyncio.create_task(keep_linked(twin))))
    beating = None
    while not pipe.closed and not commands.stopped:
        for line in pipe.lines():
            pipe.say(answer(commands, line))
            if commands.bar and not beating:
                beating = asyncio.create_task(beat(commands, pipe))
        await sleep_ms(_LISTEN_MS)
    lose_power(0)


def lose_power(code):
    """End at once: no scale says goodbye, so the broker tells their last wills, as when a bar goes dark."""
    if MICROPYTHON:
        sys.exit(code)
    os._exit(code)  # an orderly end would wait for every task; one that swallows its cancellation would hold it up


async def beat(commands, pipe):
    """Run the pump; if it ever fails, say so to the app and end with code 1."""
    try:
        await pump(commands.bar, commands.clock, pipe.say)
    except Exception as error:
        pipe.say({"event": "error", "message": "the simulated bar has stopped: %r" % error})
        lose_power(1)


async def keep_linked(twin):
    """Run the network task of one scale, and that of its next start after each reset."""
    while True:
        linking = asyncio.create_task(link_up(twin))
        await twin.board.reset_asked.wait()
        linking.cancel()
        await sleep_ms(_DARK_MS)
        twin.restart()


async def link_up(twin):
    """Run the link of one start; a fault in it is logged, never hidden."""
    try:
        await twin.app.link.run()
    except Exception as error:
        log("the link of %s has failed: %r" % (twin.scale, error))
        raise


def answer(commands, line):
    """The answer to one line of the control pipe, with the `id` of the order where it has one."""
    order = None
    try:
        if line is None:
            raise ValueError("that line is too long: keep it under 256 KB")
        order = read(line)
        said = commands.obey(order)
    except ValueError as error:
        said = {"event": "error", "message": str(error)}
    if isinstance(order, dict) and "id" in order:
        said["id"] = order["id"]
    return said


def read(line):
    """The order in one line of JSON; ValueError says what is wrong with it."""
    try:
        return json.loads(line.decode())
    except (ValueError, RuntimeError, MemoryError):  # the last two: nested deeper than the interpreter can follow
        raise ValueError("that is not JSON: send one JSON object a line") from None


def quiet_interrupt():
    """Let Ctrl-C end the process at once and without a traceback, where the interpreter has signals."""
    if not MICROPYTHON:
        import signal

        signal.signal(signal.SIGINT, signal.SIG_DFL)


def refuse_arguments():
    """Say how this program is used, and end."""
    log(USAGE)
    raise SystemExit(2)


def trace_of(arguments):
    """Print the readings of `--seed S --minutes M --scales N`, each with its topic."""
    given = {"--seed": 1, "--minutes": 10, "--scales": 1}
    for place in range(0, len(arguments), 2):
        try:
            given[arguments[place]] = int(arguments[place + 1])
        except (IndexError, ValueError):
            refuse_arguments()
    if len(given) > 3 or not 1 <= given["--scales"] <= MOST_SCALES:
        refuse_arguments()
    for topic, payload in trace(given["--seed"], given["--minutes"], given["--scales"]):
        print(topic, payload.decode())


def main(arguments):
    """Serve, or trace."""
    if arguments and arguments[0] == "trace":
        trace_of(arguments[1:])
    elif arguments:
        refuse_arguments()
    else:
        quiet_interrupt()
        try:
            asyncio.run(serve())
        except KeyboardInterrupt:
            lose_power(130)


if __name__ == "__main__":
    main(sys.argv[1:])
