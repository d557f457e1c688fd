"""A tap's history as the chart draws it."""

from typing import Final

from backend.domain.location import Location
from backend.domain.times import epoch_ms
from backend.usecases.view_history import HistoryView, Range
from components.history_figure import KegChange, LevelHistory, LevelPoint

RANGE_WORDS: Final = {
    Range.TWO_HOURS: "2 hours",
    Range.DAY: "24 hours",
    Range.WEEK: "7 days",
    Range.MONTH: "30 days",
    Range.YEAR: "year",
}


def history_of(view: HistoryView, *, span: Range, location: Location) -> LevelHistory:
    """Give what the chart draws; bins without a level (no keg, keg lifted) leave a gap."""
    points = [
        LevelPoint(
            start_ms=epoch_ms(one.start),
            keg=one.keg_id,
            mean=one.mean.percent,
            low=one.low.percent if one.low else one.mean.percent,
            high=one.high.percent if one.high else one.mean.percent,
        )
        for one in view.bins
        if one.keg_id is not None and one.mean is not None
    ]
    changes = [
        KegChange(at_ms=epoch_ms(keg.tapped_at), label=view.beers.get(keg.keg_id, "New keg"))
        for keg in view.kegs.values()
        if keg.tapped_at is not None and view.start <= keg.tapped_at < view.end
    ]
    return LevelHistory(
        key=RANGE_WORDS[span],
        start_ms=epoch_ms(view.start),
        end_ms=epoch_ms(view.end),
        bin_ms=view.bin_seconds * 1000,
        points=points,
        changes=sorted(changes, key=lambda change: change.at_ms),
        tz=location.timezone,
        warn_pct=location.settings.low_keg_warning_pct,
        crit_pct=location.settings.low_keg_critical_pct,
    )
