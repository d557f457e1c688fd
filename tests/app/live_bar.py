"""A bar of two taps whose screens are told: its readings, and what `Live` makes of them."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.domain.beer import Beer
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import OWNER
from backend.domain.reading import Reading
from backend.ports import Ports
from backend.usecases.change_keg import NextKeg, change_keg
from backend.usecases.set_up import add_beer, open_location, place_scale, set_up_tap
from backend.usecases.take_readings import take_readings
from components.rows import Row

T0 = datetime(2026, 3, 21, 3, 40, tzinfo=UTC)
ONE, TWO = TapId("loc-001", 1), TapId("loc-001", 2)
ELSEWHERE = TapId("loc-002", 1)
PILS = Beer(beer_id="pils", name="Pils", specific_gravity=1.010)
HALF = NextKeg(beer_id="pils", type_id="half_barrel")


def set_up(ports: Ports) -> None:
    """Two taps with a keg each at `loc-001`, one at `loc-002`; SCALE-n under them."""
    for location_id in ("loc-001", "loc-002"):
        bar = Location(location_id=location_id, name=location_id, timezone="America/Los_Angeles")
        open_location(ports, location=bar, member=OWNER)
        add_beer(ports, beer=PILS, location_id=location_id, member=OWNER)
    for number, tap_id in enumerate((ONE, TWO, ELSEWHERE), start=1):
        set_up_tap(ports, tap_id=tap_id, member=OWNER)
        place_scale(ports, device_id=f"SCALE-{number}", tap_id=tap_id, member=OWNER, now=T0 - timedelta(days=1))
        change_keg(ports, tap_id=tap_id, keg=HALF, at=T0 - timedelta(hours=1), member=OWNER, now=T0)


def weigh(ports: Ports, scale: int, *lbs: float, second: int = 0) -> None:
    """Let a scale say these weights, one a second from `second` s into the story."""
    first = Reading(
        device_id=f"SCALE-{scale}", received_at=T0, measured_at=T0, weight_lbs=0, digest="", boot=1, seq=0, stable=True
    )
    said = [
        first._replace(
            seq=second + place,
            measured_at=T0 + timedelta(seconds=second + place),
            received_at=T0 + timedelta(seconds=second + place),
            weight_lbs=weight,
        )
        for place, weight in enumerate(lbs, start=1)
    ]
    take_readings(ports, readings=said)


async def until(told: Callable[[], Any], *, within_s: float = 15.0) -> Any:
    """Wait until the answer is truthy and give it; fails after a while."""
    async with asyncio.timeout(within_s):
        while not (answer := told()):  # noqa: ASYNC110 - what is asked tells of no change
            await asyncio.sleep(0.01)
        return answer


def told_taps(batches: Sequence[Sequence[Row]]) -> list[list[str]]:
    """Which taps each telling was about, in the order of their numbers."""
    return [sorted(row["tap"] for row in batch) for batch in batches]


def run(story: Coroutine[Any, Any, None]) -> None:
    """Live a coroutine to its end; nothing that it began may be left running."""

    async def whole() -> None:
        await story
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert left == set()

    asyncio.run(whole())
