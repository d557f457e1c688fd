"""The steps of a calibration, each as it is drawn: what to do, what was found, and what can be touched."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from nicegui import ui

from app.pages.calibrate_words import (
    LEADS,
    STEP_NAMES,
    TITLES,
    change_words,
    check_words,
    done_words,
    known_choices,
    known_words,
    place_of,
    sending_words,
    step_of,
)
from backend.domain.calibration import LEAST_KNOWN_LBS, MOST_KNOWN_LBS, Fit, Method
from backend.domain.maintenance import Aside
from backend.domain.wizard import Step, Wizard
from backend.usecases.wizards import WizardView
from components.choice_chips import ChoiceChips
from components.stepper import Stepper
from components.words import Words

OTHER: Final = "other"
HEADING: Final = "ss-step-heading"
"""The id of the heading that takes the focus when a step is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a calibration page draws: the wizard, the time the tap is set aside for, and what the page itself knows.

    `online` says whether the scale is heard, `known` which weight is chosen and `known_lbs` what it weighs as it
    was chosen, `sure` that a large change is being asked about, `full_lbs` what the keg on the tap weighs when full,
    `doubt` what is asked about a platform that does not read as empty, `metric` that the bar counts in liters.
    """

    view: WizardView
    aside: Aside | None
    until: str
    online: bool
    known: str
    known_lbs: float
    sure: bool
    full_lbs: float | None
    doubt: str = ""
    metric: bool = False

    @property
    def wizard(self) -> Wizard | None:
        """The wizard that is told of, open or over."""
        return self.view.wizard


class Acts(Protocol):
    """What can be done on the page; each re-checks who asks."""

    async def begin(self, method: Method, *, take_over: bool = False) -> None:
        """Begin, or begin anew in place of somebody else."""

    async def measure(self) -> None:
        """Take the point of this step."""

    async def back(self) -> None:
        """Go one step back."""

    async def save(self) -> None:
        """Send the result to the scale, or ask first whether a large change is meant."""

    async def finish(self) -> None:
        """End it without reading back."""

    async def cancel(self) -> None:
        """End it without a change."""

    async def undo(self) -> None:
        """Send the former values."""

    async def in_service(self) -> None:
        """Put the tap back in service."""

    async def choose(self, known: str) -> None:
        """Choose a known weight by its name."""

    def enter(self, lbs: float) -> None:
        """Enter a known weight (lb)."""


def draw_step(acts: Acts, seen: Seen) -> Words | None:
    """Draw where the wizard stands, in the present slot; gives the button that waits for a still platform, if any."""
    wizard = seen.wizard
    if wizard is None or not seen.view.open:
        _begin(acts, seen)
        return None
    _path(wizard)
    if not seen.view.mine:
        _somebody_else(acts, wizard)
        return None
    return _DRAWN[step_of(wizard)](acts, seen, wizard)


def _path(wizard: Wizard) -> None:
    names, at = STEP_NAMES[wizard.method or Method.KNOWN_WEIGHT], place_of(wizard)
    with ui.element("ol").classes("ss-steps"):
        for no, name in enumerate(names):
            with ui.element("li") as item:
                if no == at:
                    item.props["aria-current"] = "step"
                elif no < at:
                    item.classes("ss-step-done")
                Words("✓" if no < at else str(no + 1), "b")
                Words(name, "span")


def _heading(text: str, lead: str = "") -> None:
    heading = Words(text, "h2")
    heading.props["id"] = HEADING
    heading.props["tabindex"] = "-1"
    if lead:
        Words(lead).classes("ss-wizard-lead")


def _warned(sentence: str) -> None:
    Words(f"{sentence[:1].upper()}{sentence[1:]}{'' if sentence.endswith('.') else '.'}").classes("ss-warned")


def _begin(acts: Acts, seen: Seen) -> None:
    wizard = seen.wizard
    over = wizard if wizard is not None and wizard.method is not None and wizard.step.over else None
    if over is not None:
        _over(acts, seen, over)
    else:
        _heading("How shall it be calibrated?", LEADS["begin"])
    for warning in seen.view.warnings:
        _warned(warning)
    with ui.element("div").classes("ss-acts"):
        again = "Calibrate again with a known weight" if over is not None else "With a known weight"
        _button(again, lambda: acts.begin(Method.KNOWN_WEIGHT), first=over is None)
        _button("With the fresh full keg that stands on it", lambda: acts.begin(Method.FULL_KEG))
    _set_aside(acts, seen)


def _over(acts: Acts, seen: Seen, wizard: Wizard) -> None:
    if wizard.step is Step.REFUSED:
        _heading("Not calibrated")
        _warned(wizard.problem or "the scale gave no reason: begin again")
        return
    if wizard.problem and not wizard.undone:
        _heading("Not taken back")
        _warned(wizard.problem)
    else:
        _heading("Taken back" if wizard.undone else "Calibrated", done_words(wizard))
    if wizard.fit is not None and not wizard.undone:
        _results(wizard, wizard.fit)
    if seen.view.may_undo:
        with ui.element("div").classes("ss-acts"):
            _button("Undo this calibration", acts.undo)


def _set_aside(acts: Acts, seen: Seen) -> None:
    if seen.aside is None:
        return
    _warned(
        f"the tap is set aside until {seen.until}, so that an empty platform counts as no change of kegs. "
        "Put the keg back, then put the tap back in service"
    )
    with ui.element("div").classes("ss-acts"):
        _button("The keg is back: tap in service", acts.in_service)


def _somebody_else(acts: Acts, wizard: Wizard) -> None:
    _heading(f"{wizard.by_name} is calibrating this scale", f"Now: {TITLES[step_of(wizard)].lower()}. {LEADS['other']}")
    with ui.element("div").classes("ss-acts"):
        _button("Take over and begin anew", lambda: acts.begin(wizard.method or Method.KNOWN_WEIGHT, take_over=True))


def _empty(acts: Acts, seen: Seen, wizard: Wizard) -> Words:  # noqa: ARG001 - all steps are drawn alike
    _heading(TITLES["empty"], LEADS["empty"])
    if seen.doubt:
        _warned(seen.doubt)
    return _measured(acts, "Yes, it is empty: measure it" if seen.doubt else "Measure the empty platform")


def _loaded(acts: Acts, seen: Seen, wizard: Wizard) -> Words:
    if wizard.method is Method.FULL_KEG:
        weighs = f"It should weigh about {seen.full_lbs:.1f} lb. " if seen.full_lbs else ""
        _heading(TITLES["keg"], weighs + LEADS["keg"])
        return _measured(acts, "Measure the full keg")
    _heading(TITLES["loaded"], LEADS["loaded"])
    choices = {name: name for name in known_choices(metric=seen.metric)} | {OTHER: "Another weight"}
    ChoiceChips(choices, chosen=seen.known, label="Known weight", on_choice=acts.choose)
    if seen.known == OTHER:
        Stepper(
            value=seen.known_lbs,
            least=LEAST_KNOWN_LBS,
            most=MOST_KNOWN_LBS,
            steps=(0.1, 1, 10),
            unit="lb",
            label="Known weight",
            on_number=acts.enter,
        )
    return _measured(
        acts, f"Measure {known_words(seen.known, seen.known_lbs)}", back="Go back: measure the empty platform again"
    )


def _review(acts: Acts, seen: Seen, wizard: Wizard) -> None:
    fit = wizard.fit
    _heading(TITLES["review"], LEADS["review"])
    if fit is None:
        return
    _results(wizard, fit)
    if wizard.problem:
        _warned(wizard.problem)
    for warning in fit.warnings:
        _warned(warning)
    if seen.sure:
        _warned(f"{change_words(fit)}. Mostly the weight was another one than was said. Is it meant?")
    with ui.element("div").classes("ss-acts"):
        _button("Yes, save it" if seen.sure else "Save to the scale", acts.save, first=True)
        _button("Measure again", acts.back)
        _button("Cancel", acts.cancel)


def _sending(acts: Acts, seen: Seen, wizard: Wizard) -> None:
    _heading(TITLES["sending"], sending_words(online=seen.online))
    with ui.element("div").classes("ss-acts"):
        if wizard.command_id is None and wizard.method is not Method.UNDONE:
            _button("Send again", acts.save)
        _button("Cancel", acts.cancel)


def _check(acts: Acts, seen: Seen, wizard: Wizard) -> Words:  # noqa: ARG001 - all steps are drawn alike
    _heading(TITLES["check"], check_words(wizard))
    if wizard.problem:
        _warned(wizard.problem)
    with ui.element("div").classes("ss-acts"):
        button = _button("Read back", acts.measure, first=True)
        _button("Finish without reading back", acts.finish)
        _button("Undo", acts.undo)
    return button


def _measured(acts: Acts, verb: str, *, back: str = "") -> Words:
    with ui.element("div").classes("ss-acts"):
        button = _button(verb, acts.measure, first=True)
        if back:
            _button(back, acts.back)
        _button("Cancel", acts.cancel)
    return button


def _results(wizard: Wizard, fit: Fit) -> None:
    former = wizard.former or wizard.present
    with ui.element("dl").classes("ss-results"):
        was = f"before: {former.factor:,.1f}" if former and fit.change_pct is not None else "before: not known"
        change = f", {fit.change_pct:+.2f} %" if fit.change_pct is not None else ""
        _result("Factor, counts per lb", f"{fit.factor:,.1f}", was + change)
        moved = f"{fit.zero_shift_lbs:+.2f} lb" if fit.zero_shift_lbs is not None else "not known"
        _result("Zero has moved", moved, f"now {fit.zero:,} counts")
        _result("The factor can be off by", f"± {fit.plus_minus_pct:.2f} %", "weight, wander and noise together")


def _result(term: str, figure: str, more: str) -> None:
    with ui.element("div"):
        Words(term, "dt")
        with ui.element("dd"):
            Words(figure, "span")
            Words(more, "small")


def _button(text: str, act: Callable[[], Awaitable[None]], *, first: bool = False) -> Words:
    button = Words(text, "button").classes("ss-act ss-act-first" if first else "ss-act")
    button.props["type"] = "button"
    button.on("click", act, [])
    return button


_DRAWN: Final[dict[str, Callable[[Acts, Seen, Wizard], Words | None]]] = {
    "empty": _empty,
    "loaded": _loaded,
    "keg": _loaded,
    "review": _review,
    "sending": _sending,
    "check": _check,
}
