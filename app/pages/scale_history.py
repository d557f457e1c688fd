"""What a scale computed with over time, and how far the kegs it saw say that it is off."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

from nicegui import ui

from app.pages.tap_facts import moment_words
from backend.domain.calibration import Calibration, Method
from backend.domain.drift import Life, span_of
from backend.domain.times import epoch_ms
from backend.usecases.view_scale import ScaleView
from components.scale_chart import ScaleChart, Series
from components.table import PlainTable
from components.words import Words

METHOD_WORDS: Final = {
    Method.KNOWN_WEIGHT: "known weight",
    Method.FULL_KEG: "fresh full keg",
    Method.ZERO: "zero set on an empty platform",
    Method.UNDONE: "the one before, taken back to",
    Method.REPORTED: "told by the scale",
}
MOST_SHOWN: Final = 12
_LEAST_PCT: Final = 1.0
_LEAST_LBS: Final = 0.4
_DAY_S: Final = 86_400.0


class ScaleHistory(ui.element):
    """Charts of factor, zero and drift, and the calibrations as a table."""

    def __init__(self) -> None:
        super().__init__("div")
        self._charts: list[ScaleChart] = []
        with self:
            self._said = Words("", "p").classes("ss-drift-said")
            self._place = ui.element("div").classes("ss-scale-charts")
            self._table = PlainTable(
                ("When", "How", "Factor", "Change", "Zero", "Zero moved", "Trust", "By"),
                figures=("Factor", "Change", "Zero", "Zero moved", "Trust"),
                most=MOST_SHOWN,
                empty="The scale has not told yet what it computes with.",
                stacks=True,
            )

    def show(self, view: ScaleView, *, now: datetime) -> None:
        """Show the history of this scale up to now."""
        zone = view.location.zone
        self._said.set_text(drift_words(view))
        series = [*_settings(view, now), *_drift(view, now)]
        if len(series) != len(self._charts):
            self._place.clear()
            with self._place:
                self._charts = [ScaleChart(one) for one in series]
        for chart, one in zip(self._charts, series, strict=True):
            chart.show(one)
        self._table.show(calibration_rows(view.calibrations, zone))


def drift_words(view: ScaleView) -> str:
    """Say how far the scale is off by the kegs it saw, and by its bare platform."""
    span, zero = view.drift.span, view.drift.zero
    if span is None:
        said = "Its span is not checked yet: that takes a keg that it saw full and empty since it was calibrated."
    else:
        kegs = "one keg" if span.kegs == 1 else f"{span.kegs} kegs"
        said = f"By {kegs} it shows {_pct(span.pct)} of the load too {_much(span.pct)}"
        said += f", give or take {2 * span.plus_minus_pct:.1f} %."
        said += " Calibrate it." if span.reported else ""
    if zero is not None:
        said += f" The bare platform reads {zero.lbs:+.2f} lb between kegs."
        said += " Tare it." if zero.reported else ""
    return said


def _pct(value: float) -> str:
    return f"{abs(value):.1f} %"


def _much(value: float) -> str:
    return "much" if value > 0 else "little"


def calibration_rows(found: Sequence[Calibration], zone: tzinfo) -> list[tuple[str, ...]]:
    """The calibrations (newest first) as rows, each beside the one before it."""
    those_before = [*found[1:], None]
    return [_row(one, before, zone) for one, before in zip(found, those_before, strict=True)]


def _row(one: Calibration, before: Calibration | None, zone: tzinfo) -> tuple[str, ...]:
    return (
        moment_words(one.calibrated_at, zone),
        METHOD_WORDS[one.method],
        f"{one.factor:,.1f}",
        f"{100 * (one.factor / before.factor - 1):+.2f} %" if before else "",
        f"{one.zero:,}",
        f"{(one.zero - before.zero) / one.factor:+.2f} lb" if before else "",
        f"± {one.plus_minus_pct:.1f} %" if one.plus_minus_pct is not None else "not known",
        one.by_name,
    )


def _settings(view: ScaleView, now: datetime) -> list[Series]:
    """Factor (percent beside the first) and zero (lb beside the first) as steps."""
    found = view.calibrations[::-1]
    if not found:
        return []
    first = found[0]
    factors = [(_at(one.calibrated_at), 100 * (one.factor / first.factor - 1)) for one in found]
    zeros = [(_at(one.calibrated_at), (one.zero - first.zero) / first.factor) for one in found]
    count = f"{len(found)} setting" + ("s" if len(found) > 1 else "")
    return [
        _series(
            "Factor, beside the first",
            "%",
            view,
            now,
            steps=factors,
            least=_LEAST_PCT,
            says=f"Factor over {count}: {factors[-1][1]:+.2f} percent beside the first.",
        ),
        _series(
            "Zero, beside the first",
            "lb",
            view,
            now,
            steps=zeros,
            least=_LEAST_LBS,
            says=f"Zero over {count}: {zeros[-1][1]:+.2f} pounds beside the first.",
        ),
    ]


def _drift(view: ScaleView, now: datetime) -> list[Series]:
    """What each keg said of the span, with twice its standard deviation, and the mean that is believed."""
    points = [point for life in view.drift.lives if (point := _point(life)) is not None]
    if not points:
        return []
    span = view.drift.span
    warn = view.location.settings.calibration_drift_warn
    return [
        _series(
            "Drift, by kegs seen full and empty",
            "%",
            view,
            now,
            points=sorted(points),
            band=(span.pct, 2 * span.plus_minus_pct) if span else None,
            limits=[-warn, warn],
            least=_LEAST_PCT,
            says=drift_words(view),
        )
    ]


def _point(life: Life) -> tuple[float, float, float] | None:
    found = span_of(life)
    return (_at(life.ended_at or life.tapped_at), found[0], 2 * found[1]) if found else None


def _series(  # noqa: PLR0913 - a chart is these values
    title: str,
    unit: str,
    view: ScaleView,
    now: datetime,
    *,
    steps: Sequence[tuple[float, float]] = (),
    points: Sequence[tuple[float, float, float]] = (),
    band: tuple[float, float] | None = None,
    limits: Sequence[float] = (),
    least: float,
    says: str,
) -> Series:
    end = _at(now)
    begun = min([end - _DAY_S, *(at for at, _ in steps), *(at for at, _, _ in points)])
    room = (end - begun) * 0.04
    zone = view.location.zone
    return Series(
        title=title,
        unit=unit,
        start=begun - room,
        end=end + (room if points else 0.0),
        first=moment_words(datetime.fromtimestamp(begun, tz=zone), zone),
        last="now",
        steps=steps,
        points=points,
        band=band,
        limits=limits,
        least_span=least,
        says=says,
    )


def _at(moment: datetime) -> float:
    return epoch_ms(moment) / 1000
