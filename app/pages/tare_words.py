"""What a tare page says: the three things that may stand on a platform, what came of it, and the tares before."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Final

from app.pages.tap_facts import TARE_WORDS, moment_words
from backend.domain.audit import Audited, Deed, Fact
from backend.domain.calibration import Method
from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.keg_type import keg_type
from backend.domain.offers import FULL_SHARE
from backend.domain.taring import FRESH_SHARE, MOST_OFF_LBS, SHELL_SHARE
from backend.domain.wizard import Step, TareOf, Wizard
from backend.usecases.view_tap import TapView
from components.stand_choice import Stands

NO_KEG: Final = "No keg is assigned to this tap: say first which keg stands there."
_KNOWN_BETTER: Final = (TareSource.WEIGHED_EMPTY, TareSource.STAMPED)
_TITLES: Final = {
    TareOf.PLATFORM: "Platform is empty",
    TareOf.EMPTY_KEG: "Empty keg is on",
    TareOf.FULL_KEG: "Full keg is on",
}


def choices_of(view: TapView, *, lbs: float | None) -> list[Stands]:
    """Give the three pictures, marked by what the scale reads (lb; None: not known)."""
    return [_platform(lbs), _empty(view.keg, lbs), _full(view, lbs)]


def _platform(lbs: float | None) -> Stands:
    does = "The scale should read zero. Where it is a little off, it is set to zero and read again."
    return _stands(TareOf.PLATFORM, does, fits=lbs is not None and abs(lbs) <= MOST_OFF_LBS)


def _empty(keg: Keg | None, lbs: float | None) -> Stands:
    if keg is None:
        return _stands(TareOf.EMPTY_KEG, "", no=NO_KEG)
    usual = keg_type(keg.type_id).tare_lbs or keg.tare.empty_lbs
    does = f"What it weighs is the shell of this keg. So far it is {tare_words(keg.tare)}."
    return _stands(TareOf.EMPTY_KEG, does, fits=lbs is not None and abs(lbs - usual) <= SHELL_SHARE * usual)


def _full(view: TapView, lbs: float | None) -> Stands:
    keg, ledger = view.keg, view.ledger
    if keg is None:
        return _stands(TareOf.FULL_KEG, "", no=NO_KEG)
    no = ""
    if keg.tare.source in _KNOWN_BETTER:
        no = f"Its shell is known already: {tare_words(keg.tare)}."
    elif ledger is not None and ledger.opening - ledger.remaining > FRESH_SHARE * ledger.opening:
        no = "Beer has left this keg already: weigh it when it is empty."
    does = f"What it weighs less {keg.beer_lbs:.1f} lb of beer is its shell. So far it is {tare_words(keg.tare)}."
    fits = lbs is not None and abs(lbs - keg.full_lbs) <= FULL_SHARE * keg.full_lbs
    return _stands(TareOf.FULL_KEG, does, fits=fits, no=no)


def _stands(of: TareOf, does: str, *, fits: bool = False, no: str = "") -> Stands:
    return Stands(name=of.value, picture=of.value, title=_TITLES[of], does=does, fits=fits, no=no)


def tare_words(tare: Tare) -> str:
    """A tare with how it is known: `29.7 lb, typical for its size (± 2.2 lb)`."""
    return f"{tare.empty_lbs:.1f} lb, {TARE_WORDS[tare.source]} (± {tare.plus_minus_lbs:.1f} lb)"


def confirm_words(wizard: Wizard) -> str:
    """What a button says that confirms the figure a tare asks about."""
    if not wizard.asks or wizard.residual_lbs is None:
        return ""
    if wizard.tare_of is TareOf.PLATFORM:
        return f"Nothing is on it: take {_signed(wizard.residual_lbs)} lb as zero"
    return f"It is empty: its shell weighs {wizard.residual_lbs:.1f} lb"


def told(wizard: Wizard, *, warnings: Sequence[str] = ()) -> str:
    """What became of a tare, or how far it is, in sentences; `warnings` of the scale are told with what is done."""
    if wizard.step is Step.DONE and warnings:
        return " ".join([_came_of(wizard), *(f"{one[:1].upper()}{one[1:]}." for one in warnings)])
    if wizard.step is Step.REFUSED:
        problem = wizard.problem or "the scale gave no reason"
        return f"Not tared: {problem}."
    if not wizard.step.over:
        return _UNDER_WAY.get(wizard.step, "Weighing for two seconds: leave it alone.")
    return _came_of(wizard)


def _came_of(wizard: Wizard) -> str:
    if wizard.problem and not wizard.undone:
        return f"Not taken back: {wizard.problem}."
    if wizard.undone or wizard.method is Method.UNDONE:
        return "Taken back: everything is as it was before."
    if wizard.tare_of is TareOf.PLATFORM:
        at_zero = f"The empty platform reads {_signed(wizard.residual_lbs)} lb"
        return f"{at_zero} after it was set to zero." if wizard.sent else f"{at_zero}: at zero, nothing had to be set."
    if wizard.tare is None:
        return "Tared."
    before = f" Before it was {tare_words(wizard.former_tare)}." if wizard.former_tare else ""
    return f"The shell of this keg weighs {tare_words(wizard.tare)}.{before}"


_UNDER_WAY: Final[Mapping[Step, str]] = {
    Step.SENDING: "The scale is told its new zero.",
    Step.CHECK: "The new zero is in force: reading the platform once more.",
}


def tare_rows(entries: Sequence[Audited], *, zone: tzinfo) -> list[tuple[str, str, str, str, str]]:
    """The tares before as rows: when, what, before, after, by whom."""
    return [_row(entry, zone) for entry in entries]


def _row(entry: Audited, zone: tzinfo) -> tuple[str, str, str, str, str]:
    shell = "empty_lbs" in entry.before or "empty_lbs" in entry.after
    what = "Shell of the keg" if shell else "Zero of the scale"
    said: Callable[[Mapping[str, Fact]], str] = _shell if shell else _zero
    undone = ", taken back" if entry.deed is Deed.TARE_UNDONE else ""
    return moment_words(entry.at, zone), what + undone, said(entry.before), said(entry.after), entry.by_name


def _shell(facts: Mapping[str, Fact]) -> str:
    lbs = facts.get("empty_lbs")
    return f"{lbs:.1f} lb" if isinstance(lbs, (int, float)) else ""


def _zero(facts: Mapping[str, Fact]) -> str:
    zero = facts.get("zero")
    return f"{zero:,} counts" if isinstance(zero, int) else ""


def _signed(lbs: float | None) -> str:
    return "about 0.00" if lbs is None else f"{lbs:+.2f}".replace("-0.00", "+0.00")
