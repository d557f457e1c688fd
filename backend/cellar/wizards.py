"""The row of a wizard: `DEVICE#SCALE-0042 / WIZARD`; one a scale, so two people cannot be in two at once."""

from collections.abc import Mapping

from backend.cellar import rows
from backend.domain.calibration import Fit, Method, Point
from backend.domain.ids import TapId
from backend.domain.keg import Tare, TareSource
from backend.domain.times import iso
from backend.domain.wizard import Setting, Step, TareOf, Wizard, WizardKind
from backend.ports import Delete, Item, Key, Put, Value


def key(device_id: str) -> Key:
    """Where the wizard of a scale lies."""
    return Key(f"DEVICE#{device_id}", "WIZARD")


def put(wizard: Wizard) -> Put:
    """Write a wizard if nobody else has since it was read."""
    where = key(wizard.device_id)
    item: Item = {
        "PK": where.pk,
        "SK": where.sk,
        "location": wizard.location_id,  # not loc_id: the row stands in no index
        "tap_id": str(wizard.tap_id) if wizard.tap_id else None,
        "kind": wizard.kind.value,
        "step": wizard.step.value,
        "by": wizard.by,
        "by_name": wizard.by_name,
        "begun_at": iso(wizard.begun_at),
        "touched_at": iso(wizard.touched_at),
        "method": wizard.method.value if wizard.method else None,
        "tare_of": wizard.tare_of.value if wizard.tare_of else None,
        "present": _setting_item(wizard.present),
        "zero": _point_item(wizard.zero),
        "known": _point_item(wizard.known),
        "fit": _fit_item(wizard.fit),
        "sent": _setting_item(wizard.sent),
        "former": _setting_item(wizard.former),
        "command_id": wizard.command_id,
        "problem": wizard.problem,
        "keg_id": wizard.keg_id,
        "tare": _tare_item(wizard.tare),
        "former_tare": _tare_item(wizard.former_tare),
        "residual_lbs": wizard.residual_lbs,
        "undone": wizard.undone,
        "version": wizard.version + 1,
    }
    return Put(item=item, expected_version=wizard.version)


def forget(wizard: Wizard) -> Delete:
    """Remove a wizard if nobody else has changed it since it was read."""
    return Delete(key=key(wizard.device_id), expected_version=wizard.version)


@rows.reads
def from_item(item: Item) -> Wizard:
    """Read a wizard; raises BadRow."""
    tap, method, tare_of = (rows.text_or_none(item, name) for name in ("tap_id", "method", "tare_of"))
    return Wizard(
        device_id=rows.text(item, "PK").removeprefix("DEVICE#"),
        location_id=rows.text(item, "location"),
        tap_id=TapId.parse(tap) if tap else None,
        kind=WizardKind(rows.text(item, "kind")),
        step=Step(rows.text(item, "step")),
        by=rows.text(item, "by"),
        by_name=rows.text(item, "by_name"),
        begun_at=rows.moment(item, "begun_at"),
        touched_at=rows.moment(item, "touched_at"),
        method=Method(method) if method else None,
        tare_of=TareOf(tare_of) if tare_of else None,
        present=_setting(item.get("present")),
        zero=_point(item.get("zero")),
        known=_point(item.get("known")),
        fit=_fit(item.get("fit")),
        sent=_setting(item.get("sent")),
        former=_setting(item.get("former")),
        command_id=rows.text_or_none(item, "command_id"),
        problem=rows.text_or_none(item, "problem"),
        keg_id=rows.text_or_none(item, "keg_id"),
        tare=_tare(item.get("tare")),
        former_tare=_tare(item.get("former_tare")),
        residual_lbs=rows.number_or_none(item, "residual_lbs"),
        undone=rows.flag(item, "undone", default=False),
        version=rows.version_of(item),
    )


def _setting_item(setting: Setting | None) -> Value:
    return None if setting is None else {"factor": setting.factor, "zero": setting.zero, "rev": setting.rev}


def _setting(value: Value) -> Setting | None:
    if not isinstance(value, Mapping):
        return None
    return Setting(factor=rows.number(value, "factor"), zero=rows.whole(value, "zero"), rev=rows.whole(value, "rev"))


def _point_item(point: Point | None) -> Value:
    if point is None:
        return None
    return {
        "raw": point.raw,
        "sd_counts": point.sd_counts,
        "known_lbs": point.known_lbs,
        "plus_minus_lbs": point.plus_minus_lbs,
        "taken_at": iso(point.taken_at),
    }


def _point(value: Value) -> Point | None:
    if not isinstance(value, Mapping):
        return None
    return Point(
        raw=rows.number(value, "raw"),
        sd_counts=rows.number(value, "sd_counts"),
        known_lbs=rows.number(value, "known_lbs"),
        plus_minus_lbs=rows.number(value, "plus_minus_lbs"),
        taken_at=rows.moment(value, "taken_at"),
    )


def _fit_item(fit: Fit | None) -> Value:
    if fit is None:
        return None
    return {
        "factor": fit.factor,
        "zero": fit.zero,
        "plus_minus_pct": fit.plus_minus_pct,
        "change_pct": fit.change_pct,
        "zero_shift_lbs": fit.zero_shift_lbs,
        "warnings": list(fit.warnings),
    }


def _fit(value: Value) -> Fit | None:
    if not isinstance(value, Mapping):
        return None
    return Fit(
        factor=rows.number(value, "factor"),
        zero=rows.whole(value, "zero"),
        plus_minus_pct=rows.number(value, "plus_minus_pct"),
        change_pct=rows.number_or_none(value, "change_pct"),
        zero_shift_lbs=rows.number_or_none(value, "zero_shift_lbs"),
        warnings=rows.texts(value, "warnings"),
    )


def _tare_item(tare: Tare | None) -> Value:
    return None if tare is None else {"empty_lbs": tare.empty_lbs, "source": tare.source.value}


def _tare(value: Value) -> Tare | None:
    if not isinstance(value, Mapping):
        return None
    return Tare(empty_lbs=rows.number(value, "empty_lbs"), source=TareSource(rows.text(value, "source")))
