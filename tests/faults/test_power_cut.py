"""The power goes at any moment: nothing that was acknowledged is lost, and the store is as one of its commits left it.

`SCALE_SENSE_CUTS=2000` runs the full size; one seed again: `pytest tests/faults/test_power_cut.py -k 'certain[17]'`.
"""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest
from cut_story import Story

from backend.embedded.history import SqliteHistory
from backend.embedded.schema import FILE_NAME
from backend.embedded.store import Store
from backend.ports import Recorded

CUTS: Final = int(os.environ.get("SCALE_SENSE_CUTS", "50"))
CUTS_IN_A_STORY: Final = 10
SEEDS_TO_SEE: Final = 20
"""So many stories at most until a planted fault must have been seen."""
WAL: Final = f"{FILE_NAME}-wal"


@pytest.mark.parametrize("seed", range(CUTS // CUTS_IN_A_STORY))
def test_after_a_power_cut_all_that_was_acknowledged_is_certain(tmp_path: Path, seed: int) -> None:
    story = Story(tmp_path, seed=seed)

    story.live(CUTS_IN_A_STORY)

    assert story.cuts == CUTS_IN_A_STORY


def test_the_power_goes_in_every_kind_of_moment(tmp_path: Path) -> None:
    cut_in = Counter[tuple[str, str]]()
    tables = set[object]()
    kept_unheard = refusals = 0

    for seed in range(1000, 1010):
        (tmp_path / str(seed)).mkdir()
        story = Story(tmp_path / str(seed), seed=seed)
        story.live(CUTS_IN_A_STORY)
        cut_in += story.cut_in
        tables |= story.tables
        kept_unheard += story.kept_unheard
        refusals += story.refusals

    assert {("write", WAL), ("sync", WAL), ("synced", WAL), ("write", FILE_NAME), ("opening", ""), ("rest", "")} <= set(
        cut_in
    )
    assert {"items", "hot", "chunks", "rollups", "seen"} <= tables
    assert min(kept_unheard, refusals) > 0


def test_the_proof_sees_readings_that_were_acknowledged_and_are_lost(tmp_path: Path) -> None:
    def not_synced_at_a_commit(sql: str) -> str:
        return sql.replace("synchronous=FULL", "synchronous=NORMAL")

    assert _is_seen("acknowledged and lost", tmp_path, change=not_synced_at_a_commit)


def test_the_proof_sees_a_sync_that_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "sync", lambda *_arguments: None)

    assert _is_seen("acknowledged and lost", tmp_path)


def test_the_proof_sees_a_history_that_is_durable_without_its_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = SqliteHistory.record

    def torn(history: SqliteHistory, readings: Sequence[Recorded]) -> int:
        new = whole(history, readings)
        history._store.sync()
        return new

    monkeypatch.setattr(SqliteHistory, "record", torn)

    assert _is_seen("the state is of", tmp_path)


def _is_seen(what: str, place: Path, *, change: Callable[[str], str] = lambda sql: sql) -> bool:
    """Whether some story ends because of this."""
    for seed in range(SEEDS_TO_SEE):
        (place / str(seed)).mkdir()
        try:
            Story(place / str(seed), seed=seed, change=change).live(CUTS_IN_A_STORY)
        except AssertionError as seen:
            if what in str(seen):
                return True
    return False
