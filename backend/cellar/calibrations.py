"""Rows of what a scale computes with: `DEVICE#SCALE-0042 / CALIBRATION` (in force), `/ CAL#<time>` (all there were)."""

from backend.cellar import rows
from backend.domain.calibration import Calibration, Method
from backend.domain.times import iso
from backend.ports import Item, Key, Put, Query, Value


def key(device_id: str) -> Key:
    """Where the calibration in force lies."""
    return Key(f"DEVICE#{device_id}", "CALIBRATION")


def put(calibration: Calibration) -> Put:
    """Write the calibration in force if nobody else has since it was read."""
    where = key(calibration.device_id)
    item = _item(calibration) | {"PK": where.pk, "SK": where.sk, "version": calibration.version + 1}
    return Put(item=item, expected_version=calibration.version)


def put_past(calibration: Calibration) -> Put:
    """List a calibration among all there were; the same one again is the same row."""
    where = f"CAL#{iso(calibration.calibrated_at)}"
    return Put(item=_item(calibration) | {"PK": f"DEVICE#{calibration.device_id}", "SK": where})


def past(device_id: str, *, limit: int) -> Query:
    """All calibrations of a scale, newest first."""
    return Query(partition=f"DEVICE#{device_id}", begins_with="CAL#", limit=limit, descending=True)


@rows.reads
def from_item(item: Item) -> Calibration:
    """Read a calibration, the one in force or one of the past; raises BadRow."""
    return Calibration(
        device_id=rows.text(item, "PK").removeprefix("DEVICE#"),
        factor=rows.number(item, "scale_factor"),
        zero=rows.whole(item, "zero_offset"),
        rev=rows.whole(item, "rev"),
        method=Method(rows.text(item, "method")),
        calibrated_at=rows.moment(item, "calibrated_at"),
        confirmed_at=rows.moment(item, "confirmed_at"),
        factor_since=rows.moment(item, "factor_since"),
        by=rows.text(item, "by"),
        by_name=rows.text(item, "by_name"),
        known_lbs=rows.number_or_none(item, "known_weight"),
        plus_minus_pct=rows.number_or_none(item, "plus_minus_pct"),
        residual_lbs=rows.number_or_none(item, "residual_lbs"),
        drift_pct=rows.number_or_none(item, "drift_pct"),
        drift_plus_minus_pct=rows.number_or_none(item, "drift_plus_minus_pct"),
        zero_drift_lbs=rows.number_or_none(item, "zero_drift_lbs"),
        version=rows.version_of(item),
    )


def _item(calibration: Calibration) -> dict[str, Value]:
    return {
        "scale_factor": calibration.factor,
        "zero_offset": calibration.zero,
        "rev": calibration.rev,
        "method": calibration.method.value,
        "calibrated_at": iso(calibration.calibrated_at),
        "confirmed_at": iso(calibration.confirmed_at),
        "factor_since": iso(calibration.factor_since),
        "by": calibration.by,
        "by_name": calibration.by_name,
        "known_weight": calibration.known_lbs,
        "plus_minus_pct": calibration.plus_minus_pct,
        "residual_lbs": calibration.residual_lbs,
        "drift_pct": calibration.drift_pct,
        "drift_plus_minus_pct": calibration.drift_plus_minus_pct,
        "zero_drift_lbs": calibration.zero_drift_lbs,
    }
