"""A location (a bar): where it is, its time, and the settings its alerts and screens go by."""

from dataclasses import dataclass, field, fields
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.domain.ids import checked_id
from backend.domain.refusal import Invalid
from backend.domain.units import VolumeUnit

_BOUNDS: Final = {
    "low_keg_warning_pct": (0, 100),
    "low_keg_critical_pct": (0, 100),
    "low_keg_warning_hours": (0, 240),
    "low_keg_critical_hours": (0, 240),
    "offline_warning_secs": (30, 86_400),
    "offline_critical_secs": (60, 604_800),
    "battery_warning_pct": (0, 100),
    "battery_critical_pct": (0, 100),
    "calibration_drift_warn": (0, 100),
}
FOR_EVER: Final = 0.0
"""For `history_days`: nothing is dropped by age."""
_HISTORY_DAYS: Final = (7, 3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Thresholds under the specification's keys (percent, hours, seconds), the unit of volumes, and `history_days`.

    So long (days, or FOR_EVER) are readings and what charts are drawn from kept. `staff_may_assign` lets Staff put on
    any beer, not only the same again or what is queued as next.
    """

    low_keg_warning_pct: float = 20.0
    low_keg_critical_pct: float = 10.0
    low_keg_warning_hours: float = 8.0
    low_keg_critical_hours: float = 2.0
    offline_warning_secs: float = 300.0
    offline_critical_secs: float = 1800.0
    battery_warning_pct: float = 20.0
    battery_critical_pct: float = 10.0
    calibration_drift_warn: float = 2.0
    history_days: float = 365.0
    volume_unit: VolumeUnit = VolumeUnit.US_GALLON
    staff_may_assign: bool = False

    def __post_init__(self) -> None:
        """Refuse thresholds out of bounds, or critical ones that would speak before their warning."""
        for key, (least, most) in _BOUNDS.items():
            value = getattr(self, key)
            if not least <= value <= most:
                raise Invalid(f"{key} = {value} is out of bounds: give {least} to {most}")
        least, most = _HISTORY_DAYS
        if self.history_days != FOR_EVER and not least <= self.history_days <= most:
            raise Invalid(f"history_days = {self.history_days} is out of bounds: give {least} to {most}, or 0 (no end)")
        for key in ("low_keg", "battery"):
            if getattr(self, f"{key}_critical_pct") > getattr(self, f"{key}_warning_pct"):
                raise Invalid(f"{key}_critical_pct must not lie above {key}_warning_pct")
        if self.offline_critical_secs < self.offline_warning_secs:
            raise Invalid("offline_critical_secs must not be shorter than offline_warning_secs")


SETTING_KEYS: Final = tuple(spec.name for spec in fields(Settings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A bar by its id (`loc-001`), in its IANA time zone."""

    location_id: str
    name: str
    timezone: str
    address: str = ""
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        """Refuse a bar without a name, or in no time zone."""
        checked_id(self.location_id, kind="location")
        if not self.name.strip():
            raise Invalid("a location needs a name")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise Invalid(f"{self.timezone[:60]!r} is no time zone: write one like America/Los_Angeles") from unknown

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.timezone)
