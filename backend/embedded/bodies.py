"""The bodies of items: JSON, as bytes by the fast writer, as text where only the slow one can write a number."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from backend.ports import Item

BROKEN: Final = (ValueError, sqlite3.OperationalError)
"""What reading and decoding raise where a body is broken; the second is also raised for much else."""


def encoded(item: Item) -> bytes | str:
    """JSON; bytes by the fast writer, text where only the slow one can (whole numbers beyond 64 bits)."""
    try:
        return orjson.dumps(item, default=_plain)
    except TypeError:
        return json.dumps(item, default=_plain, ensure_ascii=False, allow_nan=False)


def decoded(body: bytes | str) -> Item:
    """The item of a body; raises ValueError where what the file holds is none."""
    # Encoding refuses text that was no UTF-8 in the file, see `leniently`.
    item = json.loads(body.encode()) if isinstance(body, str) else orjson.loads(body)
    if not isinstance(item, dict):
        raise ValueError(f"no item, but {item!r:.40}")  # noqa: TRY004 - like all else that is wrong with a body
    return item


@contextlib.contextmanager
def leniently(connection: sqlite3.Connection, broken: Exception | None = None) -> Iterator[None]:
    """Let text that is no UTF-8 any more be read too: a body that `decoded` refuses, a key that nobody asks for.

    Raises `broken`, where one of BROKEN is given, if it was raised for something else.
    """
    if isinstance(broken, sqlite3.Error) and "decode" not in str(broken):
        raise broken
    connection.text_factory = _lenient
    try:
        yield
    finally:
        connection.text_factory = str


def _lenient(text: bytes) -> str:
    """What is no UTF-8 becomes lone surrogates."""
    return text.decode("utf-8", errors="surrogateescape")


def _plain(value: object) -> object:
    """Mappings and sequences that are no dict and list, as such."""
    return dict(value) if isinstance(value, Mapping) else list(value)  # type: ignore[call-overload]  # limits let no other through
