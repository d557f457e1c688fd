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
    numbers = reading.boot, reading.seq
    if None in numbers:
        if not reading.digest:
            raise ValueError(f"a reading of {reading.device_id} has neither boot and seq nor a digest")
    elif not all(number is not None and 0 <= number <= _MAX_INTEGER for number in numbers):
        raise ValueError(f"boot and seq of a reading of {reading.device_id} must lie between 0 and 2^63: {numbers}")


def row_of(reading: Recorded, numbers: Mapping[str, int]) -> Row:
    """The row of a reading; raises ValueError or OverflowError for a weight that is not finite."""
    foreign = reading.boot is None or reading.seq is None
    return (
        epoch_ms(reading.measured_at),
        numbers[reading.tap_id.dimension],
        numbers[reading.device_id],
        _NO_NUMBER if foreign else reading.boot,
        _NO_NUMBER if foreign else reading.seq,
        reading.digest or "",
        NO_KEG if reading.keg_id is None else numbers[reading.keg_id],
        epoch_ms(reading.received_at),
        round(reading.weight_lbs * POUND),
        reading.stable,
        reading.raw,
        _times(reading.temp_f, _HUNDREDTHS),
        _times(reading.battery_v, _THOUSANDTHS),
        _times(reading.battery_pct, _HUNDREDTHS),
        reading.rssi,
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
    """Every name of devices, taps and kegs."""
    taps = {reading.tap_id for reading in readings}
    kegs = {reading.keg_id for reading in readings if reading.keg_id is not None}
    return {tap.dimension for tap in taps} | kegs | {reading.device_id for reading in readings}


def _times(value: float | None, factor: int) -> int | None:
    return None if value is None else round(value * factor)


def _over(value: int | None, factor: int) -> float | None:
    return None if value is None else value / factor
