"""Why a number is what it is: each part with how far it may be off, how it is known, and what would make it better."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import ui

from components.styles import use_styles
from components.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One part of a level, in words: `effect` is what its doubt does to the level, `share` (0 to 1) of all doubt."""

    name: str
    value: str
    known: str = ""
    off: str = ""
    effect: str = ""
    share: float = 0.0
    advice: str = ""


class Reasons(ui.element):
    """The parts as a list of terms; where the terms are the same, only changed ones are drawn anew."""

    def __init__(self) -> None:
        use_styles("reasons.css")
        super().__init__("dl")
        self.classes("ss-facts ss-reasons")
        self._told: list[Reason] = []
        self._parts: list[ui.element] = []

    def show(self, reasons: Sequence[Reason]) -> None:
        """Show these parts in place of those before."""
        if [one.name for one in reasons] != [one.name for one in self._told]:
            self._told = []
            self.clear()
            with self:
                self._parts = [_part(reason.name) for reason in reasons]
        before: Sequence[Reason | None] = self._told or [None] * len(reasons)
        for part, was, reason in zip(self._parts, before, reasons, strict=True):
            if reason != was:
                part.clear()
                with part:
                    _tell(reason)
        self._told = list(reasons)


def _part(name: str) -> ui.element:
    with ui.element("div").classes("ss-reason"):
        Words(name, "dt")
        return ui.element("dd")


def _tell(reason: Reason) -> None:
    with ui.element("p").classes("ss-reason-value"):
        Words(reason.value, "b")
        if reason.off:
            Words(reason.off, "span").classes("ss-muted ss-reason-off")
    if reason.known:
        Words(reason.known).classes("ss-muted")
    if reason.effect:
        with ui.element("p").classes("ss-reason-effect"):
            bar = ui.element("i").style(f"--share: {min(1.0, max(0.0, reason.share)):.3f}")
            bar.props["aria-hidden"] = "true"
            Words(reason.effect, "span")
    if reason.advice:
        Words(reason.advice).classes("ss-reason-advice")
