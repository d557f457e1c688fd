"""A year of ten taps every 30 s: how long one tap's chart takes, beside the bare roll-up query and DuckDB."""

import gc
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import nicegui.json
from bare import bare
from bars import LOCATION, T0, Bar, opened, ports_of, put_on, seal
from peers.duck import Duck
from report import AtMost, Report, alone, scratch
from timing import median_ms, once_ms
from year_rows import WEEK, Row, days_of, one_week, recorded

from app.pages.tap_history import history_of
from backend.domain.ids import TapId
from backend.domain.member import OWNER
from backend.embedded.compaction import Compaction
from backend.embedded.store import Store
from backend.ports import Ports
from backend.usecases.view_history import SPAN, Range, view_history
from backend.usecases.view_tap import TapView, view_tap
from components.history_figure import figure_of

_TAPS = 10
_TAP = TapId(LOCATION, 1)
_AIM_X = 3
_RANGES = {Range.YEAR: 21_600, Range.WEEK: 3600, Range.DAY: 900, Range.TWO_HOURS: 300}


def run(report: Report) -> None:
    """Load the year, timed apart; then each range bare, through the use case, and as the page gets it."""
    gc.set_threshold(100_000, 50, 1000)  # as the server does (app/main.py)
    length = timedelta(days=2 if report.small else 365)
    end = T0 + length
    report.progress("living through one week of the story")
    week = one_week(taps=_TAPS, seconds=int(min(length, WEEK).total_seconds()))
    with scratch() as folder:
        with opened(folder / "bar", taps=_TAPS) as bar:
            _load(report, bar, week, end)
        with Store(folder / "bar", now=end) as store:
            ports = ports_of(store)
            _cold(report, ports, store, end)
            for span in _RANGES:
                _range(report, ports, store, span, end)
        _peer(report, folder, week, end)


def _load(report: Report, bar: Bar, week: list[Row], end: datetime) -> None:
    """Record the year through History, a day at once, each day durable and each week sealed."""
    began, cpu, count, compaction = time.monotonic(), 0.0, 0, Compaction(bar.store)
    begins = T0
    while begins < end:
        kegs: dict[tuple[int, int], str] = {}
        for rows in days_of(week, begins=begins, until=end):
            for row in rows:
                if (row.number, row.keg) not in kegs:
                    kegs[row.number, row.keg] = _keg(bar, row, begins)
            batch = [
                recorded(row, begins=begins, seq=count + n, keg_id=kegs[row.number, row.keg])
                for n, row in enumerate(rows)
            ]
            before = time.process_time()
            count += bar.ports.history.record(batch)
            bar.store.sync()
            cpu += time.process_time() - before
        before = time.process_time()
        seal(compaction)
        cpu += time.process_time() - before
        begins += WEEK
        report.progress(f"{count:,} readings loaded, {time.monotonic() - began:.0f} s")
    bar.store.sync()
    report.line("year_readings", bar.ports.history.count())
    report.line("year_load_s", time.monotonic() - began)
    report.line("year_load_cpu_us_per_reading", cpu / count * 1e6)


def _keg(bar: Bar, row: Row, begins: datetime) -> str:
    """The keg of a reading; on the tap whose chart is drawn it is put on as a person does it."""
    if row.number == _TAP.number:
        return put_on(bar.ports, _TAP, at=begins + timedelta(seconds=row.after))
    return f"keg.{begins:%Y%m%d}.{row.number}.{row.keg}"


def _range(report: Report, ports: Ports, store: Store, span: Range, end: datetime) -> None:
    """One range of the chart, warm: bare, its points, the view of the use case, and the bytes for the browser."""
    length = _RANGES[span]

    def points() -> object:
        return ports.history.points(tap_id=_TAP, start=end - SPAN[span], end=end, bin_seconds=length)

    floor = median_ms(bare(store, points), times=15)
    report.line(f"year_{span}_bare_ms", floor)
    report.line(f"year_{span}_points_ms", median_ms(points, times=15))
    view = median_ms(lambda: view_history(ports, tap_id=_TAP, span=span, member=OWNER, now=end), times=15)
    report.line(f"year_{span}_view_ms", view)
    tap = _tap(ports, end)
    chart = median_ms(lambda: _chart(ports, tap, span, end), times=15)
    report.line(f"year_{span}_chart_ms", chart)
    report.line(f"year_{span}_chart_bytes", len(_chart(ports, tap, span, end)))
    report.line(f"year_{span}_chart_vs_bare_x", chart / floor, AtMost(_AIM_X) if span is Range.YEAR else None)


def _tap(ports: Ports, end: datetime) -> TapView:
    """What the page has in hand before it asks for a chart: its headline tells of it."""
    return view_tap(ports, tap_id=_TAP, member=OWNER, now=end)


def _chart(ports: Ports, tap: TapView, span: Range, end: datetime) -> str:
    """What the browser is sent for the chart, as NiceGUI encodes it."""
    view = view_history(ports, tap_id=_TAP, span=span, member=OWNER, now=end)
    return nicegui.json.dumps(figure_of(history_of(view, span=span, tap=tap)))


def _cold(report: Report, ports: Ports, store: Store, end: datetime) -> None:
    """The first chart after a start, its tap with it, with nothing of the file in memory."""
    _forget_pages(store.path)
    report.line("year_1y_chart_cold_ms", once_ms(lambda: _chart(ports, _tap(ports, end), Range.YEAR, end)))


def _forget_pages(path: Path) -> None:
    """Let the kernel drop what it holds of a file."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(file)


def _peer(report: Report, folder: Path, week: list[Row], end: datetime) -> None:
    """DuckDB on the same rows; its bins alone, nothing encoded."""
    duck = Duck(folder)
    try:
        first, beyond = int(T0.timestamp()), int(end.timestamp())
        report.line("year_duckdb_readings", duck.load(week, first=first, beyond=beyond))
        for span, seconds in _RANGES.items():
            since = beyond - int(SPAN[span].total_seconds())
            took = median_ms(
                lambda since=since, seconds=seconds: duck.bins(tap=1, first=since, beyond=beyond, seconds=seconds),
                times=5,
            )
            report.line(f"year_{span}_duckdb_ms", took)
    finally:
        duck.close()


if __name__ == "__main__":
    alone(run)
