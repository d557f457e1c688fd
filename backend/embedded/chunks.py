"""Chunks: the sealed readings of one tap in one hour, what charts need in a row of its own and the rest in pieces.

A row lies on one page of the file, so rows of a thousand bytes leave a quarter of it empty; small pieces fill it.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

import structlog

from backend.domain.times import from_epoch_ms, iso
from backend.embedded.chunk_codec import BadChunk, Packed, Weights, pack, unpack, unpack_weights
from backend.embedded.hot import HOUR
from backend.embedded.names import names_of
from backend.embedded.scaled import Row

log = structlog.get_logger(__name__)

_TAP_BITS: Final = 24
_PIECE_BITS: Final = 8
_PIECE_BYTES: Final = 512
_PIECES: Final = (1 << _PIECE_BITS) - 1
_NO_NUMBER: Final = -1


class ChunkDamaged(RuntimeError):  # noqa: N818 - what happened to the chunk
    """The readings of a tap in one hour cannot be read; the sentence says which and what to do."""


def chunk_id(hour: int, tap: int) -> int:
    """The row of what charts need; its pieces come after it. Hours come first, so that new chunks append."""
    return (hour // HOUR << _TAP_BITS | tap) << _PIECE_BITS


def place_of(row: int) -> tuple[int, int]:
    """The hour (epoch s) and the tap of a row of a chunk."""
    return (row >> _PIECE_BITS >> _TAP_BITS) * HOUR, row >> _PIECE_BITS & (1 << _TAP_BITS) - 1


def packed_of(db: sqlite3.Connection, hour: int, tap: int) -> Packed | None:
    """The bytes of a chunk, None where there is none."""
    rows = db.execute(
        "SELECT CAST(body AS BLOB) FROM chunks WHERE id >= ? AND id <= ? ORDER BY id", _ids(hour, tap)
    ).fetchall()
    return Packed(rows[0][0], b"".join([body for (body,) in rows[1:]])) if rows else None


def rows_of(db: sqlite3.Connection, hour: int, tap: int) -> list[Row]:
    """The rows of a chunk in order, none where there is no chunk. Raises ChunkDamaged."""
    packed = packed_of(db, hour, tap)
    if packed is None:
        return []
    try:
        return unpack(packed, hour=hour, tap=tap)
    except BadChunk as bad:
        raise _damaged(names_of(db, (tap,))[tap], hour, bad) from bad


def packed_weights(db: sqlite3.Connection, hours: Sequence[int], tap: int) -> list[tuple[int, bytes]]:
    """What charts need of the hours that have a chunk, still packed: to be opened with the store given back."""
    found = []
    for hour in hours:
        row = db.execute("SELECT CAST(body AS BLOB) FROM chunks WHERE id = ?", (chunk_id(hour, tap),)).fetchone()
        if row is not None:
            found.append((hour, row[0]))
    return found


def opened_weights(packed: bytes, *, hour: int, tap_name: str) -> Weights:
    """What a tap weighed in a sealed hour. Raises ChunkDamaged."""
    try:
        return unpack_weights(packed, hour=hour)
    except BadChunk as bad:
        raise _damaged(tap_name, hour, bad) from bad


def put_chunk(db: sqlite3.Connection, hour: int, tap: int, packed: Packed, *, count: int, unnumbered: int) -> None:
    """Write a chunk, in the place of the one that may be there."""
    first, last = _ids(hour, tap)
    size = max(_PIECE_BYTES, -(-len(packed.rest) // _PIECES))
    pieces = [packed.rest[at : at + size] for at in range(0, len(packed.rest), size)]
    db.execute("DELETE FROM chunks WHERE id >= ? AND id <= ?", (first, last))
    db.execute("INSERT INTO chunks VALUES (?, ?, ?, ?)", (first, count, unnumbered, packed.weights))
    db.executemany(
        "INSERT INTO chunks VALUES (?, 0, 0, ?)", [(first + 1 + number, piece) for number, piece in enumerate(pieces)]
    )


def drop_chunk(db: sqlite3.Connection, hour: int, tap: int) -> int:
    """Drop a chunk; gives how many readings were in it."""
    (count,) = db.execute("SELECT total(count) FROM chunks WHERE id = ?", (chunk_id(hour, tap),)).fetchone()
    db.execute("DELETE FROM chunks WHERE id >= ? AND id <= ?", _ids(hour, tap))
    return int(count)


def unnumbered_in(db: sqlite3.Connection, hour: int) -> set[tuple[int, int, str]]:
    """Device, moment and digest of every sealed reading of an hour that has no numbers, of whatever tap.

    A chunk that cannot be read is passed over, and that is logged: a reading kept twice is better than one lost.
    """
    found: set[tuple[int, int, str]] = set()
    first, beyond = chunk_id(hour, 0), chunk_id(hour + HOUR, 0)
    for (place,) in db.execute(
        "SELECT id FROM chunks WHERE id >= ? AND id < ? AND unnumbered > 0", (first, beyond)
    ).fetchall():
        try:
            rows = rows_of(db, hour, place >> _PIECE_BITS & (1 << _TAP_BITS) - 1)
        except ChunkDamaged as damaged:
            log.error("a repeated reading may be recorded once more", reason=str(damaged))  # noqa: TRY400
            continue
        found |= {(row[2], row[0], row[5]) for row in rows if row[3] == _NO_NUMBER}
    return found


def packed_chunk(rows: Sequence[Row], *, hour: int) -> tuple[Packed, int]:
    """The bytes of rows in order, and how many of them have no numbers."""
    return pack(rows, hour=hour), sum(row[3] == _NO_NUMBER for row in rows)


def _ids(hour: int, tap: int) -> tuple[int, int]:
    """The first and the last row that a chunk may have."""
    first = chunk_id(hour, tap)
    return first, first + _PIECES


def _damaged(tap_name: str | None, hour: int, bad: BadChunk) -> ChunkDamaged:
    return ChunkDamaged(
        f"the single readings of {tap_name} in the hour from {iso(from_epoch_ms(hour * 1000))} cannot be read ({bad}): "
        "its charts by the hour still stand; put a backup in place to have them back"
    )
