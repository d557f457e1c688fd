"""Births and last wills of scales: who is heard, and whose clock can be believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from backend.cellar import scales
from backend.cellar.rows import BadRow
from backend.domain.reading import ScaleHeard, StatusReport
from backend.domain.scale import Scale, ScaleStatus, after_status
from backend.ports import Action, Ports
from backend.usecases.commit import commit


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusesTaken:
    """How many messages changed a scale, and how many came from scales nobody claimed.

    `damaged` says which scales' rows cannot be read, once each: what was said of them is kept nowhere; their next
    birth says it again.
    """

    changed: int = 0
    unclaimed: int = 0
    damaged: tuple[str, ...] = ()


def take_statuses(ports: Ports, *, reports: Sequence[StatusReport], tolerance_scale: float = 1.0) -> StatusesTaken:
    """Take status messages in the order of their arrival.

    Raises:
        StoreUnavailable: nothing may be acknowledged.
        Conflict: others changed the same scale five times in a row.
    """
    changed, unclaimed, damaged = 0, 0, list[str]()
    for report in reports:
        try:
            after = commit(ports, partial(_decide, ports, report, tolerance_scale), durable=False)
        except BadRow as bad:
            damaged.append(str(bad))
            continue
        if after is None:
            continue
        if after.status is ScaleStatus.UNCLAIMED or after.location_id is None:
            unclaimed += 1
            continue
        changed += 1
        ports.feed.publish(
            [
                ScaleHeard(
                    location_id=after.location_id,
                    device_id=after.device_id,
                    tap_id=str(after.tap_id) if after.tap_id else None,
                    online=after.status is ScaleStatus.ONLINE,
                )
            ]
        )
    return StatusesTaken(changed=changed, unclaimed=unclaimed, damaged=tuple(dict.fromkeys(damaged)))


def _decide(ports: Ports, report: StatusReport, tolerance_scale: float) -> tuple[Sequence[Action], Scale | None]:
    """Give the row to write and the scale after it; nothing is written for a scale nobody claimed."""
    item = ports.table.get(scales.key(report.device_id))
    if item is None:
        return [], Scale(device_id=report.device_id)
    after = after_status(scales.from_item(item), report, tolerance_scale=tolerance_scale)
    return ([scales.put(after)], after) if after is not None else ([], None)
