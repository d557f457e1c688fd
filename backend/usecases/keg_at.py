"""Which keg stood at a tap at a moment; late readings and pours belong to the keg of their time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from backend.cellar import kegs
from backend.domain.ids import TapId
from backend.domain.tap import Tap
from backend.ports import KegSpan, Ports

_MOST_STAYS = 100


def keg_at(ports: Ports, tap: Tap, moment: datetime) -> str | None:
    """Give the id of the keg that stood at `tap` at `moment`, None where none did."""
    if tap.tapped_at is not None and moment >= tap.tapped_at:
        return tap.keg_id
    page = ports.table.query(kegs.stays(tap.tap_id, until=moment, limit=1))
    for item in page.items:
        stay = kegs.stay_from_item(item, tap_id=tap.tap_id)
        if stay.covers(moment):
            return stay.keg_id
    return None


def tell_history(ports: Ports, *, tap_id: TapId, since: datetime) -> None:
    """Say again in history which kegs stood at a tap from `since` on, as the table has it; twice is harmless.

    Repeated where the table changed meanwhile, so that of two who tell at the same time the later truth stands.
    """
    stays = _stays(ports, tap_id)
    while True:
        ports.history.assign(tap_id=tap_id, spans=_spans(stays, since))
        told, stays = stays, _stays(ports, tap_id)
        if told == stays:
            return


def _stays(ports: Ports, tap_id: TapId) -> list[kegs.OnTap]:
    """The last stays at a tap, oldest first."""
    page = ports.table.query(kegs.stays(tap_id, until=datetime.max.replace(tzinfo=UTC), limit=_MOST_STAYS))
    return [kegs.stay_from_item(item, tap_id=tap_id) for item in reversed(page.items)]


def _spans(stays: Sequence[kegs.OnTap], since: datetime) -> list[KegSpan]:
    """Every moment from `since` on with its keg or none; of what lies before a hundred stays nothing is said."""
    place = max(since, stays[0].tapped_at) if len(stays) == _MOST_STAYS else since
    spans: list[KegSpan] = []
    for stay in stays:
        if stay.tapped_at > place:
            spans.append(KegSpan(keg_id=None, start=place, end=stay.tapped_at))
        start = max(stay.tapped_at, place)
        if stay.closed_at is None:
            return [*spans, KegSpan(keg_id=stay.keg_id, start=start)]
        if stay.closed_at > start:
            spans.append(KegSpan(keg_id=stay.keg_id, start=start, end=stay.closed_at))
            place = stay.closed_at
    return [*spans, KegSpan(keg_id=None, start=place)]
