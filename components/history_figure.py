"""A tap's level over time as a Plotly figure of plain dicts: one line and one band a keg, keg changes marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from itertools import groupby, pairwise
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from components.tokens import FONT, PALETTE

MOST_POINTS: Final = 500  # a trace; beyond it a browser on a small machine begins to stutter
USUAL_WIDTH_PX: Final = 900
"""The width that marks and labels are fitted to; the server does not know the screen's."""
LABEL_PX: Final = 8.0  # a character of a label
TOUCH_PX: Final = 14.0  # marks nearer to each other than this are drawn thin
_QUARTER_MS: Final = 900_000
_GAP_BINS: Final = 2.5  # a silence longer than this breaks the line

Trace = dict[str, Any]
Figure = dict[str, Any]


class LevelPoint(NamedTuple):
    """Levels (percent) of one keg in the bin that begins at `start_ms` (epoch milliseconds, UTC)."""

    start_ms: int
    keg: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KegChange:
    """When a keg was put on (epoch milliseconds, UTC), and what is written at its mark."""

    at_ms: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelNow:
    """The level (percent) of the keg on tap at `at_ms` (epoch milliseconds, UTC), as the page's headline tells it."""

    at_ms: int
    keg: str
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelHistory:
    """What the chart draws, in order of time. `key` names the range, so that zoom survives an update within it.

    The line ends at `now`, where it is known: a bin's average would stand beside another number in the headline.
    `since` says when the history begins, where that is later than the range.
    """

    key: str
    start_ms: int
    end_ms: int
    bin_ms: int
    points: Sequence[LevelPoint]
    changes: Sequence[KegChange]
    tz: str
    warn_pct: float = 20.0
    crit_pct: float = 10.0
    now: LevelNow | None = None
    since: str = ""


class _Dot(NamedTuple):
    """One point of a line, at its place on the axis (milliseconds of the bar's wall clock)."""

    x: int
    mean: float
    low: float
    high: float


def figure_of(history: LevelHistory) -> Figure:
    """Give the figure; times are shown as the bar's own (each moment with the offset of its day)."""
    traces: list[Trace] = []
    for dots in _lines(history):
        traces += _keg_traces(dots, history)
    if history.changes:
        traces.append(_change_marks(history))
    return {
        "data": traces,
        "layout": _layout(history),
        "config": {"displayModeBar": False, "responsive": True, "doubleClick": "reset"},
    }


