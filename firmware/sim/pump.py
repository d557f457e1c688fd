"""The one task that lives the story: every few milliseconds of wall time it steps all scales up to the story's clock.

A scale that moves converts ten times a story second whatever the speed. When the story runs fast, or has fallen
behind, a scale that has been at rest for a while converts once a story second instead; no story time is skipped.
The network's tasks run on wall time between the slices.
"""

from firmware.scale.port import sleep_ms, ticks_diff, ticks_ms

from .stand import TICK_MS

SLICE_MS = 25
_WORK_MS = 20  # at most this much wall time before others get their turn
_FAST = 8  # above this speed scales at rest convert less often
_BEHIND_MS = 5000
REST_MS = 1000


async def pump(bar, clock, tell):
    """Live `bar` along `clock` for ever; `tell` gets each event as an object."""
    while True:
        began = ticks_ms()
        target = clock.now_ms()
        rest = REST_MS if clock.speed > _FAST or target - bar.now_ms > _BEHIND_MS else TICK_MS
        while bar.now_ms + TICK_MS <= target and ticks_diff(ticks_ms(), began) < _WORK_MS:
            bar.tick(rest)
        for event in bar.events():
            tell(event)
        await sleep_ms(max(1, SLICE_MS - ticks_diff(ticks_ms(), began)))
