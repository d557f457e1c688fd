"""Calibrating a scale: two known loads, or a fresh full keg, make its zero and factor; the scale confirms them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import sqrt
from typing import Final

from backend.cellar import calibrations
from backend.domain.calibration import (
    ASK_EMPTY_LBS,
    WANDER_LBS,
    Method,
    Point,
    another_load,
    fitted,
    verified,
)
from backend.domain.command import CommandName
from backend.domain.member import Act, Member
from backend.domain.refusal import Conflict, Invalid
from backend.domain.steadiness import Samples, Steadiness, steadiness
from backend.domain.wizard import Step, Wizard, WizardKind
from backend.ports import Action, Ports
from backend.usecases.known_load import full_keg, known_load
from backend.usecases.wizards import asked, begun, calibration_of, led, moved, scale_for, setting_of, stored

STREAM_HZ: Final = 10
STREAM_S: Final = 120
"""How long a scale streams for a step; the page asks again where somebody needs longer."""
_USUAL_FACTOR: Final = 9500.0
"""Counts per lb by which noise is judged before a scale has told its own factor."""


class NotEmpty(Conflict):
    """A platform that was to be empty reads `lbs` by the present calibration: a person says whether it is."""

    def __init__(self, lbs: float) -> None:
        """Say how much stands there, and ask."""
        super().__init__(f"{lbs:.1f} lb stand there by the present calibration. Is the platform really empty?")
        self.lbs = lbs


def begin_calibration(
    ports: Ports,
    *,
    device_id: str,
    method: Method = Method.KNOWN_WEIGHT,
    member: Member,
    now: datetime,
    wall: datetime,
    take_over: bool = False,
) -> Wizard:
    """Begin to calibrate a scale by a known weight, or by the fresh full keg that stands on it.

    The scale is asked for its settings and to stream. With `take_over` somebody else's wizard is ended.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such scale.
        Invalid: no other method can be begun, or the keg on it is not full any more.
        Conflict: somebody else is in a wizard of this scale, or no keg stands there.
    """
    scale = scale_for(ports, device_id=device_id, member=member, act=Act.CALIBRATE)
    if method not in {Method.KNOWN_WEIGHT, Method.FULL_KEG}:
        raise Invalid(f"a scale cannot be calibrated by {method.value}: choose a known weight or a fresh full keg")
    keg = full_keg(ports, scale) if method is Method.FULL_KEG else None
    wizard = Wizard(
        device_id=device_id,
        location_id=str(scale.location_id),
        tap_id=scale.tap_id,
        kind=WizardKind.CALIBRATION,
        step=Step.LOADED if keg else Step.EMPTY,
        by=member.sub,
        by_name=member.name,
        begun_at=wall,
        touched_at=wall,
        method=method,
        present=setting_of(calibration_of(ports, device_id)),
        keg_id=keg.keg_id if keg else None,
    )
    wizard = begun(ports, wizard, wall=wall, take_over=take_over)
    asked(ports, wizard, name=CommandName.GET_CONFIG, params={}, act=Act.CALIBRATE, now=now, wall=wall)
    _stream(ports, wizard, now=now, wall=wall)
    return wizard


def stream_again(ports: Ports, *, device_id: str, member: Member, now: datetime, wall: datetime) -> None:
    """Let the scale stream on for the wizard that is open. Raises Forbidden, NotFound, Conflict."""
    scale_for(ports, device_id=device_id, member=member, act=Act.CALIBRATE)
    wizard = stored(ports, device_id)
    if wizard is None or not wizard.open_at(wall):
        raise Conflict("no calibration is under way: begin one")
    _stream(ports, wizard, now=now, wall=wall)


def ask_stream(ports: Ports, *, device_id: str, now: datetime, wall: datetime) -> None:
    """Let the scale of a calibration that is to be read back stream, whoever watches."""
    wizard = stored(ports, device_id)
    if wizard is not None and wizard.kind is WizardKind.CALIBRATION and wizard.step is Step.CHECK:
        _stream(ports, wizard, now=now, wall=wall)


def look(samples: Samples, *, wizard: Wizard) -> Steadiness | None:
    """Say how still the platform is, by the factor the scale computes with; None before there is anything to say."""
    return steadiness(samples, factor=wizard.present.factor if wizard.present else _USUAL_FACTOR)


def take_point(  # noqa: PLR0913 - what is measured, what is said of it, who and when
    ports: Ports,
    *,
    device_id: str,
    samples: Samples,
    known_lbs: float | None = None,
    plus_minus_lbs: float | None = None,
    confirm: bool = False,
    member: Member,
    now: datetime,
    wall: datetime,
) -> Wizard:
    """Take what the platform carries now for the present step: empty, the known load, or the reading back of it.

    `known_lbs` is the known weight (lb) of the step `loaded`, `plus_minus_lbs` how far it may be off (0.2 % unless it
    is told). A full keg's weight is worked out from its size, beer and shell. `confirm` says that the platform is
    really empty although it reads more than `ASK_EMPTY_LBS` by the present calibration.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such scale.
        NotEmpty: the platform reads as if something stood there, and nobody has said that it is empty.
        Invalid: the platform does not stand still, the weight cannot be used, or no cell gives such a factor.
        Conflict: the wizard is over, led by another, or at a step where nothing is measured.
    """
    scale = scale_for(ports, device_id=device_id, member=member, act=Act.CALIBRATE)
    wizard = stored(ports, device_id)
    if wizard is None or wizard.kind is not WizardKind.CALIBRATION:
        raise Conflict("no calibration is under way: begin one")
    if wizard.step not in {Step.EMPTY, Step.LOADED, Step.CHECK}:
        raise Conflict(f"nothing is measured at this step ({wizard.step.value}): look at the wizard again")
    led(wizard, member=member, wall=wall, at=wizard.step)
    still = _still(samples, wizard=wizard, wall=wall)
    at, load_lbs, off_lbs = wizard.step, 0.0, WANDER_LBS
    if at is Step.EMPTY and not confirm:
        _look_empty(wizard, still)
    if at is Step.LOADED:
        load_lbs, off_lbs = known_load(ports, scale, wizard, known_lbs, plus_minus_lbs)
    point = Point(
        raw=still.mean_raw, sd_counts=still.sd_counts, known_lbs=load_lbs, plus_minus_lbs=off_lbs, taken_at=now
    )

    def step(before: Wizard) -> tuple[Wizard, Sequence[Action]]:
        led(before, member=member, wall=wall, at=at)
        if at is Step.CHECK:
            return _checked(ports, before, still, wall=wall)
        if at is Step.EMPTY:
            return replace(before.at(Step.LOADED, wall=wall), zero=point), ()
        return _reviewed(before, point, wall=wall), ()

    after = moved(ports, device_id, step)
    if after is None:
        raise Conflict("the calibration was ended meanwhile: begin again")
    return after


def finish_unread(ports: Ports, *, device_id: str, member: Member, wall: datetime) -> Wizard:
    """End a calibration that the scale has taken without reading it back.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such scale.
        Conflict: nothing waits to be read back, or the wizard is over or led by another.
    """
    scale_for(ports, device_id=device_id, member=member, act=Act.CALIBRATE)

    def step(before: Wizard) -> tuple[Wizard, Sequence[Action]]:
        led(before, member=member, wall=wall, at=Step.CHECK)
        return replace(before.at(Step.DONE, wall=wall), residual_lbs=None), ()

    after = moved(ports, device_id, step)
    if after is None:
        raise Conflict("no calibration is under way: begin one")
    return after


def measure_again(ports: Ports, *, device_id: str, member: Member, now: datetime, wall: datetime) -> Wizard:
    """Go one step back, to the known load or to the empty platform, and let the scale stream for it.

    Raises:
        Forbidden, NotFound: the member may not, or there is no such scale.
        Conflict: there is no step before, or the wizard is over or led by another.
    """
    scale_for(ports, device_id=device_id, member=member, act=Act.CALIBRATE)

    def step(before: Wizard) -> tuple[Wizard, Sequence[Action]]:
        led(before, member=member, wall=wall, at=before.step)
        if before.step is Step.REVIEW:
            full = before.method is Method.FULL_KEG  # its zero is the one in force, taken anew with the point
            zero = None if full else before.zero
            return replace(before.at(Step.LOADED, wall=wall), zero=zero, known=None, fit=None), ()
        if before.step is Step.LOADED and before.method is Method.KNOWN_WEIGHT:
            return replace(before.at(Step.EMPTY, wall=wall), zero=None), ()
        raise Conflict("there is no step before this one: cancel, and begin again")

    wizard = moved(ports, device_id, step)
    if wizard is None:
        raise Conflict("no calibration is under way: begin one")
    _stream(ports, wizard, now=now, wall=wall)
    return wizard


def _stream(ports: Ports, wizard: Wizard, *, now: datetime, wall: datetime) -> None:
    params = {"hz": STREAM_HZ, "seconds": STREAM_S}
    asked(ports, wizard, name=CommandName.STREAM, params=params, act=Act.CALIBRATE, now=now, wall=wall)


def _still(samples: Samples, *, wizard: Wizard, wall: datetime) -> Steadiness:
    """Give how still the platform is. Raises Conflict where nothing is streamed, Invalid where it moves."""
    if samples.old(wall):
        raise Conflict("the scale has stopped streaming: wait until it is heard again")
    still = look(samples, wizard=wizard)
    if still is None or not still.steady:
        raise Invalid("the platform does not stand still yet: let go, and wait until it is shown as still")
    return still


def _look_empty(wizard: Wizard, still: Steadiness) -> None:
    """Raises NotEmpty where the platform hardly is, by what the scale computes with now."""
    lbs = (still.mean_raw - wizard.present.zero) / wizard.present.factor if wizard.present else 0.0
    if abs(lbs) > ASK_EMPTY_LBS:
        raise NotEmpty(lbs)


def _reviewed(before: Wizard, known: Point, *, wall: datetime) -> Wizard:
    present = before.present
    zero = before.zero
    if zero is None:
        if present is None:
            raise Conflict("the scale has not told its present zero yet: wait until it is heard")
        # A full keg stands there already, so the zero in force is taken for the empty platform, with its wander.
        off = sqrt(2.0) * WANDER_LBS
        zero = Point(raw=present.zero, sd_counts=0.0, known_lbs=0.0, plus_minus_lbs=off, taken_at=known.taken_at)
    fit = fitted(zero=zero, known=known, present=(present.factor, present.zero) if present else None)
    return replace(before.at(Step.REVIEW, wall=wall), zero=zero, known=known, fit=fit)


def _checked(ports: Ports, before: Wizard, still: Steadiness, *, wall: datetime) -> tuple[Wizard, Sequence[Action]]:
    """Read the known load, or the empty platform, back by the factor that the scale has confirmed."""
    sent, known = before.sent, before.known
    if sent is None or known is None:
        raise Conflict("there is nothing to read back: begin again")
    weight = (still.mean_raw - sent.zero) / sent.factor
    if another_load(weight, known_lbs=known.known_lbs):
        load = "the keg" if before.method is Method.FULL_KEG else "your weight"
        other = (
            f"{weight:.1f} lb are read: neither the empty platform nor {load} ({known.known_lbs:.1f} lb). "
            "That says nothing about the calibration: put one of the two there alone, or finish without reading back"
        )
        return replace(before.at(Step.CHECK, wall=wall, problem=other), residual_lbs=None), ()
    should = known.known_lbs if abs(weight) > known.known_lbs / 2 else 0.0
    residual = weight - should
    if not verified(weight, known_lbs=should):
        wrong = f"{weight:.1f} lb are read where {should:.1f} lb should be: repeat the calibration, or undo it"
        return replace(before.at(Step.CHECK, wall=wall, problem=wrong), residual_lbs=residual), ()
    calibration = calibration_of(ports, before.device_id)
    beside = []
    if calibration is not None and calibration.rev == sent.rev:
        beside.append(calibrations.put(replace(calibration, residual_lbs=residual)))
    return replace(before.at(Step.DONE, wall=wall), residual_lbs=residual), beside
