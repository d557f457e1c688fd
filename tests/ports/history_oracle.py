"""History in the plainest way: a list of readings, walked anew for each question."""

from collections.abc import Sequence
from datetime import datetime

from backend.domain.ids import TapId
from backend.ports import Bin, KegSpan, Recorded


class Oracle:
    """What a History must answer, in exact arithmetic of 1/10,000 lb."""

    def __init__(self) -> None:
        self.kept: list[Recorded] = []
        self.first_at: dict[object, datetime] = {}

    def record(self, readings: Sequence[Recorded]) -> int:
        before = len(self.kept)
        known = set(self.first_at)
        for reading in readings:
            identity = _identity(reading)
            if identity in known or self.first_at.setdefault(identity, reading.measured_at) != reading.measured_at:
                continue
            if not any(_identity(kept) == identity and kept.tap_id == reading.tap_id for kept in self.kept):
                self.kept.append(reading)
        return len(self.kept) - before

    def assign(self, tap_id: TapId, spans: Sequence[KegSpan]) -> int:
        rewritten = 0
        for span in spans:
            for place, reading in enumerate(self.kept):
                over = span.end is not None and reading.measured_at >= span.end
                if reading.tap_id != tap_id or reading.measured_at < span.start or over:
                    continue
                rewritten += reading.keg_id != span.keg_id
                self.kept[place] = reading._replace(keg_id=span.keg_id)
        return rewritten

    def readings(self, tap_id: TapId) -> list[Recorded]:
        mine = [reading for reading in self.kept if reading.tap_id == tap_id]
        return sorted(mine, key=_moment)

    def points(self, tap_id: TapId, start: datetime, end: datetime, seconds: int) -> list[Bin]:
        groups: dict[tuple[int, str | None], list[Recorded]] = {}
        for reading in self.readings(tap_id):
            begin = int(reading.measured_at.timestamp() // seconds * seconds)
            groups.setdefault((begin, reading.keg_id), []).append(reading)
        bins = [_bin(begin, keg, group) for (begin, keg), group in groups.items()]
        firsts = {(begin, keg): group[0].measured_at for (begin, keg), group in groups.items()}
        bins.sort(key=lambda one: (one.start_s, firsts[one.start_s, one.keg_id], one.keg_id or ""))
        return [one for one in bins if start <= one.start < end]


def _bin(begin: int, keg_id: str | None, group: list[Recorded]) -> Bin:
    weights = [round(reading.weight_lbs * 10_000) for reading in group]
    return Bin(
        start_s=begin,
        keg_id=keg_id,
        count=len(group),
        mean_lbs=sum(weights) / len(weights) / 10_000,
        min_lbs=min(weights) / 10_000,
        max_lbs=max(weights) / 10_000,
        last_lbs=weights[-1] / 10_000,
    )


def _identity(reading: Recorded) -> object:
    if reading.boot is None:
        return (reading.device_id, reading.measured_at, reading.digest)
    return (reading.device_id, reading.boot, reading.seq)


def _moment(reading: Recorded) -> tuple[object, ...]:
    """Time; within one moment an order that any store can keep."""
    boot, seq = (-1, -1) if reading.boot is None else (reading.boot, reading.seq)
    return (reading.measured_at, boot, seq, reading.digest or "", round(reading.weight_lbs * 10_000))