def thinned(points: Sequence[LevelPoint]) -> list[LevelPoint]:
    """At most 500 points of one keg: neighbours are joined, keeping the lowest low and the highest high."""
    step = -(-len(points) // MOST_POINTS)
    if step <= 1:
        return list(points)
    return [_joined(points[at : at + step]) for at in range(0, len(points), step)]


def _joined(points: Sequence[LevelPoint]) -> LevelPoint:
    return LevelPoint(
        start_ms=points[0].start_ms,
        keg=points[0].keg,
        mean=sum(point.mean for point in points) / len(points),
        low=min(point.low for point in points),
        high=max(point.high for point in points),
    )


def local_ms(at_ms: float, tz: str) -> int:
    """A moment as the bar's wall clock shows it, in the milliseconds Plotly reads as UTC."""
    return int(at_ms + _ahead_ms(int(at_ms // _QUARTER_MS), tz))


@lru_cache(maxsize=100_000)
def _ahead_ms(quarter: int, tz: str) -> int:
    """By how much the wall clock is ahead of UTC in a quarter of an hour: no clock is set within one."""
    offset = datetime.fromtimestamp(quarter * _QUARTER_MS / 1000, tz=UTC).astimezone(ZoneInfo(tz)).utcoffset()
    return int(offset.total_seconds() * 1000) if offset else 0


def _lines(history: LevelHistory) -> list[list[_Dot]]:
    """The dots of each keg, the last of them ending at the present level."""
    kegs = [(keg, list(points)) for keg, points in groupby(history.points, key=lambda point: point.keg)]
    lines = [[_dot(point, history) for point in thinned(points)] for _, points in kegs]
    now = history.now
    if now is None:
        return lines
    if not kegs or kegs[-1][0] != now.keg:
        lines.append([])
    end = _Dot(x=local_ms(now.at_ms, history.tz), mean=now.percent, low=now.percent, high=now.percent)
    lines[-1] = [*(dot for dot in lines[-1] if dot.x < end.x), end]
    return lines


def _dot(point: LevelPoint, history: LevelHistory) -> _Dot:
    """A bin's point stands in its middle; of a bin that is not over, in the middle of what has passed."""
    length = min(history.bin_ms, max(0, history.end_ms - point.start_ms))
    x = local_ms(point.start_ms + length / 2, history.tz)
    return _Dot(x, point.mean, point.low, point.high)


def _runs(dots: Sequence[_Dot], bin_ms: int) -> list[list[_Dot]]:
    """Cut where the scale was silent; thinning makes the usual step longer, so it is taken from the dots."""
    steps = sorted(after.x - before.x for before, after in pairwise(dots))
    usual = max(bin_ms, steps[len(steps) // 2]) if steps else bin_ms
    runs: list[list[_Dot]] = [[dots[0]]]
    for dot in dots[1:]:
        if dot.x - runs[-1][-1].x > usual * _GAP_BINS:
            runs.append([])
        runs[-1].append(dot)
    return runs


def _keg_traces(dots: Sequence[_Dot], history: LevelHistory) -> list[Trace]:
    line_x: list[int | None] = []
    line_y: list[float | None] = []
    band_x: list[int | None] = []
    band_y: list[float | None] = []
    for run in _runs(dots, history.bin_ms):
        xs = [dot.x for dot in run]
        line_x += [*xs, None]
        line_y += [*(round(dot.mean, 1) for dot in run), None]
        band_x += [*xs, *reversed(xs), None]
        band_y += [*(round(dot.high, 1) for dot in run), *(round(dot.low, 1) for dot in reversed(run)), None]
    alone = len(dots) <= 2  # noqa: PLR2004 - one or two points make no line that can be seen
    return [
        {
            "type": "scatter", "mode": "lines", "x": band_x[:-1], "y": band_y[:-1], "fill": "toself",
            "fillcolor": PALETTE["beer"] + "40", "line": {"width": 0}, "hoverinfo": "skip",
        },
        {
            "type": "scatter", "mode": "lines+markers" if alone else "lines", "x": line_x[:-1], "y": line_y[:-1],
            "line": {"color": PALETTE["beer"], "width": 3}, "hovertemplate": "%{y:.0f} %<extra></extra>",
        },
    ]  # fmt: skip


def _change_marks(history: LevelHistory) -> Trace:
    names = [escape(change.label, quote=False) for change in history.changes]  # Plotly reads tags in it
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [local_ms(change.at_ms, history.tz) for change in history.changes],
        "y": [100] * len(history.changes),
        "text": [name if fits else "" for name, fits in zip(names, fitting_labels(history), strict=True)],
        "customdata": names,
        "textposition": "top center",
        "textfont": {"color": PALETTE["maintenance"], "size": 13},
        "marker": {"symbol": "triangle-down", "size": 7 if _touching(history) else 12, "color": PALETTE["maintenance"]},
        "hovertemplate": "new keg: %{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def fitting_labels(history: LevelHistory) -> list[bool]:
    """Which changes have room for their label: from the newest back, each that meets none to its right."""
    free_up_to = float("inf")
    fits: list[bool] = []
    for change in reversed(history.changes):
        middle, half = _px(change.at_ms, history), len(change.label) * LABEL_PX / 2
        fits.append(middle + half < free_up_to and half < USUAL_WIDTH_PX / 6)
        if fits[-1]:
            free_up_to = middle - half - LABEL_PX
    return fits[::-1]


def _touching(history: LevelHistory) -> bool:
    places = [_px(change.at_ms, history) for change in history.changes]
    return any(after - before < TOUCH_PX for before, after in pairwise(places))


def _px(at_ms: int, history: LevelHistory) -> float:
    return (at_ms - history.start_ms) / max(1, history.end_ms - history.start_ms) * USUAL_WIDTH_PX


def _layout(history: LevelHistory) -> dict[str, Any]:
    thin = _touching(history)
    axis = {"gridcolor": PALETTE["hair"], "linecolor": PALETTE["line"], "zeroline": False, "fixedrange": False}
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "color": PALETTE["muted"], "size": 14},
        "margin": {"l": 52, "r": 16, "t": 36, "b": 40},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": PALETTE["raised"], "font": {"color": PALETTE["text"], "size": 14}},
        "uirevision": history.key,
        "xaxis": {
            **axis,
            "type": "date",
            "range": [local_ms(history.start_ms, history.tz), local_ms(history.end_ms, history.tz)],
            "hoverformat": "%a %d %b, %H:%M",
            "spikecolor": PALETTE["line"],
            "spikethickness": 1,
        },
        "yaxis": {**axis, "range": [0, 100], "ticksuffix": " %", "dtick": 20, "fixedrange": True},
        "shapes": [
            *(_vertical(local_ms(change.at_ms, history.tz), thin=thin) for change in history.changes),
            _threshold(history.warn_pct, PALETTE["warn"]),
            _threshold(history.crit_pct, PALETTE["crit"]),
        ],
    }


def _vertical(x: int, *, thin: bool) -> dict[str, Any]:
    line = {"color": PALETTE["maintenance"], "width": 1 if thin else 2, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _threshold(percent: float, colour: str) -> dict[str, Any]:
    line = {"color": colour, "width": 1, "dash": "dash"}
    return {"type": "line", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": percent, "y1": percent, "line": line}
