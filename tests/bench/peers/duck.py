"""The same year in DuckDB: one file, one row a reading, bins by GROUP BY."""

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb
from year_rows import WEEK, Row

_TABLE = """
CREATE TABLE readings (
    tap SMALLINT, moment BIGINT, received BIGINT, seq BIGINT, keg VARCHAR, weight DOUBLE, raw INTEGER, stable BOOLEAN,
    temp_f DOUBLE, rssi SMALLINT
)
"""
_COPY = """
INSERT INTO readings
SELECT tap, ? + after, ? + after + late / 1000, ? + row_number() OVER (), ? || '.' || tap || '.' || keg,
       weight, raw, stable, temp_f, rssi
FROM week WHERE ? + after < ? ORDER BY after
"""
_BINS = """
SELECT moment // $bin * $bin AS start, keg, count(*), avg(weight), min(weight), max(weight), arg_max(weight, moment)
FROM readings WHERE tap = $tap AND moment >= $first AND moment < $beyond GROUP BY start, keg ORDER BY start, keg
"""


class Duck:
    """The peer's file, opened."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "peer.duckdb"
        self._folder = folder
        self._db = duckdb.connect(str(self.path), config={"threads": 1})

    def load(self, week: Sequence[Row], *, first: int, beyond: int) -> int:
        """Write the week again and again from `first` to `beyond` (epoch s); gives how many rows."""
        rows = self._folder / "week.csv"
        with rows.open("w", encoding="ascii", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("after", "late", "tap", "keg", "weight", "raw", "stable", "temp_f", "rssi"))
            for row in week:
                shown = (row.after, row.late_ms, row.number, row.keg, row.weight_lbs, row.raw, row.stable, row.temp_f)
                writer.writerow((*shown, row.rssi))
        self._db.execute(_TABLE)
        self._db.execute(f"CREATE TEMP TABLE week AS SELECT * FROM read_csv('{rows}')")  # noqa: S608 - our own file
        begins = first
        while begins < beyond:
            self._db.execute(_COPY, (begins, begins, begins, str(begins), begins, beyond))
            begins += int(WEEK.total_seconds())
        self._db.execute("CHECKPOINT")
        return int(self._db.execute("SELECT count(*) FROM readings").fetchall()[0][0])

    def bins(self, *, tap: int, first: int, beyond: int, seconds: int) -> list[tuple[object, ...]]:
        """The bins of one tap, each keg by itself."""
        asked = {"bin": seconds, "tap": tap, "first": first, "beyond": beyond}
        return self._db.execute(_BINS, asked).fetchall()

    def close(self) -> None:
        """Give the file up."""
        self._db.close()
