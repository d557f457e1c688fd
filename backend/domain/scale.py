"""A scale: the device under a keg, where it stands, and whether it is heard."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from backend.domain.ids import TapId, checked_id
from backend.domain.reading import StatusReport, clock_agrees


class ScaleStatus(StrEnum):
    """What is known of a scale."""

    UNCLAIMED = "unclaimed"
    ONLINE = "online"
    OFFLINE = "offline"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A scale by its device id.

    `session` names its present connection. `clock_trusted` is False while its last birth message told a time
    that differed from ours by more than 120 s. `heard_at` is receipt of its last status message.
    """

    device_id: str
    location_id: str | None = None
    tap_id: TapId | None = None
    status: ScaleStatus = ScaleStatus.UNCLAIMED
    fw_version: str | None = None
    session: int | None = None
    clock_trusted: bool = True
    claims_pours: bool = False
    reset: str | None = None
    heard_at: datetime | None = None
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse an id that cannot stand in a topic."""
        checked_id(self.device_id, kind="device")


def after_status(scale: Scale, report: StatusReport, *, tolerance_scale: float = 1.0) -> Scale | None:
    """Give the scale after a birth message or a last will; None where the message changes nothing.

    A last will of an earlier connection that arrives after the birth of the next is not believed, unless it is what
    the broker retained: then no birth came after it.
    """
    if scale.status is ScaleStatus.RETIRED:
        return None
    if not report.online:
        another = report.session != scale.session and not report.retained
        if another or scale.status is ScaleStatus.OFFLINE:
            return None
        return replace(scale, status=ScaleStatus.OFFLINE, session=report.session, heard_at=report.received_at)
    if report.retained and report.session == scale.session and scale.status is ScaleStatus.ONLINE:
        return None
    return replace(
        scale,
        status=ScaleStatus.ONLINE,
        fw_version=report.fw or scale.fw_version,
        session=report.session,
        clock_trusted=_trusted(scale, report, tolerance_scale),
        claims_pours=report.pours,
        reset=report.reset or scale.reset,
        heard_at=report.received_at,
    )


def _trusted(scale: Scale, report: StatusReport, tolerance_scale: float) -> bool:
    """Whether the times of this boot can be used; a birth without a time, or an old one, says nothing about that."""
    if report.sent_t is None or report.retained:
        return scale.clock_trusted or report.session != scale.session
    return clock_agrees(report.sent_t, received_at=report.received_at, tolerance_scale=tolerance_scale)
