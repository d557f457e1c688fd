"""Judging what was set down under a tap: the same keg, another one that fits, or one that nobody knows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from backend.cellar import kegs, swapping, taps
from backend.cellar.rows import BadRow
from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegTapped, SwapUndone
from backend.domain.member import SYSTEM
from backend.domain.offers import Offer, OfferWhy, fitting, likeliest
from backend.domain.reading import ReadingTaken
from backend.domain.refusal import Invalid, NotFound
from backend.domain.swap import JUMP_LBS, STANDS, Swap, SwapRecord
from backend.domain.tap import Moved, Tap, TapState
from backend.ports import Action, Ports
from backend.usecases import load
from backend.usecases.candidates import candidates, coming_of
from backend.usecases.carry_out import Told, carry_out
from backend.usecases.draft import Draft
from backend.usecases.put_on import Change, put_on, record_at, state_of, whole_seconds_apart
from backend.usecases.take_back import take_back

_BY_THE_CLOCK: Final = STANDS + timedelta(seconds=2)
"""A load that nobody moves any more is judged by the clock: its scale has nothing new to say for half a minute."""
_MOST_DUE: Final = 200
_RISE_SHARE: Final = 0.1
_FLOWS_LBS_PER_S: Final = 0.2
"""Three ounces a second for as long as a scale is silent: faster than that no bar pours."""
_HARDLY_THERE: Final = timedelta(minutes=30)


def call_for_judgement(before: TapState | None, moved: Moved) -> list[Action]:
    """Give the row that calls for the judgement of a load that was set down, should its scale say nothing more."""
    swap = moved.state.swap if moved.state is not None else None
    if moved.state is None or swap is None or swap.placed_at is None or swap.judged or moved.ripe:
        return []
    known = before.swap.placed_at if before is not None and before.swap is not None else None
    if known == swap.placed_at:
        return []
    return [swapping.put(moved.state.tap_id, due_at=moved.readings[-1].received_at + _BY_THE_CLOCK)]


def complete_swaps(ports: Ports, *, tap_ids: Sequence[TapId], now: datetime) -> list[str]:
    """Judge the loads that were set down under these taps and stood there long enough; repeated, it changes nothing.

    The likeliest keg that fits is put on, as an act of the system that can be taken back; where the same keg was put
    back nothing changes; where none fits the keg before is closed, and the tap asks which keg it is. A tap that is set
    aside waits; so does one of which a row is damaged or missing: what is wrong with it is given, once a tap.

    Raises:
        StoreUnavailable, Conflict: what was done is done, the rest waits for the next reading.
    """
    wrong = []
    for tap_id in tap_ids:
        try:
            carry_out(ports, decide=partial(_judge, tap_id=tap_id, now=now))
        except (BadRow, NotFound, Invalid) as why:
            wrong.append(f"which keg stands on tap {tap_id} cannot be judged: {why}")
    return wrong


def complete_due_swaps(ports: Ports, *, now: datetime) -> bool:
    """Judge the loads that nobody has moved for some seconds; gives whether more wait. Raises StoreUnavailable."""
    page = ports.table.query(swapping.due(now=now, limit=_MOST_DUE))
    for item in page.items:
        complete_swaps(ports, tap_ids=[swapping.tap_of(item)], now=now)
    return page.cursor is not None


def offers_for(ports: Ports, *, tap: Tap, swap: Swap | None, gross_lbs: float | None, now: datetime) -> list[Offer]:
    """Give the kegs that fit a load under a tap, the likeliest first; all that may come while there is none."""
    last = last_keg(ports, tap)
    return fitting(candidates(ports, tap=tap, swap=swap, last=last, now=now), gross_lbs=gross_lbs)


def last_keg(ports: Ports, tap: Tap) -> Keg | None:
    """The keg that is on a tap, or was on it last."""
    if tap.keg_id is not None:
        return load.keg(ports, tap.keg_id)
    for item in ports.table.query(kegs.stays(tap.tap_id, until=datetime.max.replace(tzinfo=UTC), limit=1)).items:
        return load.keg(ports, kegs.stay_from_item(item, tap_id=tap.tap_id).keg_id)
    return None


def _judge(draft: Draft, tap_id: TapId, now: datetime) -> Told:
    """Let the draft hold what becomes of a load; it stays empty where there is nothing to judge, or not yet."""
    tap, state = load.tap(draft.ports, tap_id), state_of(draft.ports, tap_id)
    swap = state.swap if state is not None else None
    if state is None or swap is None or swap.placed_at is None or swap.judged:
        draft.add([swapping.delete(tap_id)])
        return Told()
    if tap.aside is not None and tap.aside.covers(max(now, swap.placed_at)):
        return Told()
    if _was_told(tap, swap):
        return _left_alone(draft, state)
    offers = offers_for(draft.ports, tap=tap, swap=swap, gross_lbs=swap.gross_lbs, now=now)
    taken = likeliest(offers, seen_lifted=not swap.over_gap)
    if taken is not None and taken.why is OfferWhy.SAME_KEG:
        return _left_alone(draft, state)
    if taken is None or (swap.over_gap and not _explains(taken, swap, tap)):
        return _unknown(draft, tap, state, offers)
    return _another(draft, tap, swap, taken, offers, now)


def _another(draft: Draft, tap: Tap, swap: Swap, taken: Offer, offers: Sequence[Offer], now: datetime) -> Told:
    """Another keg stands there; where it is the one before, what stood there meanwhile was no keg."""
    record = record_at(draft.ports, tap.tap_id, tap.swapped_at)
    if record is None or not _came_back(draft.ports, record, taken, swap):
        return _put_on(draft, tap, swap, taken, offers, now)
    take_back(draft, record, by=SYSTEM, now=now, keep=True)
    undone = SwapUndone(location_id=tap.tap_id.location_id, tap_id=str(tap.tap_id), keg_id=taken.keg_id, at=record.at)
    return Told(since=told_since(record, record.lifted_at), events=[undone, *looked_at(record)])


def _was_told(tap: Tap, swap: Swap) -> bool:
    """Whether the keg that is on was said to be put on in this very change, before its readings came."""
    if tap.tapped_at is None or swap.placed_at is None or swap.keg_id != tap.keg_id:
        return False
    return swap.lifted_at < tap.tapped_at <= swap.placed_at + STANDS


def _left_alone(draft: Draft, state: TapState) -> Told:
    """The keg was only lifted, or its scale was silent: it stands there as before."""
    draft.add([taps.put_state(replace(state, swap=None)), swapping.delete(state.tap_id)])
    return Told(events=[_look_at(state.tap_id)])


def _look_at(tap_id: TapId) -> Event:
    return ReadingTaken(location_id=tap_id.location_id, tap_id=str(tap_id))


def _unknown(draft: Draft, tap: Tap, state: TapState, offers: Sequence[Offer]) -> Told:
    """No keg fits: what stands there is a keg that nobody knows, unless nobody saw the one before go."""
    swap = state.swap
    if swap is None or (swap.over_gap and tap.keg_id is not None):
        return _left_alone(draft, state)
    if tap.keg_id is None:
        draft.add([taps.put_state(replace(state, swap=swap._replace(judged=True))), swapping.delete(tap.tap_id)])
        return Told(events=[_look_at(tap.tap_id)])
    until, since = _moments(tap, swap)
    change = Change(tap=tap, until=until, since=since, coming=None, by=SYSTEM, automatic=True, swap=swap, offers=offers)
    made = put_on(draft.ports, change)
    draft.add(made.actions)
    return Told(since={tap.tap_id: until}, events=[_tapped(made.record)], record=made.record)


def _put_on(draft: Draft, tap: Tap, swap: Swap, taken: Offer, offers: Sequence[Offer], now: datetime) -> Told:
    """Put the likeliest keg on; where nobody knew what had been set down before, both are one change."""
    record = record_at(draft.ports, tap.tap_id, tap.swapped_at)
    if record is not None and record.open and record.new_keg_id is None and tap.keg_id is None:
        tap = take_back(draft, record, by=SYSTEM, now=now, keep=False)
        swap = swap._replace(lifted_at=record.lifted_at, keg_id=record.old_keg_id, before_lbs=record.before_lbs)
    until, since = _moments(tap, swap)
    coming = coming_of(draft.ports, taken, tap_id=tap.tap_id, since=since, gross_lbs=swap.gross_lbs)
    change = Change(
        tap=tap, until=until, since=since, coming=coming, by=SYSTEM, automatic=True, swap=swap, offers=offers
    )
    made = put_on(draft.ports, change)
    draft.add(made.actions)
    events = [_tapped(made.record), *looked_at(made.record)]
    return Told(since=told_since(made.record, until), events=events, record=made.record)


def looked_at(record: SwapRecord) -> list[Event]:
    """Give what makes the screens look at the tap again that the keg was lifted off, where it was another one."""
    return [_look_at(record.from_tap)] if record.from_tap is not None else []


def told_since(record: SwapRecord, until: datetime) -> dict[TapId, datetime]:
    """Since when the taps of a change hold other kegs: this one, and the one that its keg was lifted off."""
    since = {record.tap_id: until}
    if record.from_tap is not None:
        since[record.from_tap] = min(until, record.at)
    return since


def _explains(taken: Offer, swap: Swap, tap: Tap) -> bool:
    """Whether a keg that fits explains what a scale says that was silent.

    Beer does not come back, so a rise that is no small one is another keg. A fall may be beer that nobody saw leave:
    only one faster than beer flows, day and night, to the weight of a keg that is awaited or known, is another keg.
    """
    if swap.before_lbs is None or swap.gross_lbs is None or swap.placed_at is None or tap.load is None:
        return False
    rise = swap.gross_lbs - swap.before_lbs
    if rise > 0:
        known = taken.why is OfferWhy.LIFTED_LATELY
        return rise >= (JUMP_LBS if known else _RISE_SHARE * (tap.load.full_lbs - tap.load.empty_lbs))
    silence = (swap.placed_at - swap.lifted_at).total_seconds()
    return taken.why in {OfferWhy.QUEUED, OfferWhy.LIFTED_LATELY} and -rise > _FLOWS_LBS_PER_S * silence


def _came_back(ports: Ports, record: SwapRecord, taken: Offer, swap: Swap) -> bool:
    """Whether the keg before is back, and what stood there meanwhile was hardly a keg: nobody drank of it."""
    if not record.open or taken.keg_id is None or taken.keg_id != record.old_keg_id:
        return False
    if record.new_keg_id is None:
        return True
    short = swap.lifted_at - record.at <= _HARDLY_THERE
    return short and load.ledger(ports, record.new_keg_id).pours == 0


def _moments(tap: Tap, swap: Swap) -> tuple[datetime, datetime]:
    return whole_seconds_apart(swap.lifted_at, swap.placed_at or swap.lifted_at, tapped_at=tap.tapped_at)


def _tapped(record: SwapRecord) -> KegTapped:
    return KegTapped(
        location_id=record.tap_id.location_id,
        tap_id=str(record.tap_id),
        keg_id=record.new_keg_id,
        closed_keg_id=record.old_keg_id,
        at=record.at,
        automatic=True,
        confirmed=False,
    )
