"""The disk of the power cut tests itself: what was synced is there, what was not may be anything in between."""

import random
from pathlib import Path

import pytest
from forgetful_disk import SECTOR, Body, ForgetfulDisk, PowerCut, Survives, Truncation, Write
from hypothesis import given
from hypothesis import strategies as st
from stand_in import StandIn

WRITES = st.builds(Write, st.integers(0, 3000), st.binary(min_size=1, max_size=2000))
STEPS = st.lists(WRITES | st.builds(Truncation, st.integers(0, 4000)), max_size=6)


def written(steps: list[Write | Truncation]) -> Body:
    body = Body()
    body.unsure += steps
    return body


@given(STEPS, STEPS, st.sampled_from(Survives), st.randoms(use_true_random=False))
def test_what_was_synced_is_there_and_only_what_came_later_is_in_doubt(
    before: list[Write | Truncation], after: list[Write | Truncation], survives: Survives, dice: random.Random
) -> None:
    body = written(before)
    body.sync()
    certain = bytes(body.certain)
    body.unsure += after

    left = body.after_cut(survives, dice)

    touched = {at for step in after if isinstance(step, Write) for at in range(step.offset, step.offset + 2000)}
    shortest = min([len(certain), *(step.size for step in after if isinstance(step, Truncation))])
    assert all(left[at] == certain[at] for at in range(shortest) if at not in touched)


@given(STEPS, st.randoms(use_true_random=False))
def test_a_cut_may_leave_nothing_or_everything_that_was_not_synced(
    steps: list[Write | Truncation], dice: random.Random
) -> None:
    whole = written(steps)
    whole.sync()

    assert written(steps).after_cut(Survives.NOTHING, dice) == b""
    assert written(steps).after_cut(Survives.EVERYTHING, dice) == bytes(whole.certain)


def test_a_write_may_be_torn_between_sectors_and_nowhere_else() -> None:
    body = written([Write(0, b"old." * SECTOR)])
    body.sync()
    body.unsure.append(Write(0, b"new." * SECTOR))

    found = {body.after_cut(Survives.ANY_SECTORS, random.Random(seed)) for seed in range(50)}

    sectors = {left[at : at + SECTOR] for left in found for at in range(0, len(left), SECTOR)}
    assert sectors == {b"old." * (SECTOR // 4), b"new." * (SECTOR // 4)}
    assert len(found) > 2


def test_a_new_file_bears_its_name_for_certain_once_its_folder_is_synced(tmp_path: Path) -> None:
    disk = ForgetfulDisk(dice=random.Random(1))
    path = tmp_path / "some.db"
    connection = StandIn(str(path), vfs=disk.name, run=lambda _, sql, statement: statement(sql))

    before = disk.after_cut(Survives.NOTHING)
    connection.execute("CREATE TABLE kegs (name TEXT)")  # its journal is new, so SQLite syncs the folder
    after = disk.after_cut(Survives.NOTHING)
    connection.close()

    assert path not in before
    assert path in after


def test_at_the_cut_the_statement_fails_and_nothing_is_written_any_more(tmp_path: Path) -> None:
    disk = ForgetfulDisk(dice=random.Random(1), cut_at=3)
    connection = StandIn(str(tmp_path / "some.db"), vfs=disk.name, run=lambda _, sql, statement: statement(sql))

    with pytest.raises(PowerCut):
        connection.execute("CREATE TABLE kegs (name TEXT)")
    left = disk.left
    connection.execute("CREATE TABLE taps (name TEXT)")
    connection.close()

    assert left is not None
    assert disk.left is left
