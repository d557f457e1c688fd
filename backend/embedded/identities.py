"""Which readings are new: by their numbers where they have them, else by device, moment and payload."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from backend.embedded.chunks import unnumbered_in
from backend.embedded.hot import HOUR, HOUR_MS, has_digest
from backend.embedded.scaled import Row
from backend.embedded.seen import mark_seen

Identity = tuple[object, ...]


def unrecorded(db: sqlite3.Connection, rows: Iterable[Row]) -> list[Row]:
    """The rows of identities that are not recorded yet, in order of time; of one that comes twice the first stands.

    A reading of a scale that stands under two taps may come once for each, at one moment.
    """
    rows = list(rows)
    fresh = _fresh_numbers(db, rows)
    sealed: dict[int, set[tuple[int, int, str]]] = {}
    firsts: dict[Identity, Row] = {}
    shared: dict[tuple[Identity, int], Row] = {}
    for row in rows:
        at, tap, device, boot, seq, digest, *_ = row
        if boot >= 0:
            identity: Identity = (device, boot, seq)
            known = seq not in fresh[device, boot]
        else:
            identity = (device, at, digest)
            known = identity not in firsts and _is_kept(db, sealed, at, device, digest)
        if known:
            continue
        first = firsts.setdefault(identity, row)
        if first is not row and _is_beside(first, row):
            shared.setdefault((identity, tap), row)
    return sorted([*firsts.values(), *shared.values()])  # as they lie in the log: the first columns are its key


def _is_beside(first: Row, row: Row) -> bool:
    """Whether the other row of an identity was measured at the same moment, under another tap."""
    first_at, first_tap, *_ = first
    at, tap, *_ = row
    return bool(at == first_at and tap != first_tap)


def _fresh_numbers(db: sqlite3.Connection, rows: Iterable[Row]) -> dict[tuple[int, int], set[int]]:
    seqs: dict[tuple[int, int], list[int]] = defaultdict(list)
    for _, _, device, boot, seq, *_ in rows:
        if boot >= 0:
            seqs[device, boot].append(seq)
    return {(device, boot): mark_seen(db, device=device, boot=boot, seqs=each) for (device, boot), each in seqs.items()}


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
