"""The raw trace of a pour that was touched in the list."""

from collections.abc import Iterator
from datetime import tzinfo
from itertools import groupby

from nicegui import ui

from app.ask import ask
from app.member import current_member
from app.pages.tap_facts import moment_words
from app.site import Site
from backend.domain.ids import TapId
from backend.domain.ledger import Pour
from backend.domain.units import OZ_PER_GALLON
from backend.usecases.view_pour import PourView, view_pour
from components.pour_trace import PourTrace, Trace
from components.words import Words


class PourPanel(ui.element):
    """The trace of one pour at a time; until one is touched it says how to see one."""

    def __init__(self, site: Site, tap_id: TapId, zone: tzinfo) -> None:
        super().__init__("div")
        self.classes("ss-one-pour")
        self._site = site
        self._tap_id = tap_id
        self._zone = zone
        with self:
            Words("Touch the time of a pour: what the scale weighed while it ran is drawn here.").classes("ss-muted")

    async def open(self, pour: Pour) -> None:
        """Show this pour's trace in place of the one before, where a person can see it."""
        view = await ask(
            view_pour,
            self._site.ports,
            tap_id=self._tap_id,
            pour_id=pour.pour_id,
            started_at=pour.started_at,
            member=current_member(),
        )
        self.clear()
        with self:
            heading = Words(moment_words(view.pour.started_at, self._zone, seconds=True), "h3")
            heading.props["tabindex"] = "-1"
            Words(pour_words(view.pour))
            if view.readings:
                PourTrace(trace_of(view))
                count = "1 weight was" if len(view.readings) == 1 else f"{len(view.readings)} weights were"
                Words(f"{count} told around it; the shade is the time it ran.").classes("ss-muted")
            else:
                Words("The readings of that time are kept no longer.").classes("ss-muted")
        ui.run_javascript(
            f"const heading = getHtmlElement({heading.id}); heading?.focus({{preventScroll: true}});"
            "heading?.scrollIntoView({block: 'nearest'});"
        )


def pour_words(pour: Pour) -> str:
    """Tell a pour in a sentence."""
    return (
        f"{pour.gallons * OZ_PER_GALLON:.1f} oz in {pour.seconds:.1f} s: "
        f"{pour.before_lbs:.2f} lb before, {pour.after_lbs:.2f} lb after, "
        f"{pour.before_lbs - pour.after_lbs:.2f} lb gone."
    )


def trace_of(view: PourView) -> Trace:
    """Give the weights around a pour by the seconds since it began."""
    pour = view.pour
    points = [
        (round(second, 2), round(reading.weight_lbs, 3))
        for second, reading in zip(_seconds(view), view.readings, strict=True)
    ]
    said = f"{len(points)} weights from {points[0][0]:.0f} to {points[-1][0]:.0f} seconds. {pour_words(pour)}"
    return Trace(points=points, before=pour.before_lbs, after=pour.after_lbs, seconds=pour.seconds, says=said)


def _seconds(view: PourView) -> Iterator[float]:
    """Say when each weight was measured; a scale tells whole seconds, so those of one second are spread over it."""
    for moment, run in groupby(view.readings, key=lambda reading: reading.measured_at):
        count = len(list(run))
        since = (moment - view.pour.started_at).total_seconds()
        yield from (since + place / count for place in range(count))
