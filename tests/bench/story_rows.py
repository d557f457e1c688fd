"""What a scale of the story said, as history keeps it."""

from bars import device, tap_of
from story import Said, boot_of

from backend.domain.times import from_epoch_ms
from backend.ports import Recorded


def recorded(said: Said) -> Recorded:
    """The reading as history takes it."""
    return Recorded(
        device_id=device(said.number),
        boot=boot_of(said.number),
        seq=said.seq,
        digest=None,
        measured_at=from_epoch_ms(said.t * 1000),
        received_at=from_epoch_ms(said.received_ms),
        tap_id=tap_of(said.number),
        keg_id=f"keg.{said.number}.{said.keg}",
        weight_lbs=said.weight_lbs,
        stable=said.stable,
        raw=said.raw,
        temp_f=said.temp_f,
        rssi=said.rssi,
    )
