"""The chart of a tap's level over time, or a sentence where there is nothing to draw yet."""

from nicegui import ui

from components.history_figure import figure_of
from components.level_history import LevelHistory


class HistoryChart(ui.element):
    """Level line with its band of lowest and highest, keg changes marked; 0 to 100 percent, the bar's own time."""

    def __init__(self) -> None:
        super().__init__("figure")
        self.classes("ss-chart").props("role=img")
        self.props["aria-label"] = "Level over time, not drawn yet"
        self._drawn: LevelHistory | None = None
        self._plot: ui.plotly | None = None  # never there unseen: Plotly complains of being resized while hidden
        with self:
            self._empty = ui.label().classes("ss-chart-empty")
            self._since = ui.label().classes("ss-chart-since")

    def show(self, history: LevelHistory) -> None:
        """Draw this history in place of the one before; nothing is sent where nothing has changed."""
        if history == self._drawn:
            return
        self._drawn = history
        self.props["aria-label"] = described(history)
        self._empty.set_visibility(not history.kegs)
        self._empty.set_text(described(history))
        self._since.set_visibility(bool(history.kegs and history.since))
        self._since.set_text(f"Since {history.since}: before that nothing is known of this tap.")
        if not history.kegs:
            self._take_away()
        elif self._plot is None:
            with self:
                self._plot = ui.plotly(figure_of(history)).classes("ss-chart-plot")
        else:
            self._plot.update_figure(figure_of(history))

    def _take_away(self) -> None:
        if self._plot is not None:
            self._plot.delete()
            self._plot = None


def described(history: LevelHistory) -> str:
    """Say in one sentence what the chart shows."""
    if not history.kegs:
        return f"No level in the last {history.key} yet. It appears here once this tap has a keg and a reading."
    first, last = history.kegs[0].means[0], history.now.percent if history.now else history.kegs[-1].means[-1]
    since = f", since {history.since}" if history.since else ""
    count = len(history.changes)
    changes = "no keg change" if count == 0 else "1 keg change" if count == 1 else f"{count} keg changes"
    return f"Level over the last {history.key}{since}: from {first:.0f} to {last:.0f} percent, {changes}."
