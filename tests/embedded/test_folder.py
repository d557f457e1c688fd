"""The mark in the data folder that says whether its last owner ended."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.embedded.folder import LOCK_NAME, FolderLock

NOW = datetime(2026, 3, 20, 20, 40, tzinfo=UTC)


def test_that_a_folder_is_held_is_on_the_disk_before_anything_is_done_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append((tmp_path / LOCK_NAME).read_bytes()))

    FolderLock(tmp_path, now=NOW).release()

    assert [bool(content) for content in synced] == [True, False]
