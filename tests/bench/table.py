"""The single table: what a row, a board and a commit cost, beside the bare statement in the same file."""

from collections.abc import Callable
from dataclasses import replace

from bare import bare
from bars import LOCATION, Bar, opened
from report import Report, alone, scratch
from timing import median_ms, median_wall_ms

from backend.cellar import taps
from backend.domain.member import OWNER
from backend.ports import Query
from backend.usecases.view_board import view_board


def run(report: Report) -> None:
    """Print microseconds of single calls, and of the board of 99 taps, the most a location has."""
    count = 4 if report.small else 99
    with scratch() as folder, opened(folder, taps=count) as bar:
        _single(report, bar, repeats=10 if report.small else 990)
        _board(report, bar)


def _single(report: Report, bar: Bar, *, repeats: int) -> None:
    key = taps.key(bar.taps[0])
    get = _us(bare(bar.store, lambda: bar.ports.table.get(key)), repeats)
    report.line("table_get_us", _us(lambda: bar.ports.table.get(key), repeats))
    report.line("table_get_bare_us", get)
    report.line("table_commit_shown_us", _us(lambda: _write(bar, durable=False), repeats))
    bar.store.sync()
    report.line("table_commit_durable_us", median_wall_ms(lambda: _write(bar, durable=True), times=repeats) * 1000)


def _write(bar: Bar, *, durable: bool) -> None:
    """One conditional change of a tap's row, as a use case makes it."""
    item = bar.ports.table.get(taps.key(bar.taps[0]))
    assert item is not None
    bar.ports.table.transact([taps.put(replace(taps.from_item(item), keg_id=None))], durable=durable)


def _board(report: Report, bar: Bar) -> None:
    wanted = Query(partition=f"LOCATION#{LOCATION}", begins_with=taps.PREFIX)
    floor = median_ms(bare(bar.store, lambda: bar.ports.table.query(wanted)))
    report.line("table_query_board_us", median_ms(lambda: bar.ports.table.query(wanted)) * 1000)
    report.line("table_query_board_bare_us", floor * 1000)
    whole = median_ms(lambda: view_board(bar.ports, location_id=LOCATION, member=OWNER))
    report.line("view_board_99_taps_ms", whole)


def _us(call: Callable[[], object], repeats: int) -> float:
    """Processor time of one call in microseconds, the median of five runs of many."""

    def many() -> None:
        for _ in range(repeats):
            call()

    return median_ms(many, times=5) / repeats * 1000


if __name__ == "__main__":
    alone(run)
