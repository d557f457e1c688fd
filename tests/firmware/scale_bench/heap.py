"""On MicroPython with a small heap: a scale in a storm of commands; prints how much of the heap is taken, step by step.

One line of JSON: bytes taken by the program alone, and after each of five equal rounds.
"""

import gc
import json
import sys

sys.path.insert(0, ".")
sys.path.insert(0, "tests/firmware")

from scale_bench.commanded import Scale

from firmware.scale.port import ticks_add, ticks_ms

KINDS = (
    ("get_config", {}),
    ("set_config", {"heartbeat_s": 15}),
    ("identify", {"seconds": 1}),
    ("stream", {"seconds": 1}),
    ("tare", {}),
    ("selftest", {}),
    ("maintenance", {"on": True}),
    ("dance", {}),
)


def taken():
    """Return the bytes in use."""
    gc.collect()
    return gc.mem_alloc()


def round_of(scale, number):
    """Two minutes of readings that nobody takes, 200 commands, and what is no command at all."""
    for place in range(200):
        command, params = KINDS[place % len(KINDS)]
        scale.commands._left = 1
        scale.tell(command, "r%d-%d" % (number, place), **params)
        scale.say(b"[" * 900)
        for _ in range(6):
            scale.feed(80 + place % 10)
            del scale.board.edges_while_off[:]
        stream = scale.commands._works.get("stream")
        if stream:
            stream.due(ticks_add(ticks_ms(), 1000))
        scale.look(ticks_add(ticks_ms(), 9000))
        del scale.board.logged[:]
        del scale.board.lit[:]
        del scale.board.edges_while_off[:]


def main():
    """Live through five rounds."""
    gc.threshold(16384)
    scale = Scale()
    program = taken()
    rounds = []
    for number in range(5):
        round_of(scale, number)
        rounds.append(taken())
    print(json.dumps({"program": program, "rounds": rounds}))


main()
