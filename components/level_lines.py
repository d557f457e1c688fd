"""The levels of all kegs as one line and one band, parted where the keg changes and where the scale was silent."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import sub
from typing import Any, Final, NamedTuple

from components.level_history import KegLevels, LevelHistory, LevelNow
from components.tokens import PALETTE
from components.wall_clock import local_column, local_ms

MOST_POINTS: Final = 500  # a keg; beyond it a browser on a small machine begins to stutter
_GAP_BINS: Final = 2.5  # a silence longer than this breaks the line
_UNSEEN: Final = 2  # so few points in a row make no line that can be seen

Trace = dict[str, Any]


class _Line(NamedTuple):
    """The points of one keg: their places on the axis (milliseconds of the bar's wall clock) and their percents."""

    xs: list[int]
    means: Sequence[float]
    lows: Sequence[float]
    highs: Sequence[float]


def level_traces(history: LevelHistory) -> list[Trace]:
    """A band from the lowest to the highest, the line of the means on it, and dots where there is too little of it.

    Three traces however many kegs there were: Plotly begins anew after each None.
    """
    line_x: list[int | None] = []
    line_y: list[float | None] = []
    band_x: list[int | None] = []
    band_y: list[float | None] = []
    dots_x: list[int] = []
    dots_y: list[float] = []
    for xs, means, lows, highs in _parted(history):
        line_x += xs
        line_y += means
        band_x += xs
        band_x += reversed(xs)
        band_y += highs
        band_y += reversed(lows)
        for column in (line_x, line_y, band_x, band_y):
            column.append(None)
        if len(xs) <= _UNSEEN:
            dots_x += xs
            dots_y += means
    line = {"color": PALETTE["beer"], "width": 3}
    return [
        {
            "type": "scatter", "mode": "lines", "x": band_x[:-1], "y": band_y[:-1], "fill": "toself",
            "fillcolor": PALETTE["beer"] + "40", "line": {"width": 0}, "hoverinfo": "skip",
        },
        {
            "type": "scatter", "mode": "lines", "x": line_x[:-1], "y": line_y[:-1], "line": line,
            "hovertemplate": "%{y:.0f} %<extra></extra>",
        },
        {
            "type": "scatter", "mode": "markers", "x": dots_x, "y": dots_y, "marker": {"color": PALETTE["beer"]},
            "hoverinfo": "skip",
        },
    ]  # fmt: skip


def thinned(levels: KegLevels) -> KegLevels:
    """At most 500 points of one keg: neighbours are joined, keeping the lowest low and the highest high."""
    step = -(-len(levels.starts_s) // MOST_POINTS)
    if step <= 1:
        return levels
    return levels._replace(
        starts_s=levels.starts_s[::step],
        means=[round(sum(means) / len(means), 1) for means in _by(step, levels.means)],
        lows=[min(lows) for lows in _by(step, levels.lows)],
        highs=[max(highs) for highs in _by(step, levels.highs)],
    )


def _by(step: int, column: Sequence[float]) -> Iterator[Sequence[float]]:
    return (column[at : at + step] for at in range(0, len(column), step))


def _parted(history: LevelHistory) -> Iterator[_Line]:
    for line in _lines(history):
        cuts = _silences(line.xs, history.bin_ms)
        if not cuts:
            yield line
            continue
        for begin, end in pairwise([0, *cuts, len(line.xs)]):
            means, lows, highs = (column[begin:end] for column in line[1:])
            yield _Line(line.xs[begin:end], means, lows, highs)


def _lines(history: LevelHistory) -> list[_Line]:
    """The points of each keg, the last of them ending at the present level."""
    lines = [_line(thinned(levels), history) for levels in history.kegs]
    if history.now is None:
        return lines
    if not lines or history.kegs[-1].keg != history.now.keg:
        lines.append(_Line([], [], [], []))
    lines[-1] = _ended(lines[-1], history.now, local_ms(history.now.at_ms, history.tz))
    return lines


def _line(levels: KegLevels, history: LevelHistory) -> _Line:
    """A bin's point stands in its middle; of a bin that is not over, in the middle of what has passed."""
    xs = local_column(levels.starts_s, after_ms=history.bin_ms // 2, tz=history.tz)
    last_ms = levels.starts_s[-1] * 1000
    if last_ms + history.bin_ms > history.end_ms:
        xs[-1] = local_ms(last_ms + max(0, history.end_ms - last_ms) / 2, history.tz)
    return _Line(xs, levels.means, levels.lows, levels.highs)


def _ended(line: _Line, now: LevelNow, x: int) -> _Line:
    """The line up to `x`, ending there at the present level."""
    kept = len(line.xs)
    while kept and line.xs[kept - 1] >= x:
        kept -= 1
    percent = round(now.percent, 1)
    means, lows, highs = ([*column[:kept], percent] for column in line[1:])
    return _Line([*line.xs[:kept], x], means, lows, highs)


def _silences(xs: Sequence[int], bin_ms: int) -> list[int]:
    """Where the first point after a silence stands; thinning makes the usual step longer, so it is taken from them."""
    steps = list(map(sub, xs[1:], xs))
    if not steps or max(steps) <= bin_ms * _GAP_BINS:
        return []
    usual = max(bin_ms, sorted(steps)[len(steps) // 2])
    return [at for at, step in enumerate(steps, start=1) if step > usual * _GAP_BINS]
