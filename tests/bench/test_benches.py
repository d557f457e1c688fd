"""Every bench runs to its end at its smallest; how fast is for `./check bench` to tell."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from backend.wire.messages import ReadingMessage

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the tests are no package; the benches are plain modules beside them

from ingest_burst import payloads  # noqa: E402 - found through the line above
from report import AtLeast, AtMost, Report  # noqa: E402 - the same
from run import BENCHES, Bench, run_all  # noqa: E402 - the same

LINE = re.compile(r"^bench [a-z0-9_]+ -?[0-9.]+( aim(<=|>=)[0-9.]+ (ok|short))?$")


@pytest.mark.parametrize("bench", [bench.name for bench in BENCHES])
def test_a_bench_runs_to_its_end_and_prints_its_lines(bench: str) -> None:
    told = subprocess.run(
        [sys.executable, str(HERE / f"{bench}.py"), "--small"],
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        check=False,
        text=True,
    )

    lines = [line for line in told.stdout.splitlines() if line.startswith("bench ")]
    assert told.returncode == 0, told.stderr
    assert lines
    assert [line for line in lines if not LINE.match(line)] == []


def test_the_burst_says_all_that_real_scales_say() -> None:
    said = [ReadingMessage.parse(payload) for payload in payloads(scale=5, count=300, before=1_774_000_000)]

    told = {"boot", "seq", "t", "weight_lbs", "raw", "stable", "cal", "temp_f", "battery_v", "battery_pct", "rssi"}
    assert all(told <= one.model_fields_set for one in said)
    pours = [one.pour.claim() for one in said if one.pour]
    assert len(pours) == 10
    assert all(0.8 < pour.before_lbs - pour.after_lbs < 1.0 for pour in pours)


def test_a_figure_stands_beside_its_aim_and_says_whether_it_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()

    report.line("a_ratio_x", 5.25, AtLeast(5))
    report.line("a_size_bytes", 6.5, AtMost(6))
    report.line("a_count", 10_512_000)
    report.line("a_moment_ms", 0.000125)

    assert capsys.readouterr().out.splitlines() == [
        "bench a_ratio_x 5.25 aim>=5 ok",
        "bench a_size_bytes 6.5 aim<=6 short",
        "bench a_count 10512000",
        "bench a_moment_ms 0.000125",
    ]


def test_a_bench_that_breaks_fails_the_run_but_a_short_figure_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "slow.py").write_text("print('bench slow_x 1 aim>=2 short')\n", "utf-8")
    (tmp_path / "broken.py").write_text("print('bench broken_x 3 aim>=2 ok')\nraise SystemExit(3)\n", "utf-8")

    short = run_all([Bench("slow", 20)], folder=tmp_path)
    broken = run_all([Bench("slow", 20), Bench("broken", 20)], folder=tmp_path)

    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("held")]
    assert (short, broken) == (0, 1)
    assert told == ["held: 0 of 1 aims; short: slow_x", "held: 1 of 2 aims; short: slow_x; broke: broken"]


def test_a_bench_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text(
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open(sys.argv[0] + '.pid', 'w').write(str(child.pid))\n"
        "child.wait()\n",
        "utf-8",
    )

    ended = run_all([Bench("endless", 1)], folder=tmp_path)

    started = int((tmp_path / "endless.py.pid").read_text("utf-8"))
    assert ended == 1
    assert not psutil.pid_exists(started) or psutil.Process(started).status() == psutil.STATUS_ZOMBIE
