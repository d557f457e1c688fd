"""A year of readings: one week of the story, told again each week with other kegs."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bars import T0, device, tap_of
from story import boot_of, readings

from backend.domain.times import epoch_ms, from_epoch_ms
from backend.ports import Recorded

WEEK = timedelta(days=7)
CADENCE = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A reading of one week: seconds after its start, milliseconds until receipt, and what was said."""

    after: int
    late_ms: int
    number: int
    keg: int
    weight_lbs: float
    raw: int
    stable: bool
    temp_f: float
    rssi: int


def one_week(*, taps: int, seconds: int) -> list[Row]:
    """The rows of the first `seconds` of a week, in order of time."""
    began = int(T0.timestamp())
    told = readings(taps=taps, start=T0, seconds=seconds, cadence=CADENCE)
    return [
        Row(
            one.t - began,
            one.received_ms - one.t * 1000,
            one.number,
            one.keg,
            one.weight_lbs,
            one.raw,
            one.stable,
            one.temp_f,
            one.rssi,
        )
        for said in told
        for one in said
    ]


def days_of(week: list[Row], *, begins: datetime, until: datetime) -> Iterator[list[Row]]:
    """The rows of a week that begins then, day by day; none from `until` on."""
    at = 0
    for day in range(1, 8):
        end = bisect_left(week, min(day * 86_400, (until - begins).total_seconds()), key=lambda row: row.after)
        if end > at:
            yield week[at:end]
        at = end


def recorded(row: Row, *, begins: datetime, seq: int, keg_id: str) -> Recorded:
    """The reading as history takes it."""
    ms = (epoch_ms(begins) // 1000 + row.after) * 1000
    return Recorded(
        device_id=device(row.number),
        boot=boot_of(row.number),
        seq=seq,
        digest=None,
        measured_at=from_epoch_ms(ms),
        received_at=from_epoch_ms(ms + row.late_ms),
        tap_id=tap_of(row.number),
        keg_id=keg_id,
        weight_lbs=row.weight_lbs,
        stable=row.stable,
        raw=row.raw,
        temp_f=row.temp_f,
        rssi=row.rssi,
    )
