"""A tap's level over time as a Plotly figure of plain dicts: its levels, keg changes marked, and the thresholds."""

from html import escape
from itertools import pairwise
from typing import Any, Final

from components.level_history import KegChange, LevelHistory
from components.level_lines import Trace, level_traces
from components.tokens import FONT, PALETTE
from components.wall_clock import local_ms

USUAL_WIDTH_PX: Final = 900
"""The width that marks and labels are fitted to; the server does not know the screen's."""
LABEL_PX: Final = 8.0  # a character of a label
TOUCH_PX: Final = 14.0  # marks nearer to each other than this are drawn thin

Figure = dict[str, Any]


def figure_of(history: LevelHistory) -> Figure:
    """Give the figure; times are shown as the bar's own (each moment with the offset of its day)."""
    return {
        "data": [*level_traces(history), *(_change_traces(history) if history.changes else ())],
        "layout": _layout(history),
        "config": {"displayModeBar": False, "responsive": True, "doubleClick": "reset"},
    }


def _change_traces(history: LevelHistory) -> list[Trace]:
    """A vertical at each change, all of them one trace, and a named mark on top of it."""
    xs = [local_ms(change.at_ms, history.tz) for change in history.changes]
    thin = _touching(history)
    names = [escape(change.label, quote=False) for change in history.changes]  # Plotly reads tags in it
    return [
        {
            "type": "scatter", "mode": "lines", "x": [place for x in xs for place in (x, x, None)],
            "y": [0, 100, None] * len(xs), "hoverinfo": "skip",
            "line": {"color": PALETTE["maintenance"], "width": 1 if thin else 2, "dash": "dot"},
        },
        {
            # A new id each time: Plotly loses labels where it takes over the marks of another range.
            "type": "scatter", "mode": "markers+text", "uid": f"changes-{history.start_ms}",
            "x": xs, "y": [100] * len(xs),
            "text": [name if fits else "" for name, fits in zip(names, fitting_labels(history), strict=True)],
            "customdata": names,
            "textposition": ["top left" if _at_the_edge(one, history) else "top center" for one in history.changes],
            "textfont": {"color": PALETTE["maintenance"], "size": 13},
            "marker": {"symbol": "triangle-down", "size": 7 if thin else 12, "color": PALETTE["maintenance"]},
            "hovertemplate": "new keg: %{customdata}<extra></extra>",
            "cliponaxis": False,
        },
    ]  # fmt: skip


def fitting_labels(history: LevelHistory) -> list[bool]:
    """Which changes have room for their label: from the newest back, each that meets none to its right."""
    free_up_to = float("inf")
    fits: list[bool] = []
    for change in reversed(history.changes):
        place, length = _px(change.at_ms, history), len(change.label) * LABEL_PX
        right = place if _at_the_edge(change, history) else place + length / 2
        fits.append(right < free_up_to and length < USUAL_WIDTH_PX / 3)
        if fits[-1]:
            free_up_to = right - length - LABEL_PX
    return fits[::-1]


def _at_the_edge(change: KegChange, history: LevelHistory) -> bool:
    """Whether half of its label would lie beyond the chart: it is written to the left of its mark then."""
    return _px(change.at_ms, history) + len(change.label) * LABEL_PX / 2 > USUAL_WIDTH_PX


def _touching(history: LevelHistory) -> bool:
    places = [_px(change.at_ms, history) for change in history.changes]
    return any(after - before < TOUCH_PX for before, after in pairwise(places))


_TICKS: Final = (
    {"dtickrange": [None, 59_999], "value": "%H:%M:%S"},
    {"dtickrange": [60_000, 86_399_999], "value": "%H:%M\n%a %-d %b"},
    {"dtickrange": [86_400_000, 604_799_999], "value": "%a %-d %b"},
    {"dtickrange": [604_800_000, None], "value": "%-d %b"},
)
"""Dates as the rest of the page writes them, by how far the marks are apart (ms)."""


def _px(at_ms: int, history: LevelHistory) -> float:
    return (at_ms - history.start_ms) / max(1, history.end_ms - history.start_ms) * USUAL_WIDTH_PX


def _layout(history: LevelHistory) -> dict[str, Any]:
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
            "hoverformat": "%a %-d %b, %H:%M",
            "tickformatstops": list(_TICKS),
            "spikecolor": PALETTE["line"],
            "spikethickness": 1,
        },
        "yaxis": {**axis, "range": [0, 100], "ticksuffix": " %", "dtick": 20, "fixedrange": True},
        "shapes": [_threshold(history.warn_pct, PALETTE["warn"]), _threshold(history.crit_pct, PALETTE["crit"])],
    }


def _threshold(percent: float, colour: str) -> dict[str, Any]:
    line = {"color": colour, "width": 1, "dash": "dash"}
    return {"type": "line", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": percent, "y1": percent, "line": line}
