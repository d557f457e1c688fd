"""Which store files are refused, and why."""

import sqlite3
from pathlib import Path

from backend.embedded.migrations import user_version
from backend.embedded.steps import APPLICATION_ID, SCHEMA_VERSION


class StoreRefused(RuntimeError):  # noqa: N818 - the store refuses a file
    """The file in the data folder cannot be used; the message says what to do. The file is left as it was."""


class ForeignFile(StoreRefused):
    """A SQLite file of another program."""


class NewerFile(StoreRefused):
    """A file that a later version of this product has written."""


class DamagedFile(StoreRefused):
    """No SQLite file, or one with broken pages."""


def refuse_strangers(
    connection: sqlite3.Connection, path: Path, *, instead: str = "choose another folder with --data"
) -> None:
    """Raises ForeignFile, NewerFile, or sqlite3.DatabaseError where it is no database at all.

    `instead` is what a person may do rather than keep to this file.
    """
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    version = user_version(connection)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application_id != APPLICATION_ID:
        raise ForeignFile(f"{path} belongs to another program: {instead}")
    if version > SCHEMA_VERSION:
        raise NewerFile(
            f"{path} was written by a later version of Scale Sense (schema {version}, this one reads "
            f"{SCHEMA_VERSION}): install that version, or {instead}"
        )
