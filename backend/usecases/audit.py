"""The audit: `record` gives the row to write beside a change, `view_audit` reads what was done."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from backend.cellar import audit
from backend.domain.audit import Audited, Deed, Facts, changed
from backend.domain.member import Act, Member
from backend.domain.refusal import Invalid
from backend.domain.times import whole_ms
from backend.ports import Ports, Put

_NOTHING: Final[Facts] = {}
_LONGEST_REASON: Final = 500
MOST_ENTRIES: Final = 500


def record(
    *,
    location_id: str,
    at: datetime,
    member: Member,
    deed: Deed,
    subject: str,
    before: Facts = _NOTHING,
    after: Facts = _NOTHING,
    reason: str = "",
) -> Put:
    """Give the row that says what a member did; it belongs in the group of the change itself.

    Of `before` and `after` only what differs is kept. `subject` is the id of a keg, tap, scale or beer.
    """
    old, new = changed(before, after)
    return audit.put(
        Audited(
            location_id=location_id,
            at=whole_ms(at),
            by=member.sub,
            by_name=member.name,
            deed=deed,
            subject=subject,
            before=old,
            after=new,
            reason=reason.strip()[:_LONGEST_REASON],
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    """Entries, newest first, and the cursor that goes on after them (None at the end)."""

    entries: tuple[Audited, ...]
    cursor: str | None


def view_audit(  # noqa: PLR0913 - a range, a subject and a page
    ports: Ports,
    *,
    location_id: str,
    member: Member,
    now: datetime,
    start: datetime = datetime(1970, 1, 1, tzinfo=UTC),
    end: datetime | None = None,
    subject: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> AuditView:
    """Give what was done at a location in [start, end] (until `now`), of one subject where one is named.

    At most `limit` entries are looked at for one page, so a page for a subject may be short and still go on.
    Raises Forbidden, NotFound, Invalid.
    """
    member.must(Act.VIEW_REPORTS, location_id=location_id)
    if not 1 <= limit <= MOST_ENTRIES:
        raise Invalid(f"{limit} entries are no page: ask for 1 to {MOST_ENTRIES}")
    page = ports.table.query(audit.between(location_id, start=start, end=end or now, limit=limit, cursor=cursor))
    found = (audit.from_item(item) for item in page.items)
    entries = tuple(entry for entry in found if subject is None or entry.subject == subject)
    return AuditView(entries=entries, cursor=page.cursor)
