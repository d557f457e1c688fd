"""Which readings are new: by their numbers where they have them, else by device, moment and payload."""

import sqlite3
from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeAlias

from backend.embedded.chunks import unnumbered_in
from backend.embedded.hot import HOUR, HOUR_MS, has_digest
from backend.embedded.scaled import Row
from backend.embedded.seen import mark_seen

Identity: TypeAlias = Hashable
"""What tells the rows apart that are compared: the number, or device, moment and payload."""


def unrecorded(db: sqlite3.Connection, rows: Iterable[Row]) -> list[Row]:
    """The rows of identities that are not recorded yet, in order of time; of one that comes twice the first stands.

    A reading of a scale that stands under two taps may come once for each, at one moment.
    """
    numbered: dict[tuple[int, int], list[Row]] = defaultdict(list)
    others: list[Row] = []
    for row in rows:
        _, _, device, boot, *_ = row
        (numbered[device, boot] if boot >= 0 else others).append(row)
    kept = _unrecorded_others(db, others)
    for (device, boot), said in numbered.items():
        seqs = [seq for _, _, _, _, seq, *_ in said]
        fresh = mark_seen(db, device=device, boot=boot, seqs=seqs)
        if len(fresh) == len(said):  # all of them new and none of them twice, as nearly always
            kept += said
        else:
            kept += _firsts((seq, row) for seq, row in zip(seqs, said, strict=True) if seq in fresh)
    return sorted(kept)  # as they lie in the log: the first columns are its key


def _unrecorded_others(db: sqlite3.Connection, rows: Iterable[Row]) -> list[Row]:
    """Those of rows without numbers that are not recorded yet."""
    sealed: dict[int, set[tuple[int, int, str]]] = {}
    identified: list[tuple[Identity, Row]] = []
    for row in rows:
        at, _, device, _, _, digest, *_ = row
        if not _is_kept(db, sealed, at, device, digest):
            identified.append(((device, at, digest), row))
    return _firsts(identified)


def _firsts(identified: Iterable[tuple[Identity, Row]]) -> list[Row]:
    """The first row of each identity, and those of the same moment under another tap."""
    firsts: dict[Identity, Row] = {}
    shared: dict[tuple[Identity, int], Row] = {}
    for identity, row in identified:
        first = firsts.setdefault(identity, row)
        if first is not row and _is_beside(first, row):
            shared.setdefault((identity, row[1]), row)
    return [*firsts.values(), *shared.values()]


def _is_beside(first: Row, row: Row) -> bool:
    """Whether the other row of an identity was measured at the same moment, under another tap."""
    first_at, first_tap, *_ = first
    at, tap, *_ = row
    return bool(at == first_at and tap != first_tap)


def _is_kept(
    db: sqlite3.Connection, sealed: dict[int, set[tuple[int, int, str]]], at: int, device: int, digest: str
) -> bool:
    """Whether it lies in the log or in a chunk of its hour; `sealed` keeps what was found there for the next one."""
    if has_digest(db, at, device, digest):
        return True
    hour = at // HOUR_MS * HOUR
    if hour not in sealed:
        sealed[hour] = unnumbered_in(db, hour)
    return (device, at, digest) in sealed[hour]
