"""Scales that nobody claimed: counted, the last value kept, at most 100 of them, no history."""

from collections.abc import Sequence
from typing import Final

from backend.cellar import rows, scales
from backend.domain.reading import Reading
from backend.ports import Item, Outcome, Ports, Query
from backend.usecases.commit import gave_up, written

MOST_UNCLAIMED: Final = 100


def note_unclaimed(ports: Ports, *, readings: Sequence[Reading]) -> int:
    """Remember the last value of each unknown scale; a 101st scale is not. Gives how many readings.

    Raises StoreUnavailable; where the readings are given again, some may be counted again.
    """
    if not readings:
        return 0
    newest = {reading.device_id: reading for reading in readings}
    counts = dict.fromkeys(newest, 0)
    for reading in readings:
        counts[reading.device_id] += 1
    known = ports.table.get_many([scales.unclaimed_key(device_id) for device_id in newest])
    room = MOST_UNCLAIMED - len(ports.table.query(Query(partition=scales.UNCLAIMED, limit=MOST_UNCLAIMED)).items)
    puts = []
    for device_id, reading in newest.items():
        item = known.get(scales.unclaimed_key(device_id))
        if item is None:
            if room <= 0:
                continue
            room -= 1
        before = _count(item) if item else 0
        puts.append(scales.put_unclaimed(reading, count=before + counts[device_id]))
    for outcome in written(ports, [[put] for put in puts], durable=False) if puts else ():
        if outcome is not Outcome.APPLIED:
            raise gave_up(outcome)
    return len(readings)


def _count(item: Item) -> int:
    """How often it was heard; where the row cannot be read it is counted from now on, and the row written anew."""
    try:
        return rows.whole(item, "count")
    except rows.BadRow:
        return 0
