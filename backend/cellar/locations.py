"""Rows of a location: `LOCATION#loc-001 / META`, and the account's list of them, `ACCOUNT / LOC#loc-001`."""

from collections.abc import Mapping
from typing import Final

from backend.cellar import rows
from backend.domain.location import SETTING_KEYS, Location, Settings
from backend.domain.units import VolumeUnit
from backend.ports import Item, Key, Put, Value

ACCOUNT = "ACCOUNT"
_NO_NUMBERS: Final = {"volume_unit", "staff_may_assign"}


def key(location_id: str) -> Key:
    """Where a location lies."""
    return Key(f"LOCATION#{location_id}", "META")


def puts(location: Location) -> list[Put]:
    """Rows that make a location."""
    where = key(location.location_id)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "name": location.name,
        "address": location.address,
        "timezone": location.timezone,
        "settings": _settings_item(location.settings),
    }
    listed: Item = {"PK": ACCOUNT, "SK": f"LOC#{location.location_id}", "name": location.name}
    return [Put(item=item), Put(item=listed)]


@rows.reads
def from_item(item: Item) -> Location:
    """Read a location's META row; raises BadRow."""
    settings = item.get("settings")
    return Location(
        location_id=rows.text(item, "PK").removeprefix("LOCATION#"),
        name=rows.text(item, "name"),
        address=rows.text_or_none(item, "address") or "",
        timezone=rows.text(item, "timezone"),
        settings=_settings(settings) if isinstance(settings, Mapping) else Settings(),
    )


def _settings_item(settings: Settings) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name in SETTING_KEYS:
        value = getattr(settings, name)
        values[name] = value.value if isinstance(value, VolumeUnit) else value
    return values


def _settings(values: Mapping[str, Value]) -> Settings:
    numbers = {name: rows.number(values, name) for name in SETTING_KEYS if name not in _NO_NUMBERS and name in values}
    unit = VolumeUnit(rows.text_or_none(values, "volume_unit") or VolumeUnit.US_GALLON)
    may = rows.flag(values, "staff_may_assign", default=False)
    return Settings(volume_unit=unit, staff_may_assign=may, **numbers)
