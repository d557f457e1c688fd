"""How a page begins: with what it shows, or with why it cannot be shown."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.ask import ask
from app.member import current_member
from app.site import Site
from app.theme import refused
from backend.cellar.rows import BadRow
from backend.domain.ids import TapId
from backend.domain.member import Act
from backend.domain.refusal import Conflict, Refusal
from backend.usecases.view_tap import TapView, view_tap

T = TypeVar("T")


async def entered(site: Site, begin: Callable[[], Awaitable[T]]) -> T | None:
    """Give what a page begins with; where that is refused or a row is damaged, show why instead, and give None."""
    try:
        return await begin()
    except Refusal as why:
        refused(site, why, status=404)
    except BadRow as damage:
        refused(site, damage, status=500)
    return None


async def weighed_tap(site: Site, tap_id: str, *, act: Act) -> tuple[TapView, str]:
    """Give a tap and the scale under it, for somebody who may do this there.

    Raises:
        Refusal: there is no such tap, no scale under it, or the member may not.
        BadRow: a row of it is damaged.
    """
    tap, member = TapId.parse(tap_id), current_member()
    member.must(act, location_id=tap.location_id)
    view = await ask(view_tap, site.ports, tap_id=tap, member=member, now=site.clock.now())
    if view.tap.scale_id is None:
        raise Conflict(f"no scale stands under tap {tap}: place one there first")
    return view, view.tap.scale_id
