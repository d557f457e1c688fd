"""The naive consumer: paho, pydantic, and one SQLite commit for each message, as a sensible home developer writes it.

FROZEN: what others are measured against may not move. A test holds the digest of this file; write another peer beside
it rather than changing this one.

It does what one would do in an evening and does it right: it checks the message, works the level out from the keg's
shell and its beer, keeps the newest state of each tap and every reading, and commits (WAL, synchronous=FULL) before the
callback returns, which is when paho acknowledges. It knows no duplicates, pours, swaps, clocks or roll-ups.

python naive.py PORT FOLDER COUNT: says `ready` once it is subscribed, and after COUNT readings one line of JSON.
"""

import json
import resource
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import BaseModel, Field

LBS_PER_GALLON = 8.345
SCALES = 50

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE taps (scale TEXT PRIMARY KEY, number INTEGER, empty_lbs REAL, full_lbs REAL, gravity REAL);
CREATE TABLE state (tap INTEGER PRIMARY KEY, weight_lbs REAL, percent REAL, gallons REAL, updated_at TEXT);
CREATE TABLE readings (
    id INTEGER PRIMARY KEY, scale TEXT NOT NULL, tap INTEGER NOT NULL, measured_at TEXT NOT NULL,
    received_at TEXT NOT NULL, boot INTEGER, seq INTEGER, raw INTEGER, stable INTEGER,
    weight_lbs REAL NOT NULL, percent REAL, gallons REAL
);
CREATE INDEX readings_by_tap ON readings (tap, measured_at);
"""


class Reading(BaseModel):
    """A message of a scale."""

    weight_lbs: float = Field(ge=-100, le=1000)
    v: int = 1
    boot: int | None = None
    seq: int | None = None
    t: int | None = None
    raw: int | None = None
    stable: bool | None = None


class Tap:
    """What is known of a tap."""

    def __init__(self, number: int, empty_lbs: float, full_lbs: float, gravity: float) -> None:
        self.number = number
        self.empty_lbs = empty_lbs
        self.full_lbs = full_lbs
        self.gravity = gravity

    def level(self, weight_lbs: float) -> tuple[float, float]:
        """Percent and US gallons."""
        net = max(0.0, weight_lbs - self.empty_lbs)
        percent = min(100.0, 100.0 * net / (self.full_lbs - self.empty_lbs))
        return percent, net / (LBS_PER_GALLON * self.gravity)


class Consumer:
    """Takes readings until it has seen so many, then says what that cost."""

    def __init__(self, folder: Path, count: int) -> None:
        self.db = sqlite3.connect(folder / "naive.db", check_same_thread=False)
        self.db.executescript(SCHEMA)
        self.db.executemany(
            "INSERT INTO taps VALUES (?, ?, 29.7, 160.5, 1.01)",
            [(f"SCALE-{number:04d}", number) for number in range(1, SCALES + 1)],
        )
        self.db.commit()
        self.taps = {scale: Tap(*rest) for scale, *rest in self.db.execute("SELECT * FROM taps")}
        self.count = count
        self.taken = 0
        self.cpu_before = 0.0

    def on_connect(self, client: Client, *_rest: Any) -> None:
        """Subscribe."""
        client.subscribe("keg/readings/+", qos=1)

    def on_subscribe(self, *_rest: Any) -> None:
        """Tell that the burst may begin."""
        self.cpu_before = cpu_seconds()
        print("ready", flush=True)  # noqa: T201 - whoever started us reads it

    def on_message(self, client: Client, _userdata: Any, message: MQTTMessage) -> None:
        """Check, compute, store, commit."""
        reading = Reading.model_validate_json(message.payload)
        scale = message.topic.rpartition("/")[2]
        tap = self.taps[scale]
        received_at = datetime.now(tz=UTC)
        measured_at = datetime.fromtimestamp(reading.t, tz=UTC) if reading.t is not None else received_at
        percent, gallons = tap.level(reading.weight_lbs)
        with self.db:
            self.db.execute(
                "INSERT INTO readings (scale, tap, measured_at, received_at, boot, seq, raw, stable, weight_lbs, "
                "percent, gallons) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    scale,
                    tap.number,
                    measured_at.isoformat(),
                    received_at.isoformat(),
                    reading.boot,
                    reading.seq,
                    reading.raw,
                    reading.stable,
                    reading.weight_lbs,
                    percent,
                    gallons,
                ),
            )
            self.db.execute(
                "INSERT INTO state VALUES (?, ?, ?, ?, ?) ON CONFLICT (tap) DO UPDATE SET weight_lbs = "
                "excluded.weight_lbs, percent = excluded.percent, gallons = excluded.gallons, "
                "updated_at = excluded.updated_at WHERE excluded.updated_at >= state.updated_at",
                (tap.number, reading.weight_lbs, percent, gallons, measured_at.isoformat()),
            )
        self.taken += 1
        if self.taken == self.count:
            client.disconnect()


def cpu_seconds() -> float:
    """Processor time of this process, all threads, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(port: int, folder: Path, count: int) -> None:
    """Take so many readings and say what that cost."""
    consumer = Consumer(folder, count)
    client = Client(CallbackAPIVersion.VERSION2, client_id="naive", clean_session=True)
    client.on_connect = consumer.on_connect
    client.on_subscribe = consumer.on_subscribe
    client.on_message = consumer.on_message
    client.connect("127.0.0.1", port)
    client.loop_forever()
    ended = time.monotonic()
    (rows,) = consumer.db.execute("SELECT count(*) FROM readings").fetchone()
    took = {"stored": rows, "cpu_s": cpu_seconds() - consumer.cpu_before, "ended": ended}
    print(json.dumps(took), flush=True)  # noqa: T201 - the same


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
