"""The trace: every message of a simulated evening without a network, the same bytes on every interpreter."""

from .bar import Bar
from .plan import checked_plan

FRIDAY_EVENING = 1774064400  # 2026-03-20 20:40 in a bar seven hours behind UTC
_OFFSET_S = -25200


def plan_of(seed, scales):
    """A plan of so many half barrels, between full and nearly empty."""
    return checked_plan(
        {
            "seed": seed,
            "broker": {"host": "127.0.0.1", "port": 1883},
            "clock": {"story": FRIDAY_EVENING},
            "utc_offset_s": _OFFSET_S,
            "scales": [_half_barrel(n, 120.0 - 100.0 * n / scales) for n in range(scales)],
        }
    )


def _half_barrel(n, beer_lbs):
    return {
        "scale": "SCALE-%04d" % (n + 1),
        "shell_lbs": 29.7,
        "beer_lbs": beer_lbs,
        "full_lbs": 160.2,
        "zero": 84000 + 137 * n,
        "factor": 9500,
        "cal": 1,
        "popularity": 1.5,
    }


def trace(seed, minutes, scales):
    """Yield (topic, payload) of every reading that so many scales publish in so many story minutes."""
    bar = Bar(plan_of(seed, scales))
    for _ in range(minutes * 600):
        bar.tick()
        for twin in bar.twins:
            for message in twin.app.take():
                yield message
