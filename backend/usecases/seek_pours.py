"""Seeking pours on the server, for scales that claim none; and falls that nobody saw while a scale was off."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.domain.level import LIFTED_SHARE
from backend.domain.pour import FoundPour, Seeking, Weight, at_rest, seek
from backend.domain.reading import PourClaim, Reading, Watermark
from backend.domain.shown import GAP
from backend.domain.tap import Moved, Tap, TapState
from backend.domain.times import EPOCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What to remember, the readings that now claim a pour, and the falls that nobody saw, each with its moment."""

    seeking: Seeking | None
    claims: Sequence[Reading] = ()
    unseen: Sequence[tuple[datetime, Reading, FoundPour]] = ()


NOTHING: Final = Sought(seeking=None)


def seek_pours(before: TapState | None, moved: Moved, *, tap: Tap, silent: frozenset[str]) -> Sought:
    """Seek pours in the readings that moved a tap, in the order in which they were measured.

    `silent` are the scales that claim no pours. Of one that claims them only a fall is sought that came while it was
    off: what it measured before is lost then, while after a mere silence its claims still come. Nothing is told from
    weights of two scales, of two calibrations or of two kegs, of a keg that was lifted, or of a clock that was
    ahead; nothing unseen while a change of kegs is under way.
    """
    readings = moved.readings
    if tap.empty_lbs is None or not readings:
        return Sought(seeking=before.seeking if before is not None and not readings else None)
    seeking = before.seeking if before is not None else None
    if seeking is None and not _may_have_missed(before, readings, silent):
        return NOTHING
    mark: Watermark | Reading | None = before.mark if before is not None else None
    rest = _rest(before)
    found: list[tuple[Reading, FoundPour]] = []
    for run in _runs(mark, readings):
        if mark is not None and not _goes_on(mark, run[0]):
            seeking = rest = None
        claims_itself = run[0].device_id not in silent
        if any(reading.pour is not None for reading in run):
            seeking = None  # what fell is claimed: nobody may find it again
        if claims_itself and rest is not None and _restarted(mark, run[0]) and run[0].measured_at - rest[0] > GAP:
            seeking = at_rest(rest[1], _s(rest[0]))
        if seeking is not None or not claims_itself:
            seeking, pours = seek(seeking, [_weight(reading) for reading in run])
            found += [(_told_by(run, pour), pour) for pour in pours if pour.unseen or not claims_itself]
        if claims_itself and seeking is not None and seeking.rests:
            seeking = None
        rest = next(((one.measured_at, one.weight_lbs) for one in reversed(run) if one.stable is not False), rest)
        mark = run[-1]
    return _sought(seeking, found, tap, swapping=(before, moved.state))


def _may_have_missed(before: TapState | None, readings: Sequence[Reading], silent: frozenset[str]) -> bool:
    """Whether there may be falls that no scale claims; of one that claims them hardly ever, where it began anew."""
    newest = readings[-1]
    return newest.device_id in silent or (before is not None and before.mark.boot != newest.boot)


def _rest(before: TapState | None) -> tuple[datetime, float] | None:
    """When and with what weight (lb) a tap was last at rest."""
    if before is None or before.shown is None or not before.shown.settled or before.shown.unseated:
        return None
    return before.updated_at if before.stable else before.shown.rest_at, before.shown.rest_lbs


def _runs(mark: Watermark | Reading | None, readings: Sequence[Reading]) -> list[Sequence[Reading]]:
    """The readings in pieces: a new one where the scale began anew, or nothing can be told from what was before."""
    cuts = [0]
    for number, reading in enumerate(readings):
        if number and mark is not None and (not _goes_on(mark, reading) or _restarted(mark, reading)):
            cuts.append(number)
        mark = reading
    return [readings[start:end] for start, end in zip(cuts, [*cuts[1:], len(readings)], strict=True)]


def _goes_on(mark: Watermark | Reading, reading: Reading) -> bool:
    """Whether two weights can be compared: of one scale, by one calibration, in the order of time."""
    recalibrated = mark.cal is not None and reading.cal is not None and mark.cal != reading.cal
    return mark.device_id == reading.device_id and not recalibrated and reading.measured_at >= mark.measured_at


def _restarted(mark: Watermark | Reading | None, reading: Reading) -> bool:
    return mark is not None and mark.boot != reading.boot


def _told_by(run: Sequence[Reading], pour: FoundPour) -> Reading:
    """The reading with which a pour was over."""
    ends = bisect_left([_s(reading.measured_at) for reading in run], pour.start_s + pour.seconds)
    return run[min(ends, len(run) - 1)]


def _sought(
    seeking: Seeking | None,
    found: Sequence[tuple[Reading, FoundPour]],
    tap: Tap,
    *,
    swapping: tuple[TapState | None, TapState | None],
) -> Sought:
    bare_lbs = (tap.empty_lbs or 0.0) * LIFTED_SHARE
    changing = any(state is not None and state.swap is not None for state in swapping)
    standing = [(reading, pour) for reading, pour in found if pour.after_lbs >= bare_lbs]
    return Sought(
        seeking=seeking,
        claims=[_claiming(reading, pour) for reading, pour in standing if not pour.unseen],
        unseen=[
            (EPOCH + timedelta(seconds=round(pour.start_s + pour.seconds)), reading, pour)
            for reading, pour in standing
            if pour.unseen and not changing
        ],
    )


def _claiming(reading: Reading, pour: FoundPour) -> Reading:
    """The reading as its scale would have sent it, had it sought the pour itself; in the time that readings go by."""
    claim = PourClaim(
        start=int(pour.start_s),
        seconds=round(pour.seconds, 1),
        before_lbs=round(pour.before_lbs, 3),
        after_lbs=round(pour.after_lbs, 3),
    )
    return reading._replace(pour=claim, sent_t=int(_s(reading.measured_at)))


def _weight(reading: Reading) -> Weight:
    return Weight(_s(reading.measured_at), reading.weight_lbs, reading.stable)


def _s(moment: datetime) -> float:
    return (moment - EPOCH).total_seconds()
