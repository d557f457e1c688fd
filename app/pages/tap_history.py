"""A tap's history as the chart draws it."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from backend.domain.level import percents_of
from backend.domain.location import Location
from backend.domain.times import epoch_ms
from backend.usecases.view_history import HistoryView, Range
from backend.usecases.view_tap import TapView
from components.level_history import KegChange, KegLevels, LevelHistory, LevelNow

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
    kegs = _kegs(view)
    changes = [
        KegChange(
            at_ms=epoch_ms(keg.tapped_at),
            label=view.beers[keg.beer_id].name if keg.beer_id in view.beers else "New keg",
        )
        for keg in view.kegs.values()
        if keg.tapped_at is not None and view.start <= keg.tapped_at < view.end
    ]
    changes.sort(key=lambda change: change.at_ms)
    end_ms = epoch_ms(view.end)
    if span in _LONG and kegs:
        begins = min([kegs[0].starts_s[0] * 1000, *(change.at_ms for change in changes[:1])])
        if begins - start_ms > (end_ms - start_ms) * _MUCH_EMPTY:
            start_ms, since = begins, _day_words(begins, location)
    return LevelHistory(
        key=RANGE_WORDS[span],
        start_ms=start_ms,
        end_ms=end_ms,
        bin_ms=view.bin_seconds * 1000,
        kegs=kegs,
        changes=changes,
        tz=location.timezone,
        warn_pct=location.settings.low_keg_warning_pct,
        crit_pct=location.settings.low_keg_critical_pct,
        now=_now(view, tap),
        since=since,
    )


def _kegs(view: HistoryView) -> list[KegLevels]:
    """The percents of each keg's bins, worked out a keg at a time: a year is thousands of them."""
    levels: list[KegLevels] = []
    told = [one for one in view.weights if one.keg_id in view.kegs]
    for keg_id, run in groupby(told, key=_KEG_ID):
        starts_s, _, _, *weights, _ = zip(*run, strict=True)
        keg = view.kegs[keg_id]
        means, lows, highs = (percents_of(gross, empty_lbs=keg.empty_lbs, full_lbs=keg.full_lbs) for gross in weights)
        levels.append(KegLevels(keg_id, starts_s, means, lows, highs))
    return levels


def _now(view: HistoryView, tap: TapView) -> LevelNow | None:
    face = tap.face
    if face.level is None or face.at is None or tap.keg is None or face.at < view.start:
        return None
    return LevelNow(at_ms=epoch_ms(min(face.at, view.end)), keg=tap.keg.keg_id, percent=face.level.percent)


def _day_words(at_ms: int, location: Location) -> str:
    day = datetime.fromtimestamp(at_ms / 1000, tz=location.zone)
    return f"{day.day} {day:%B %Y}"
