"""The one module that knows which interpreter runs: ticks, sleep, constants and where its epoch begins."""

import asyncio
import sys
import time

ETIMEDOUT = 110
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
    await asyncio.sleep(milliseconds / 1000)


async def within(awaitable, seconds):
    """Return what `awaitable` gives; raise OSError (timed out) where that takes longer."""
    try:
        return await asyncio.wait_for(awaitable, seconds)
    except asyncio.TimeoutError:
        raise OSError(ETIMEDOUT, "no answer within %s s" % seconds)  # noqa: B904 - MicroPython has no `from`


async def hang_up(writer):
    """Close a stream at once, whatever its state: no goodbye, nothing flushed."""
    transport = getattr(writer, "transport", None)
    if transport is not None:  # CPython: close() alone would wait for what cannot be sent any more
        transport.abort()
    try:
        await writer.wait_closed()  # MicroPython closes the socket here, not in close()
    except OSError:
        pass  # it was gone already, which is what we want


# The ESP32 counts from 2000, a PC from 1970.
EPOCH_OFFSET = 946684800 if time.gmtime(0)[0] == 2000 else 0


def unix_time():
    """Return whole seconds since 1970; an int, because 32-bit floats are wrong by up to a minute there."""
    return int(time.time()) + EPOCH_OFFSET
