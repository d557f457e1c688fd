"""A scale in full: what it computes with, what it computed with before, and how far it has drifted."""

from dataclasses import dataclass
from datetime import datetime

from backend.domain.calibration import Calibration
from backend.domain.ids import TapId
from backend.domain.location import Location
from backend.domain.member import Act, Member
from backend.domain.scale import Scale
from backend.ports import Ports
from backend.usecases import load
from backend.usecases.drift import DriftView, drift_now
from backend.usecases.save_calibration import view_calibrations
from backend.usecases.wizards import calibration_of, scale_for


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleView:
    """A scale, the tap it stands under, the calibration in force and all there were (newest first), and its drift.

    `tapped_at` is when the keg that stands on it was put on.
    """

    location: Location
    scale: Scale
    tap_id: TapId | None
    tapped_at: datetime | None
    calibration: Calibration | None
    calibrations: tuple[Calibration, ...]
    drift: DriftView


def view_scale(ports: Ports, *, device_id: str, member: Member) -> ScaleView:
    """Give all there is to say of a scale. Raises NotFound, Forbidden."""
    scale = scale_for(ports, device_id=device_id, member=member, act=Act.VIEW_LEVELS)
    location = load.location(ports, str(scale.location_id))
    return ScaleView(
        location=location,
        scale=scale,
        tap_id=scale.tap_id,
        tapped_at=load.tap(ports, scale.tap_id).tapped_at if scale.tap_id else None,
        calibration=calibration_of(ports, device_id),
        calibrations=tuple(view_calibrations(ports, device_id=device_id, member=member)),
        drift=drift_now(ports, device_id=device_id, location_id=location.location_id),
    )
