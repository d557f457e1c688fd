"""The History port over SQLite: a log in order of time, and the hours that are over as chunks with roll-ups."""

from collections.abc import Sequence
from datetime import datetime
from heapq import merge
from itertools import chain
from typing import Final

from backend.domain.ids import TapId
from backend.domain.times import epoch_ms
from backend.embedded.charts import bins_of
from backend.embedded.chunks import rows_of
from backend.embedded.forgetting import forget_some
from backend.embedded.hot import HOUR, HOUR_MS, hot_rows, in_order, insert
from backend.embedded.identities import unrecorded
from backend.embedded.marks import READINGS, RECEIVED, mark, note_recorded
from backend.embedded.names import NO_KEG, Numbers, names_of, number_of, numbered
from backend.embedded.reassigning import assign_keg
from backend.embedded.rollups import sealed_hours
from backend.embedded.scaled import Row, check_identity, names_in, reading_of, row_of
from backend.embedded.sealing import seal_at_once
from backend.embedded.store import Store
from backend.ports import BIN_SECONDS, Bin, KegSpan, Recorded

OVER_MS: Final = 120_000
"""An hour is over once a reading was received this long after its end; one that comes later waits in the log."""
IN_BULK: Final = 2000
"""So many readings in one call are no live ones: their hours are sealed at once."""
_FOREVER_MS: Final = 2**53


class SqliteHistory:
    """Every reading of a bar and its roll-ups, in the same file as the table: one sync makes both durable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers = Numbers()

    def record(self, readings: Sequence[Recorded]) -> int:
        """Keep the readings; gives how many were new.

        A reading of a scale that two taps share may stand in one call once for each tap. It becomes durable
        with the store's next sync.

        Raises:
            StoreUnavailable: nothing of the call stands.
            ValueError: a reading without identity or with a weight that is not finite; nothing stands either.
        """
        for reading in readings:
            check_identity(reading)
        if not readings:
            return 0
        with self._store.write() as db:
            dimensions = {tap: tap.dimension for tap in {reading.tap_id for reading in readings}}
            names = names_in(readings).union(dimensions.values())
            numbers = self._numbers.of(db, names, generation=self._store.generation)
            taps = {tap: numbers[dimension] for tap, dimension in dimensions.items()}
            rows = unrecorded(db, [row_of(reading, numbers, taps) for reading in readings])
            if rows:
                insert(db, rows)
                note_recorded(db, count=len(rows), received=max(row[7] for row in rows))
            if len(rows) >= IN_BULK:
                seal_at_once(db, _hours_over(rows, newest=mark(db, RECEIVED)))
        return len(rows)

    def points(self, *, tap_id: TapId, start: datetime, end: datetime, bin_seconds: int) -> Sequence[Bin]:
        """Bins that begin in [start, end), in order of start, then of first reading; `bin_seconds` of BIN_SECONDS.

        Raises ValueError for another bin length.
        """
        if bin_seconds not in BIN_SECONDS:
            raise ValueError(f"there are no bins of {bin_seconds} s: choose one of {BIN_SECONDS}")
        first, beyond = _first_start(start, bin_seconds), _first_start(end, bin_seconds)
        return bins_of(self._store, tap_id, bin_seconds, first, beyond)

    def readings(self, *, tap_id: TapId, start: datetime, end: datetime, limit: int = 10_000) -> Sequence[Recorded]:
        """The single readings measured in [start, end), oldest first, at most `limit`.

        Raises ChunkDamaged for a range with an hour that cannot be read.
        """
        first, beyond = _ceil_ms(start), _ceil_ms(end)
        with self._store.read() as db:
            tap = number_of(db, tap_id.dimension)
            if tap is None:
                return []
            sealed: list[Row] = []
            for hour in sealed_hours(db, tap, first // HOUR_MS * HOUR, -(-beyond // HOUR_MS) * HOUR):
                sealed += [row for row in rows_of(db, hour, tap) if first <= row[0] < beyond]
                if len(sealed) >= limit:
                    break
            waiting = hot_rows(db, tap, first, beyond, limit=limit)
            rows = list(merge(sealed, waiting, key=in_order))[:limit]
            names = names_of(db, chain.from_iterable((row[2], row[6]) for row in rows))
        return [reading_of(row, names, tap_id) for row in rows]

    def assign(self, *, tap_id: TapId, spans: Sequence[KegSpan]) -> int:
        """Say which keg stood at the tap when; where spans overlap, the later one in the list holds.

        Rewrites the readings that say otherwise and the roll-ups they touch; gives how many readings. Raises
        ValueError for a span that ends before it starts.
        """
        for span in spans:
            if span.end is not None and span.end <= span.start:
                raise ValueError(f"a span of {span.keg_id or 'no keg'} on {tap_id} ends at or before its start")
        rewritten = 0
        with self._store.write() as db:
            tap = number_of(db, tap_id.dimension)
            if tap is None:
                return 0
            for span in spans:
                keg = NO_KEG if span.keg_id is None else numbered(db, (span.keg_id,))[span.keg_id]
                end = _FOREVER_MS if span.end is None else _ceil_ms(span.end)
                rewritten += assign_keg(db, tap, keg, start_ms=_ceil_ms(span.start), end_ms=end)
        return rewritten

    def forget(self, *, location_id: str, before: datetime) -> int:
        """Drop the oldest day of a tap of the location that ended before that UTC day; gives how many readings.

        0 once there are none. Raises StoreUnavailable.
        """
        with self._store.write() as db:
            return forget_some(db, location_id, before_ms=epoch_ms(before))

    def count(self) -> int:
        """How many readings are kept."""
        with self._store.read() as db:
            return mark(db, READINGS)


def _hours_over(rows: Sequence[Row], *, newest: int) -> set[tuple[int, int]]:
    """The hours, and the taps, of rows that are over."""
    over = (newest - OVER_MS) // HOUR_MS
    return {(row[0] // HOUR_MS * HOUR, row[1]) for row in rows if row[0] // HOUR_MS < over}


def _first_start(moment: datetime, seconds: int) -> int:
    """The first start of a bin (epoch seconds) that is not before `moment`."""
    return -(-_ceil_ms(moment) // (seconds * 1000)) * seconds


def _ceil_ms(moment: datetime) -> int:
    """The first whole millisecond that is not before `moment`: kept moments are whole ones."""
    return epoch_ms(moment) + (moment.microsecond % 1000 > 0)
