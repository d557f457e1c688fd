"""What a calibration page says at each step."""

from collections.abc import Mapping
from typing import Final

from backend.domain.calibration import PRESETS_LBS, Fit, Method
from backend.domain.taring import MOST_OFF_LBS
from backend.domain.wizard import Step, Wizard

STEP_NAMES: Final[Mapping[Method, tuple[str, ...]]] = {
    Method.KNOWN_WEIGHT: ("Empty", "Known weight", "Save", "Read back"),
    Method.FULL_KEG: ("Full keg", "Save", "Read back"),
    Method.UNDONE: ("Take back",),
}
TITLES: Final = {
    "empty": "Take everything off the platform",
    "loaded": "Put the known weight on",
    "keg": "Leave the full keg alone",
    "review": "Look at the result",
    "sending": "Waiting for the scale",
    "check": "Read it back",
}
LEADS: Final = {
    "begin": (
        "You need two minutes and a weight you know, best 20 kg or more. "
        "Without one a fresh full keg will do, within about 1.5 %."
    ),
    "empty": "Nothing may touch the platform, no hose and no hand. The ring closes once it has been still for 3 s.",
    "loaded": "Alone and in the middle. Say which weight it is, and wait until the ring closes.",
    "keg": "What it weighs is worked out from its size, its beer and its shell. Wait until the ring closes.",
    "review": "Nothing has changed yet: the scale gets it when you save.",
    "other": "What they measured is on their screen; here you can watch, or begin anew.",
}
_EXACT_LBS: Final = 0.005
_OVER: Final = {
    Method.UNDONE: "The scale computes with its former zero and factor again.",
}


def step_of(wizard: Wizard) -> str:
    """Name how an open wizard is drawn."""
    if wizard.step is Step.LOADED and wizard.method is Method.FULL_KEG:
        return "keg"
    return wizard.step.value


def place_of(wizard: Wizard) -> int:
    """Give at which of its named steps a wizard stands."""
    if wizard.method is Method.UNDONE:
        return 0
    at = {Step.EMPTY: 0, Step.LOADED: 1, Step.REVIEW: 2, Step.SENDING: 2, Step.CHECK: 3}.get(wizard.step, 0)
    return max(0, at - 1) if wizard.method is Method.FULL_KEG else at


def known_words(known: str, lbs: float) -> str:
    """Name the chosen weight: `20 kg`, `44.1 lb`."""
    return known if known in PRESETS_LBS else f"{lbs:.1f} lb"


def change_words(fit: Fit) -> str:
    """Say how far the factor would change."""
    if fit.change_pct is None:
        return "The present factor is not known, so nobody can say how far this is from it"
    return f"The factor changes by {fit.change_pct:+.1f} %: that is a lot"


def sending_words(*, online: bool) -> str:
    """Say what is waited for, and that nobody needs to stand by."""
    if online:
        return "It was sent; the scale answers within seconds."
    return (
        "The scale is asleep or away. It is told as soon as it is heard, within a quarter of an hour; "
        "this page may be closed meanwhile."
    )


def check_words(wizard: Wizard) -> str:
    """Say what is to be read back."""
    known = wizard.known.known_lbs if wizard.known else 0.0
    if wizard.method is Method.FULL_KEG:
        return f"The scale has taken it. The keg should now read {known:.1f} lb: wait until the ring closes."
    return (
        f"The scale has taken it. The weight should now read {known:.1f} lb, the empty platform 0: "
        "either will do, wait until the ring closes. With the keg back on, finish without reading back."
    )


def done_words(wizard: Wizard) -> str:
    """Say how it ended."""
    if wizard.undone or wizard.method is Method.UNDONE:
        return _OVER[Method.UNDONE]
    off = wizard.residual_lbs
    return f"The scale computes with its new zero and factor. {_read_back(off)}".rstrip()


def _read_back(off: float | None) -> str:
    if off is None:
        return "It was not read back."
    if abs(off) < _EXACT_LBS:
        return "Read back, it is right to a hundredth of a pound."
    return f"Read back, it is {abs(off):.2f} lb {'over' if off > 0 else 'under'}."


def placed_words(*, counts: float, known_lbs: float, factor: float, empty_lbs: float = 0.0) -> str:
    """Say that the known load is not on yet, by how far the counts have moved since it was empty; empty if it is.

    `empty_lbs` is what the empty platform read by the present calibration when it was measured.
    """
    doubted = abs(empty_lbs) > MOST_OFF_LBS
    if abs(counts / factor) <= known_lbs / 2:
        if doubted:
            return (
                f"Nothing has changed since the platform was measured empty (at {empty_lbs:.1f} lb): put the weight "
                "on. If something stood there then, take it off and measure the empty platform again."
            )
        return "Put the weight on: nothing has changed since the platform was measured empty."
    if doubted and counts / factor < 0:
        return (
            f"It is lighter now than when it was measured empty (at {empty_lbs:.1f} lb), so something stood there: "
            "measure the empty platform again."
        )
    return ""


def bare_words(lbs: float | None, *, most: float) -> str:
    """Doubt that the platform is empty, where what it reads (lb) says otherwise."""
    if lbs is None or abs(lbs) <= most:
        return "It stands still: measure it."
    return f"It stands still, but {lbs:.1f} lb stand there by the present calibration: is nothing on it?"


def known_choices(*, metric: bool) -> list[str]:
    """Name the usual weights, those in the units of the bar first."""
    return sorted(PRESETS_LBS, key=lambda name: name.endswith("kg") is not metric)
