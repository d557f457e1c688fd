"""One pour with its raw trace: what the scale weighed from shortly before it until shortly after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.cellar import pours
from backend.domain.ids import TapId
from backend.domain.ledger import Pour
from backend.domain.member import Act, Member
from backend.domain.refusal import NotFound
from backend.ports import Ports, Recorded
from backend.usecases import load

AROUND: Final = timedelta(seconds=20)
MOST_READINGS: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class PourView:
    """A pour, and the readings of its tap around it, oldest first; none where they are kept no longer."""

    pour: Pour
    readings: tuple[Recorded, ...]


def view_pour(ports: Ports, *, tap_id: TapId, pour_id: str, started_at: datetime, member: Member) -> PourView:
    """Give a pour and the weights from 20 s before until 20 s after it. Raises NotFound, Forbidden."""
    member.must(Act.VIEW_LEVELS, location_id=tap_id.location_id)
    load.tap(ports, tap_id)
    item = ports.table.get(pours.key_of(tap_id, started_at=started_at, pour_id=pour_id))
    pour = pours.from_item(item) if item is not None else None
    if pour is None or pour.tap_id != tap_id:
        raise NotFound(f"there is no such pour of tap {tap_id}: load the page again")
    found = ports.history.readings(
        tap_id=tap_id,
        start=pour.started_at - AROUND,
        end=pour.started_at + timedelta(seconds=pour.seconds) + AROUND,
        limit=MOST_READINGS,
    )
    return PourView(pour=pour, readings=tuple(found))
