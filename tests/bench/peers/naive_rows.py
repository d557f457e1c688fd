"""The readings of the story as the naive consumer stores them: times as text, levels worked out, no telemetry."""

from story import Said, boot_of

from backend.domain.times import from_epoch_ms, iso

INSERT = (
    "INSERT INTO readings (scale, tap, measured_at, received_at, boot, seq, raw, stable, weight_lbs, percent, gallons) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
STATE = "INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?, ?)"
_EMPTY_LBS, _FULL_LBS, _GALLONS = 29.7, 160.5, 15.5


def row_of(said: Said) -> tuple[object, ...]:
    """A row of its `readings`."""
    share = (said.weight_lbs - _EMPTY_LBS) / (_FULL_LBS - _EMPTY_LBS)
    return (
        f"SCALE-{said.number:04d}",
        said.number,
        iso(from_epoch_ms(said.t * 1000)),
        iso(from_epoch_ms(said.received_ms)),
        boot_of(said.number),
        said.seq,
        said.raw,
        said.stable,
        said.weight_lbs,
        100.0 * share,
        _GALLONS * share,
    )


def state_of(said: Said) -> tuple[object, ...]:
    """A row of its `state`."""
    share = (said.weight_lbs - _EMPTY_LBS) / (_FULL_LBS - _EMPTY_LBS)
    return said.number, said.weight_lbs, 100.0 * share, _GALLONS * share, iso(from_epoch_ms(said.t * 1000))
