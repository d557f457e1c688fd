"""A tap's history as the chart draws it."""

from datetime import datetime
from itertools import groupby, repeat
from operator import attrgetter
from typing import Final

from backend.domain.level import percents_of
from backend.domain.location import Location
from backend.domain.shown import Load
from backend.domain.times import epoch_ms
from backend.usecases.view_history import HistoryView, Range
from backend.usecases.view_tap import TapView
from components.history_figure import KegChange, LevelHistory, LevelNow, LevelPoint

RANGE_WORDS: Final = {
    Range.TWO_HOURS: "2 hours",
    Range.DAY: "24 hours",
    Range.WEEK: "7 days",
    Range.MONTH: "30 days",
    Range.YEAR: "year",
}
_KEG_ID: Final = attrgetter("keg_id")
_LONG: Final = (Range.MONTH, Range.YEAR)


_MUCH_EMPTY: Final = 0.05
"""A chart whose first part, longer than this share, has nothing to show begins where its history begins."""


def history_of(view: HistoryView, *, span: Range, tap: TapView) -> LevelHistory:
    """Give what the chart draws; bins without a level (no keg, keg lifted) leave a gap.

    The line ends at the level that `tap` shows. A month or a year that is only partly known begins with what is.
    """
    location, start_ms, since = tap.location, epoch_ms(view.start), ""
    points = _points(view)
    changes = [
        KegChange(at_ms=epoch_ms(keg.tapped_at), label=view.beers.get(keg.keg_id, "New keg"))
        for keg in view.kegs.values()
        if keg.tapped_at is not None and view.start <= keg.tapped_at < view.end
    ]
    changes.sort(key=lambda change: change.at_ms)
    end_ms = epoch_ms(view.end)
    if span in _LONG and points:
        begins = min([points[0].start_ms, *(change.at_ms for change in changes[:1])])
        if begins - start_ms > (end_ms - start_ms) * _MUCH_EMPTY:
            start_ms, since = begins, _day_words(begins, location)
    return LevelHistory(
        key=RANGE_WORDS[span],
        start_ms=start_ms,
        end_ms=end_ms,
        bin_ms=view.bin_seconds * 1000,
        points=points,
        changes=changes,
        tz=location.timezone,
        warn_pct=location.settings.low_keg_warning_pct,
        crit_pct=location.settings.low_keg_critical_pct,
        now=_now(view, tap),
        since=since,
    )


def _points(view: HistoryView) -> list[LevelPoint]:
    """The percents of each keg's bins, worked out a keg at a time: a year is thousands of them."""
    points: list[LevelPoint] = []
    for keg_id, run in groupby(view.bins, key=_KEG_ID):
        starts, _, _, means, lows, highs, loads = zip(*run, strict=True)
        load: Load | None = loads[0]
        if keg_id is None or load is None:
            continue
        percents = (
            percents_of(gross, empty_lbs=load.empty_lbs, full_lbs=load.full_lbs) for gross in (means, lows, highs)
        )
        points += map(LevelPoint, [start * 1000 for start in starts], repeat(keg_id), *percents)
    return points


def _now(view: HistoryView, tap: TapView) -> LevelNow | None:
    face = tap.face
    if face.level is None or face.at is None or tap.keg is None or face.at < view.start:
        return None
    return LevelNow(at_ms=epoch_ms(min(face.at, view.end)), keg=tap.keg.keg_id, percent=face.level.percent)


def _day_words(at_ms: int, location: Location) -> str:
    day = datetime.fromtimestamp(at_ms / 1000, tz=location.zone)
    return f"{day.day} {day:%B %Y}"
