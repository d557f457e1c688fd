"""The power goes at each step of bringing an earlier store up to date: the next start finishes it."""

import contextlib
import os
import random
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from cut_story import content_of
from forgetful_disk import ForgetfulDisk, PowerCut
from stand_in import StandIn

from backend.embedded.schema import FILE_NAME
from backend.embedded.steps import SCHEMA_VERSION
from backend.embedded.store import Store

SCHEMAS: Final = Path(__file__).parents[1] / "ports" / "schemas"
NOW: Final = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)


def old_store(path: Path, *, version: int) -> bytes:
    """The file that a version left."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript((SCHEMAS / f"version-{version}.sql").read_text(encoding="utf-8"))
        db.execute("PRAGMA journal_mode=WAL")
    return path.read_bytes()


def opened(folder: Path, disk: ForgetfulDisk) -> frozenset[tuple[str, object]]:
    """Open the store on a disk and give what is in it; raises PowerCut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            sqlite3,
            "connect",
            lambda database, *, uri=False, **_options: StandIn(
                str(database), vfs=disk.name, run=lambda _, sql, statement: statement(sql), uri=uri
            ),
        )
        patch.setattr(os, "fsync", lambda _: None)  # the copy of before: the real disk is not on trial
        with Store(folder, now=NOW) as store, store.read() as db:
            return content_of(db)


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_a_migration_that_is_cut_anywhere_is_finished_by_the_next_start(tmp_path: Path, version: int) -> None:
    old = old_store(tmp_path / "old.db", version=version)
    (tmp_path / "uncut").mkdir()
    (tmp_path / "uncut" / FILE_NAME).write_bytes(old)
    uncut = ForgetfulDisk(dice=random.Random(0))
    wanted = opened(tmp_path / "uncut", uncut)

    for cut_at in range(1, uncut.steps + 1):
        before, after = tmp_path / f"{cut_at}-before", tmp_path / f"{cut_at}-after"
        for folder in (before, after):
            folder.mkdir()
        (before / FILE_NAME).write_bytes(old)
        disk = ForgetfulDisk(dice=random.Random(cut_at), cut_at=cut_at)
        with pytest.raises(PowerCut):
            opened(before, disk)
        for path, content in (disk.left or {}).items():
            if path.parent == before:
                (after / path.name).write_bytes(content)

        assert opened(after, ForgetfulDisk(dice=random.Random(0))) == wanted, f"cut at step {cut_at}"
