"""The History port over SQLite: a log in order of time, and roll-ups of the hours that are over."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Final

from backend.domain.ids import TapId
from backend.domain.times import epoch_ms
from backend.embedded.names import NO_KEG, names_of, number_of, numbered
from backend.embedded.rollups import HOUR, READING_ORDER, Touched, recompute
from backend.embedded.scaled import COLUMNS, POUND, Row, check_identity, names_in, reading_of, row_of
from backend.embedded.seen import mark_seen
from backend.embedded.store import Store
from backend.embedded.tally import Place, Tally, tallied
from backend.ports import BIN_SECONDS, Bin, KegSpan, Recorded

SEAL_AFTER_MS: Final = 120_000
"""An hour is sealed once a reading was received this long after its end; what comes later reseals it."""
_HOUR_MS: Final = HOUR * 1000
_FOREVER_MS: Final = 2**62


class SqliteHistory:
    """Every reading of a bar and its roll-ups, in the same file as the table: one sync makes both durable."""

    def __init__(self, store: Store) -> None:
        self._store = store

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
            numbers = numbered(db, names_in(readings))
            rows = _unrecorded(db, [row_of(reading, numbers) for reading in readings])
            db.executemany(f"INSERT INTO hot ({COLUMNS}) VALUES ({', '.join('?' * 15)})", rows)  # noqa: S608 - constants
            db.execute("UPDATE marks SET value = value + ? WHERE name = 'readings'", (len(rows),))
            _seal(db, rows)
        return len(rows)

    def points(self, *, tap_id: TapId, start: datetime, end: datetime, bin_seconds: int) -> Sequence[Bin]:
        """Bins that begin in [start, end), in order of start, then of first reading; `bin_seconds` of BIN_SECONDS.

        Sealed hours come from the roll-ups, later ones are counted now. Raises ValueError for another bin length.
        """
        if bin_seconds not in BIN_SECONDS:
            raise ValueError(f"there are no bins of {bin_seconds} s: choose one of {BIN_SECONDS}")
        first, beyond = _first_start(start, bin_seconds), _first_start(end, bin_seconds)
        with self._store.read() as db:
            tap = number_of(db, tap_id.dimension)
            if tap is None:
                return []
            tail = _counted(db, tap, bin_seconds, first, beyond)
            bins = _rolled_up(db, tap, bin_seconds, first, beyond)
            for place, sealed_part in bins:
                if place in tail:
                    sealed_part.merge(tail.pop(place))
            bins.extend(tail.items())
            kegs = names_of(db, {keg for (_, _, keg), _ in bins})
        bins.sort(key=lambda entry: (entry[0][1], entry[1].first_at, kegs[entry[0][2]] or ""))
        return [_bin(start, kegs[keg], tally) for (_, start, keg), tally in bins]

    def readings(self, *, tap_id: TapId, start: datetime, end: datetime, limit: int = 10_000) -> Sequence[Recorded]:
        """The single readings measured in [start, end), oldest first, at most `limit`."""
        with self._store.read() as db:
            tap = number_of(db, tap_id.dimension)
            rows = db.execute(
                f"SELECT {COLUMNS} FROM hot WHERE at >= ? AND at < ? AND tap = ? "  # noqa: S608 - constants
                f"ORDER BY {READING_ORDER} LIMIT ?",
                (_ceil_ms(start), _ceil_ms(end), tap, limit),
            ).fetchall()
            names = names_of(db, chain.from_iterable((device, keg) for _, _, device, _, _, _, keg, *_ in rows))
        return [reading_of(row, names, tap_id) for row in rows]

    def assign(self, *, tap_id: TapId, spans: Sequence[KegSpan]) -> int:
        """Say which keg stood at the tap when; where spans overlap, the later one in the list holds.

        Rewrites the readings that say otherwise and the roll-ups they touch; gives how many readings. Raises
        ValueError for a span that ends before it starts.
        """
        for span in spans:
            if span.end is not None and span.end <= span.start:
                raise ValueError(f"a span of {span.keg_id or 'no keg'} on {tap_id} ends at or before its start")
        with self._store.write() as db:
            tap = number_of(db, tap_id.dimension)
            if tap is None:
                return 0
            touched: set[Touched] = set()
            rewritten = sum(_assign(db, tap, span, touched) for span in spans)
            recompute(db, _sealed_only(db, touched))
        return rewritten

    def count(self) -> int:
        """How many readings are kept."""
        with self._store.read() as db:
            return _mark(db, "readings")


def _unrecorded(db: sqlite3.Connection, rows: Iterable[Row]) -> list[Row]:
    """The rows of identities that are not recorded yet, in order of time; of one that comes twice the first stands."""
    rows = list(rows)
    seqs: dict[tuple[int, int], list[int]] = defaultdict(list)
    for _, _, device, boot, seq, *_ in rows:
        if boot >= 0:
            seqs[device, boot].append(seq)
    fresh = {key: mark_seen(db, device=key[0], boot=key[1], seqs=numbers) for key, numbers in seqs.items()}
    first_at: dict[tuple[object, ...], int] = {}
    kept: dict[tuple[object, ...], Row] = {}
    for row in rows:
        at, tap, device, boot, seq, digest, *_ = row
        if boot >= 0:
            identity: tuple[object, ...] = (device, boot, seq)
            known = seq not in fresh[device, boot]
        else:
            identity = (device, at, digest)
            known = identity not in first_at and _has_digest(db, at, device, digest)
        if not known and first_at.setdefault(identity, at) == at:
            kept.setdefault((identity, tap), row)
    return sorted(kept.values(), key=lambda row: row[:6])


def _has_digest(db: sqlite3.Connection, at: int, device: int, digest: str) -> bool:
    return (
        db.execute("SELECT 1 FROM hot WHERE at = ? AND device = ? AND digest = ?", (at, device, digest)).fetchone()
        is not None
    )


def _seal(db: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Seal the hours that these readings show to be over, and reseal the sealed ones they fall into."""
    if not rows:
        return
    sealed = _mark(db, "sealed")
    touched: set[Touched] = {(row[1], row[0] // _HOUR_MS * HOUR) for row in rows if row[0] < sealed}
    over = (max(row[7] for row in rows) - SEAL_AFTER_MS) // _HOUR_MS * _HOUR_MS
    if over > sealed:
        touched |= _hours(db, "at >= ? AND at < ?", (sealed, over))
        db.execute("UPDATE marks SET value = ? WHERE name = 'sealed'", (over,))
    recompute(db, touched)


def _hours(db: sqlite3.Connection, condition: str, arguments: tuple[int, ...]) -> set[Touched]:
    """The taps and hours of the readings that meet a condition."""
    return set(
        db.execute(
            f"SELECT DISTINCT tap, at / {_HOUR_MS} * {HOUR} FROM hot WHERE {condition}",  # noqa: S608 - our own conditions
            arguments,
        ).fetchall()
    )


def _sealed_only(db: sqlite3.Connection, touched: set[Touched]) -> set[Touched]:
    sealed = _mark(db, "sealed")
    return {(tap, hour) for tap, hour in touched if hour * 1000 < sealed}


def _assign(db: sqlite3.Connection, tap: int, span: KegSpan, touched: set[Touched]) -> int:
    keg = NO_KEG if span.keg_id is None else numbered(db, (span.keg_id,))[span.keg_id]
    end = _FOREVER_MS if span.end is None else _ceil_ms(span.end)
    condition, arguments = "at >= ? AND at < ? AND tap = ? AND keg <> ?", (_ceil_ms(span.start), end, tap, keg)
    touched |= _hours(db, condition, arguments)
    return db.execute(f"UPDATE hot SET keg = ? WHERE {condition}", (keg, *arguments)).rowcount  # noqa: S608 - above


def _rolled_up(db: sqlite3.Connection, tap: int, seconds: int, first: int, beyond: int) -> list[tuple[Place, Tally]]:
    rows = db.execute(
        "SELECT start, keg, count, total, low, high, first_at, last_at, last FROM rollups "
        "WHERE bin = ? AND tap = ? AND start >= ? AND start < ?",
        (seconds, tap, first, beyond),
    )
    return [((tap, start, keg), Tally(*figures)) for start, keg, *figures in rows]


def _counted(db: sqlite3.Connection, tap: int, seconds: int, first: int, beyond: int) -> dict[Place, Tally]:
    """The bins, or parts of bins, of the hours that are not sealed."""
    rows = db.execute(
        f"SELECT at, tap, keg, weight FROM hot WHERE at >= ? AND at < ? AND tap = ? ORDER BY {READING_ORDER}",  # noqa: S608
        (max(_mark(db, "sealed"), first * 1000), beyond * 1000, tap),
    )
    return tallied(rows, seconds=seconds)


def _bin(start: int, keg_id: str | None, tally: Tally) -> Bin:
    return Bin(
        start=datetime.fromtimestamp(start, tz=UTC),
        keg_id=keg_id,
        count=tally.count,
        mean_lbs=tally.total / tally.count / POUND,
        min_lbs=tally.low / POUND,
        max_lbs=tally.high / POUND,
        last_lbs=tally.last / POUND,
    )


def _first_start(moment: datetime, seconds: int) -> int:
    """The first start of a bin (epoch seconds) that is not before `moment`."""
    return -(-_ceil_ms(moment) // (seconds * 1000)) * seconds


def _ceil_ms(moment: datetime) -> int:
    """The first whole millisecond that is not before `moment`: kept moments are whole ones."""
    return epoch_ms(moment) + (moment.microsecond % 1000 > 0)


def _mark(db: sqlite3.Connection, name: str) -> int:
    value: int = db.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()[0]
    return value
