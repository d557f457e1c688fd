"""What the soak says of what it saw."""

import csv
from pathlib import Path

import pytest
from report import Report
from soak import judge
from soak_samples import Burden, Sample, write_samples


def sample(minute: float, *, rss_mb: float = 150.0, descriptors: int = 28, wal_mb: float = 4.0) -> Sample:
    simulator = Burden(rss_mb=22.0, cpu_s=minute, descriptors=20, threads=1)
    return Sample(
        at_s=minute * 60,
        server=Burden(rss_mb=rss_mb, cpu_s=minute * 6, descriptors=descriptors, threads=12),
        simulator=simulator,
        wal_mb=wal_mb,
        db_mb=20 + minute * 0.06,
        health_ms=5.0,
        readings=int(minute * 6000),
        waiting=0,
        well=True,
        tiles=15,
        heap_mb=8.0,
    )


def told(samples: list[Sample], capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    judge(samples, Report())
    lines = [line.removeprefix("bench ").split(" ", 1) for line in capsys.readouterr().out.splitlines()]
    return {name: rest for name, rest in lines if name.startswith("soak_")}


def test_a_run_that_stays_as_it_is_holds_every_aim(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told([sample(minute) for minute in range(15, 121)], capsys)

    assert lines["soak_rss_slope_mb_per_hour"] == "0 aim<=5 ok"
    assert lines["soak_readings_per_second"] == "100"
    assert lines["soak_server_cpu_percent"] == "10"
    assert lines["soak_db_growth_bytes_per_reading"] == "10"
    assert [name for name, rest in lines.items() if rest.endswith("short")] == []


def test_memory_that_grows_is_told_by_the_hour(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told([sample(minute, rss_mb=150 + minute / 5) for minute in range(15, 121)], capsys)

    assert lines["soak_rss_slope_mb_per_hour"] == "12 aim<=5 short"


def test_descriptors_that_are_not_given_back_and_a_log_without_bound_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = told([sample(minute, descriptors=28 + minute, wal_mb=minute) for minute in range(15, 121)], capsys)

    assert lines["soak_more_descriptors"].endswith("short")
    assert lines["soak_wal_mb"] == "120 aim<=64 short"


def test_the_samples_can_be_read_as_a_table(tmp_path: Path) -> None:
    write_samples(tmp_path / "samples.csv", [sample(1), sample(2)])

    with (tmp_path / "samples.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert [row["at_s"] for row in rows] == ["60", "120"]
    assert rows[0]["server_rss_mb"] == "150.0"
