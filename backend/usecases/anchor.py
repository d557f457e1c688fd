"""Anchoring the books of the kegs on tap to what they weigh, tap by tap, off the way of the readings."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from backend.cellar import kegs, pours, taps
from backend.cellar.rows import BadRow
from backend.domain.anchor import CREEP, Rest, anchored, at_rest, gone_since
from backend.domain.ids import TapId
from backend.domain.ledger import Ledger, Waste
from backend.domain.level import Level, is_overfull, level_of
from backend.domain.refusal import Invalid
from backend.domain.tap import Tap
from backend.domain.times import epoch_ms
from backend.domain.units import lbs_of
from backend.ports import Action, Item, Key, Ports, Query
from backend.usecases import load
from backend.usecases.commit import written

_STALE_S: Final = 600.0
"""A weight that is older than this anchors nothing: the scale is not heard."""


def anchor_books(ports: Ports, *, location_id: str, now: datetime) -> int:
    """Let the books of every keg on tap at a location follow its weight; gives how many were written.

    Only a keg at rest is weighed: not during a pour, not for 45 min after it was put on, not while its tap is set
    aside, not while more stands there than its beer can weigh. What left unclaimed while a tap was set aside is booked
    as that. Where somebody else writes the same books at the same moment, that keg waits for the next time. A tap of
    which a row cannot be read is left alone: the board names it.
    """
    items = load.every(ports, Query(partition=f"LOCATION#{location_id}", begins_with=taps.PREFIX))
    weighed = _at_rest(items, now)
    ledgers = ports.table.get_many([kegs.ledger_key(tap.keg_id) for tap, _, _ in weighed if tap.keg_id])
    seen: set[Key] = set()
    groups: list[Sequence[Action]] = []
    for tap, rest, level in weighed:
        key = kegs.ledger_key(tap.keg_id or "")
        item = ledgers.get(key)
        if item is None or key in seen:
            continue  # several taps may pour from one keg: it is weighed once
        actions = _anchored(ports, tap, kegs.ledger_from_item(item), rest=rest, weighed=level.gallons)
        if actions:
            seen.add(key)
            groups.append(actions)
    written(ports, groups, durable=False)
    return len(groups)


def _at_rest(items: Sequence[Item], now: datetime) -> list[tuple[Tap, Rest, Level]]:
    """Give the kegs that stand at rest, with what they weigh."""
    states = {taps.tap_id_of(item): item for item in items if taps.is_state(item)}
    found = []
    for item in items:
        if not taps.is_state(item):
            with suppress(BadRow, Invalid):
                found.append(_weighed(taps.from_item(item), states, now))
    return [one for one in found if one is not None]


def _weighed(tap: Tap, states: dict[TapId, Item], now: datetime) -> tuple[Tap, Rest, Level] | None:
    """Give what a keg weighs where it stands at rest, and the level that this is."""
    load_on, item = tap.load, states.get(tap.tap_id)
    if load_on is None or item is None or tap.tapped_at is None:
        return None
    state = taps.state_from_item(item)
    at = state.updated_at
    heard = (now - at).total_seconds() <= _STALE_S
    aside = tap.aside is not None and tap.aside.covers(at)
    if not at_rest(state, keg_id=tap.keg_id) or not heard or aside or at < tap.tapped_at + CREEP:
        return None
    if is_overfull(state.weight_lbs, empty_lbs=load_on.empty_lbs, full_lbs=load_on.full_lbs):
        return None
    level = level_of(
        gross_lbs=state.weight_lbs,
        empty_lbs=load_on.empty_lbs,
        full_lbs=load_on.full_lbs,
        specific_gravity=load_on.specific_gravity,
    )
    return (tap, Rest(state.weight_lbs, at, state.mark.cal), level) if isinstance(level, Level) else None


def _anchored(ports: Ports, tap: Tap, ledger: Ledger, *, rest: Rest, weighed: float) -> list[Action]:
    """Give the books that follow, and what left while the tap was set aside."""
    waste = _left_aside(ports, tap, ledger, rest=rest, weighed=weighed)
    booked = ledger.with_waste(waste) if waste is not None else ledger
    after = anchored(booked, weighed=weighed, rest=rest)
    if after == ledger:
        return []
    return [kegs.put_ledger(after), *([pours.put_waste(waste)] if waste is not None else [])]


def _left_aside(ports: Ports, tap: Tap, ledger: Ledger, *, rest: Rest, weighed: float) -> Waste | None:
    """Give what left while the tap was set aside and no scale claimed: the first weighing after it tells."""
    aside = tap.aside
    if aside is None or ledger.rest_at is None or not ledger.rest_at < aside.since <= rest.at:
        return None
    gallons = gone_since(ledger, weighed=weighed, rest=rest)
    if gallons <= 0:
        return None
    gone_lbs = lbs_of(gallons, specific_gravity=load.gravity(ports, ledger))
    waste = Waste(
        waste_id=f"{tap.tap_id.number:02d}.aside.{epoch_ms(aside.since)}",
        tap_id=tap.tap_id,
        keg_id=ledger.keg_id,
        at=aside.since,
        gallons=gallons,
        reason=aside.kind.reason,
        by=aside.by,
        before_lbs=rest.lbs + gone_lbs,
        after_lbs=rest.lbs,
    )
    return None if ports.table.get(pours.waste_key(waste)) is not None else waste
