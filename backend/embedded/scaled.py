"""A reading as the whole numbers of a row of the hot log, and back."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.domain.ids import TapId
from backend.domain.times import epoch_ms, from_epoch_ms
from backend.embedded.names import NO_KEG
from backend.ports import Recorded

COLUMNS: Final = (
    "at, tap, device, boot, seq, digest, keg, received, weight, stable, raw, temp_f, battery_v, battery_pct, rssi"
)
POUND: Final = 10_000
"""Weights are kept in 1/10,000 lb (0.045 g)."""
_HUNDREDTHS: Final = 100
_THOUSANDTHS: Final = 1000
_NO_NUMBER: Final = -1
_MAX_INTEGER: Final = 2**63 - 1

Row = tuple[Any, ...]


def check_identity(reading: Recorded) -> None:
    """Raises ValueError where nothing tells this reading from another one."""
    boot, seq = reading.boot, reading.seq
    if boot is None or seq is None:
        if not reading.digest:
            raise ValueError(f"a reading of {reading.device_id} has neither boot and seq nor a digest")
    elif not (0 <= boot <= _MAX_INTEGER and 0 <= seq <= _MAX_INTEGER):
        raise ValueError(f"boot and seq of a reading of {reading.device_id} must lie between 0 and 2^63: {boot}, {seq}")


def row_of(reading: Recorded, numbers: Mapping[str, int], taps: Mapping[TapId, int]) -> Row:
    """The row of a reading, with the numbers of names and of taps.

    Raises ValueError or OverflowError for a weight that is not finite.
    """
    device, boot, seq, digest, measured, received, tap, keg, lbs, stable, raw, temp_f, volts, percent, rssi = reading
    foreign = boot is None or seq is None
    return (
        epoch_ms(measured),
        taps[tap],
        numbers[device],
        _NO_NUMBER if foreign else boot,
        _NO_NUMBER if foreign else seq,
        digest or "",
        NO_KEG if keg is None else numbers[keg],
        epoch_ms(received),
        round(lbs * POUND),
        stable,
        raw,
        None if temp_f is None else round(temp_f * _HUNDREDTHS),
        None if volts is None else round(volts * _THOUSANDTHS),
        None if percent is None else round(percent * _HUNDREDTHS),
        rssi,
    )


def reading_of(row: Row, names: Mapping[int, str | None], tap_id: TapId) -> Recorded:
    """The reading of a row; its figures are as exact as the row keeps them."""
    at, _, device, boot, seq, digest, keg, received, weight, stable, raw, temp_f, battery_v, battery_pct, rssi = row
    return Recorded(
        device_id=names[device] or "",
        boot=None if boot == _NO_NUMBER else boot,
        seq=None if seq == _NO_NUMBER else seq,
        digest=digest or None,
        measured_at=from_epoch_ms(at),
        received_at=from_epoch_ms(received),
        tap_id=tap_id,
        keg_id=names[keg],
        weight_lbs=weight / POUND,
        stable=None if stable is None else bool(stable),
        raw=raw,
        temp_f=_over(temp_f, _HUNDREDTHS),
        battery_v=_over(battery_v, _THOUSANDTHS),
        battery_pct=_over(battery_pct, _HUNDREDTHS),
        rssi=rssi,
    )


def names_in(readings: Sequence[Recorded]) -> set[str]:
    """Every name of devices and kegs; a tap's is its dimension."""
    kegs = {reading.keg_id for reading in readings if reading.keg_id is not None}
    return kegs | {reading.device_id for reading in readings}


def _over(value: int | None, factor: int) -> float | None:
    return None if value is None else value / factor
