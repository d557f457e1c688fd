"""Carrying out a change of kegs: drafted, told to history, committed as one group, and told to history once more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backend.domain.events import Event
from backend.domain.ids import TapId
from backend.domain.swap import SwapRecord
from backend.ports import Action, Ports
from backend.usecases.commit import commit
from backend.usecases.draft import Draft
from backend.usecases.keg_at import tell_history


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a change came to: since when which taps hold other kegs, what happened, and the record of it."""

    since: Mapping[TapId, datetime] = field(default_factory=dict)
    events: Sequence[Event] = ()
    record: SwapRecord | None = None


def carry_out(ports: Ports, *, decide: Callable[[Draft], Told]) -> Told:
    """Let `decide` draft a change on the table as it stands, and make it come true; up to five times.

    History is told before the commit, so that a crash in between is healed by a repeat, and again after it, because
    others may have changed the tap, or recorded readings, at the same time.

    Raises:
        Conflict, StoreUnavailable: see `commit`.
    """
    touched: dict[TapId, datetime] = {}

    def drafted() -> tuple[Sequence[Action], Told]:
        draft = Draft(ports)
        told = decide(draft)
        for tap_id, since in told.since.items():
            touched[tap_id] = min(since, touched.get(tap_id, since))
            tell_history(draft.ports, tap_id=tap_id, since=since)
        return draft.actions(), told

    try:
        told = commit(ports, drafted)
    finally:
        for tap_id, since in touched.items():
            tell_history(ports, tap_id=tap_id, since=since)
    ports.feed.publish(told.events)
    return told
