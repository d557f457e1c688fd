"""The bins of a chart: what is sealed, and what waits in the hot log, counted into one."""

import sqlite3
from collections.abc import Iterable, Mapping

import structlog

from backend.domain.ids import TapId
from backend.embedded.chunks import ChunkDamaged, opened_weights, packed_weights, rows_of
from backend.embedded.hot import HOUR, hot_rows, hot_weights, in_order
from backend.embedded.names import names_of, number_of
from backend.embedded.rollups import KEPT, rolled_up, rolled_up_bins, sealed_hours
from backend.embedded.scaled import POUND
from backend.embedded.store import Store
from backend.embedded.tally import Place, Tally, tallied
from backend.ports import Bin

log = structlog.get_logger(__name__)


def bins_of(store: Store, tap_id: TapId, seconds: int, first: int, beyond: int) -> list[Bin]:
    """The bins that begin in [first, beyond) (epoch s, both the start of a bin), in order of start, then of reading.

    Short bins are counted from the chunks; an hour whose chunk cannot be read is missing in them, and that is logged.
    """
    with store.read() as db:
        tap = number_of(db, tap_id.dimension)
        if tap is None:
            return []
        waiting = hot_weights(db, tap, first * 1000, beyond * 1000)
        if seconds in KEPT:
            return _rolled_up(db, tap, seconds, first, beyond, tallied(waiting, seconds=seconds))
        chunks = packed_weights(db, sealed_hours(db, tap, first // HOUR * HOUR, beyond), tap)
    # The store is given back here: to open the chunks of a year takes half a second.
    sealed = _from_chunks(chunks, tap_id, seconds)
    with store.read() as db:
        bins = _merged(db, tap, sealed, tallied(waiting, seconds=seconds))
        return _told(db, {place: tally for place, tally in bins.items() if first <= place[0] < beyond})


def _rolled_up(
    db: sqlite3.Connection, tap: int, seconds: int, first: int, beyond: int, tail: Mapping[Place, Tally]
) -> list[Bin]:
    """Only the bins from the first one that waits in the log on are worked out here: mostly the last few of many."""
    if not tail:
        return rolled_up_bins(db, tap, seconds, first, beyond)
    begins = min(start for start, _ in tail)
    sealed = rolled_up(db, tap, seconds, begins, beyond)
    return rolled_up_bins(db, tap, seconds, first, begins) + _told(db, _merged(db, tap, sealed, tail))


def _from_chunks(chunks: Iterable[tuple[int, bytes]], tap_id: TapId, seconds: int) -> dict[Place, Tally]:
    bins: dict[Place, Tally] = {}
    for hour, packed in chunks:
        try:
            weights = opened_weights(packed, hour=hour, tap_name=tap_id.dimension)
        except ChunkDamaged as damaged:
            log.error("a chart has a gap", reason=str(damaged))  # noqa: TRY400 - the sentence says it all
        else:
            bins |= tallied(weights, seconds=seconds)
    return bins


def _merged(
    db: sqlite3.Connection, tap: int, sealed: dict[Place, Tally], waiting: Mapping[Place, Tally]
) -> dict[Place, Tally]:
    for place, tally in waiting.items():
        whole = sealed.get(place)
        if whole is None:
            sealed[place] = tally
            continue
        tied = whole.last_at == tally.last_at
        whole.merge(tally)
        if tied:
            whole.last = _last_weight(db, tap, place[1], whole.last_at, otherwise=whole.last)
    return sealed


def _last_weight(db: sqlite3.Connection, tap: int, keg: int, at: int, *, otherwise: int) -> int:
    """What the last of the readings of one millisecond weighed, some of which are sealed and some are not."""
    hour = at // (HOUR * 1000) * HOUR
    try:
        rows = [*rows_of(db, hour, tap), *hot_rows(db, tap, at, at + 1)]
    except ChunkDamaged:
        return otherwise
    there = [row for row in rows if row[0] == at and row[6] == keg]
    return int(max(there, key=in_order)[8]) if there else otherwise


def _told(db: sqlite3.Connection, bins: Mapping[Place, Tally]) -> list[Bin]:
    names = names_of(db, {keg for _, keg in bins})
    return [_bin(start, names[keg], tally) for (start, keg), tally in _in_order(bins.items(), names)]


def _in_order(bins: Iterable[tuple[Place, Tally]], names: Mapping[int, str | None]) -> list[tuple[Place, Tally]]:
    return sorted(bins, key=lambda entry: (entry[0][0], entry[1].first_at, names[entry[0][1]] or ""))


def _bin(start: int, keg_id: str | None, tally: Tally) -> Bin:
    return Bin(
        start_s=start,
        keg_id=keg_id,
        count=tally.count,
        mean_lbs=tally.total / tally.count / POUND,
        min_lbs=tally.low / POUND,
        max_lbs=tally.high / POUND,
        last_lbs=tally.last / POUND,
    )
