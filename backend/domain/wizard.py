"""A wizard: a tare or a calibration that is under way, so that any browser can go on with it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from backend.domain.calibration import Fit, Method, Point
from backend.domain.ids import TapId
from backend.domain.keg import Tare

OPEN_FOR: Final = timedelta(hours=2)
"""So long after the last step a wizard can be gone on with; what was measured before that no longer holds."""
UNDO_FOR: Final = timedelta(hours=24)
"""So long a tare can be taken back."""


class WizardKind(StrEnum):
    """What it is for."""

    TARE = "tare"
    CALIBRATION = "calibration"


class Step(StrEnum):
    """Where it stands: what is to be done next, or what it waits for."""

    ASKING = "asking"  # the scale was asked something and has not answered
    EMPTY = "empty"  # take everything off, then measure
    LOADED = "loaded"  # put the known weight on, then measure
    REVIEW = "review"  # look at what was computed, then save
    SENDING = "sending"  # waiting for the scale to take its new zero and factor
    CHECK = "check"  # read the known weight, or the empty platform, back
    DONE = "done"
    REFUSED = "refused"  # nothing was changed; `problem` says why and what to do

    @property
    def over(self) -> bool:
        """Whether nothing more happens."""
        return self in {Step.DONE, Step.REFUSED}


class TareOf(StrEnum):
    """What stands on the platform when somebody says Tare."""

    PLATFORM = "platform"
    EMPTY_KEG = "empty_keg"
    FULL_KEG = "full_keg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a scale computes with: counts per lb, counts of the empty platform, and the revision of the two."""

    factor: float
    zero: int
    rev: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wizard:
    """One wizard of a scale; there is one at a time. All times are of the wall, except those of its points.

    `by` leads it. `present` is what the scale computes with now (None: it has not said), `sent` what it was told to
    take, `former` what stood before, for undo. `command_id` is the command it waits for. `problem` is a sentence for
    the person: what went wrong, and what to do. Of a tare: `keg_id`, the shell before (`former_tare`) and after
    (`tare`). `residual_lbs` is what was read back beside what should have been read; of a tare that is to be weighed,
    what a person confirmed, and of one that `asks`, what they are to confirm.
    """

    device_id: str
    location_id: str
    tap_id: TapId | None
    kind: WizardKind
    step: Step
    by: str
    by_name: str
    begun_at: datetime
    touched_at: datetime
    method: Method | None = None
    tare_of: TareOf | None = None
    present: Setting | None = None
    zero: Point | None = None
    known: Point | None = None
    fit: Fit | None = None
    sent: Setting | None = None
    former: Setting | None = None
    command_id: str | None = None
    problem: str | None = None
    keg_id: str | None = None
    tare: Tare | None = None
    former_tare: Tare | None = None
    residual_lbs: float | None = None
    undone: bool = False
    version: int = 0

    def open_at(self, wall: datetime) -> bool:
        """Whether it is under way and has not been left lying too long."""
        return not self.step.over and wall < self.touched_at + OPEN_FOR

    def led_by_another(self, sub: str, *, wall: datetime) -> bool:
        """Whether somebody else is in it."""
        return self.by != sub and self.open_at(wall)

    def may_be_undone(self, wall: datetime) -> bool:
        """Whether what it did can be taken back."""
        did = self.former is not None or self.former_tare is not None
        return self.step is Step.DONE and did and not self.undone and wall < self.touched_at + UNDO_FOR

    @property
    def asks(self) -> bool:
        """Whether a tare was not made because what was weighed (`residual_lbs`) is to be confirmed first."""
        refused = self.kind is WizardKind.TARE and self.step is Step.REFUSED
        return refused and self.residual_lbs is not None and self.sent is None

    def at(self, step: Step, *, wall: datetime, problem: str | None = None) -> Self:
        """Give the wizard at another step."""
        return replace(self, step=step, touched_at=wall, problem=problem)


def scale_said(error: str | None) -> str:
    """Give the sentence for why a scale did not do what it was asked, by its word."""
    return _SAID.get(error or "", f"the scale said {error or 'nothing'}: try again, then look at its self-test")


_AWAY: Final = "the scale did not answer: see that it has power and Wi-Fi, then try again"
_SAID: Final = {
    "expired": _AWAY,
    "no_answer": _AWAY,
    "unstable": "the weight is moving: let go, wait until it is still, and try again",
    "busy": "the scale is doing something else: try again in a minute",
    "fault": "the load cell cannot be read: see that its plug sits firmly, then run the self-test",
    "stale_rev": "the scale holds a newer calibration than the one known here: begin again, so that it is read first",
    "rolled_back": "the scale went back to its former settings: begin again",
    "flash": "the scale cannot keep settings: its memory is worn out, replace it",
    "unsupported": "this scale's firmware is too old for that: update it first",
    "bad_params": "the scale does not take these values: begin again",
    "restarted": "the scale restarted meanwhile: try again",
}
"""A sentence for each word of error a scale has."""
