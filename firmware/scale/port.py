"""The one module that knows which interpreter runs: ticks, sleep, constants and where its epoch begins."""

import sys
import time

MICROPYTHON = sys.implementation.name == "micropython"

# 2**30 is the period of the ESP32; the same arithmetic everywhere keeps a bug of the wrap from hiding on a PC.
_PERIOD = 1 << 30
_HALF = 1 << 29

if MICROPYTHON:
    from micropython import const

    def ticks_ms():
        """Return milliseconds of wall time, wrapping at 2**30."""
        return time.ticks_ms() & (_PERIOD - 1)

else:

    def const(value):
        """Return the value: CPython needs no help to know a constant."""
        return value

    def ticks_ms():
        """Return milliseconds of wall time, wrapping at 2**30."""
        return (time.monotonic_ns() // 1000000) & (_PERIOD - 1)


def ticks_add(ticks, delta):
    """Return the ticks `delta` milliseconds later (earlier when negative)."""
    return (ticks + delta) & (_PERIOD - 1)


def ticks_diff(later, earlier):
    """Return the milliseconds from `earlier` to `later`, right for spans under six days in either direction."""
    return ((later - earlier + _HALF) & (_PERIOD - 1)) - _HALF


async def sleep_ms(milliseconds):
    """Let other tasks run for so many milliseconds of wall time."""
    import asyncio

    await asyncio.sleep(milliseconds / 1000)


# The ESP32 counts from 2000, a PC from 1970.
EPOCH_OFFSET = 946684800 if time.gmtime(0)[0] == 2000 else 0


def unix_time():
    """Return whole seconds since 1970; an int, because 32-bit floats are wrong by up to a minute there."""
    return int(time.time()) + EPOCH_OFFSET
