"""Whether the sealed hours of a store file are still the bytes that were written; SQLite itself cannot tell."""

import sqlite3
import threading
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from backend.domain.times import from_epoch_ms, iso
from backend.embedded.chunk_codec import BadChunk, Packed, verify
from backend.embedded.chunks import place_of
from backend.embedded.copying import reading_only

_ROWS: Final = 2048
"""Read at once, some milliseconds; a log must not wait for us to be worked into its file. More than a chunk has."""


def spoiled_chunks(path: Path, *, live: bool = False, stopping: threading.Event | None = None) -> str | None:
    """Check every chunk of a store against its checksums; gives a sentence on those that are broken, None if none is.

    Of a `live` file, which others write, it sees what is committed.

    Raises sqlite3.Error where the file cannot be read, or it was to stop before the end.
    """
    with reading_only(path, live=live) as db:
        broken = list(_broken(db, stopping))
        if not broken:
            return None
        id_, why = broken[0]
        hour, tap = place_of(id_)
        name = db.execute("SELECT name FROM names WHERE id = ?", (tap,)).fetchone()
    return (
        f"the single readings of {len(broken)} sealed hours of taps cannot be read, the first of them those of "
        f"{name[0] if name else f'tap number {tap}'} in the hour from {iso(from_epoch_ms(hour * 1000))} ({why}): "
        "their charts by the hour still stand, and no backup that has them whole is taken away; "
        "put one in place to have them back"
    )


def _broken(db: sqlite3.Connection, stopping: threading.Event | None) -> Iterator[tuple[int, str]]:
    """The first row of each broken chunk, and what is wrong with it."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'chunks'").fetchone():
        return  # of a schema before chunks
    begin: int | None = 0
    while begin is not None:
        if stopping is not None and stopping.is_set():
            raise sqlite3.OperationalError("interrupted")
        rows = db.execute(
            "SELECT id, CAST(body AS BLOB) FROM chunks WHERE id >= ? ORDER BY id LIMIT ?", (begin, _ROWS)
        ).fetchall()
        chunks = [list(chunk) for _, chunk in groupby(rows, key=lambda row: place_of(row[0]))]
        begin = None
        if len(rows) == _ROWS:  # the last one may go on beyond what was read
            begin = chunks.pop()[0][0]
        for chunk in chunks:
            try:
                verify(Packed(chunk[0][1], b"".join([body for _, body in chunk[1:]])))
            except BadChunk as bad:
                yield chunk[0][0], str(bad)
