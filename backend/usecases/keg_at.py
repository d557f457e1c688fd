"""Which keg stood at a tap at a moment; late readings and pours belong to the keg of their time."""

from datetime import datetime

from backend.cellar import kegs
from backend.domain.tap import Tap
from backend.ports import Ports


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
