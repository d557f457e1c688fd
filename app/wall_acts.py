"""The one place that takes what an open board asks: checked, done in the member's name, and told back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from pydantic import ValidationError

from app.ask import ask
from app.member import current_member
from app.site import Site
from app.wall_asked import ASKED, Asked, AtTap, Light, Look, Undo
from app.wall_deeds import Asker, Back, Done, do, face_at
from app.wall_sheet import sheet_of
from backend.cellar.rows import BadRow
from backend.domain.command import Command, CommandAnswered, CommandName, CommandState
from backend.domain.command_words import outcome_of
from backend.domain.ids import TapId
from backend.domain.member import Member
from backend.domain.refusal import Conflict, NotFound, NotLifted, Refusal
from backend.domain.times import epoch_ms
from backend.ports import StoreUnavailable
from backend.usecases.commands import send_command, view_command
from backend.usecases.list_beers import list_beers
from backend.usecases.view_swap import view_swap
from components.sheet import Answer

UNDO_FOR: Final = timedelta(seconds=30)
"""The bar offers it for ten seconds, longer while somebody reaches for it by keyboard."""
MOST_KEPT: Final = 20
LIGHTS_FOR_S: Final = 20
LATE_S: Final = 6.0
"""A touch that took longer (s of the wall) to arrive was given up by who touched: nobody expects it any more."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A way back, until a moment of the wall."""

    until: datetime
    tap: str
    back: Back
    words: str


class WallActs:
    """The acts of one open board; `tell` gives it what is known only later.

    Each act asks anew who the member is, and the use case whether they may. What was done can be undone by this board
    alone, for a little longer than its bar is shown.
    """

    def __init__(self, site: Site, *, tell: Callable[[Answer], None]) -> None:
        self._site = site
        self._tell = tell
        self._backs: dict[int, _Kept] = {}
        self._lights: dict[str, Light] = {}

    async def answer(self, asked: object) -> Answer:
        """Do what a board asks, and give what became of it; a refusal is an answer like any other."""
        try:
            act = ASKED.validate_python(asked)
        except ValidationError:
            _log.warning("a board asked for something that is no act", asked=repr(asked)[:200])
            return Answer(ask=None, refused="Not done: this page is older than its server. Load it again.")
        try:
            return await self._answer(act)
        except NotLifted as why:
            words = str(why)
            return Answer(ask=act.ask, do=act.do, tap=getattr(act, "tap", ""), question=words[:1].upper() + words[1:])
        except (Refusal, BadRow) as why:
            return _refused(act, f"Not done: {why}.")
        except StoreUnavailable:
            return _refused(act, "Not done: nothing can be saved now. See whether the disk is full, then try again.")
        except Exception:  # noqa: BLE001 - an act that fails must not leave the board without an answer
            _log.exception("an act failed", act=act.do)
            return _refused(act, "Not done: something went wrong here. Try again; the server's log says more.")

    async def follow(self, event: CommandAnswered) -> None:
        """Tell how a scale took to what this board asked of it."""
        act = self._lights.get(event.command_id)
        if act is None:
            return
        if event.state.final:
            del self._lights[event.command_id]
        words = _light_words(act, await self._known(event.device_id, event.command_id))
        if event.state is CommandState.ACCEPTED:
            self._tell(Answer(ask=act.ask, do=act.do, tap=act.tap, done=words, by="", undo=None))
        elif event.state is not CommandState.DONE:
            self._tell(_refused(act, f"{words}."))

    async def _answer(self, act: Asked) -> Answer:
        member, now = current_member(), self._site.clock.now()
        if (epoch_ms(now) / 1000 - act.at) / self._site.clock.speed > LATE_S:
            raise Conflict("the touch took too long to get here: look at the tile, then try again")
        if isinstance(act, Undo):
            return await self._undo(act, member, now)
        tap_id = TapId.parse(act.tap)
        if tap_id.location_id != self._site.location_id:
            raise NotFound(f"there is no tap {tap_id}")
        asker = Asker(ports=self._site.ports, member=member, tap_id=tap_id, now=now, wall=self._site.clock.wall)
        if isinstance(act, Look):
            return await _look(act, asker)
        done = await (self._light(act, asker) if isinstance(act, Light) else do(act, asker))
        return Answer(
            ask=act.ask, do=act.do, tap=act.tap, done=done.words, by=f"by {member.name}", undo=self._keep(act, done)
        )

    async def _light(self, act: Light, asker: Asker) -> Done:
        command = await ask(
            send_command,
            asker.ports,
            tap_id=asker.tap_id,
            name=CommandName.IDENTIFY,
            params={"seconds": LIGHTS_FOR_S},
            member=asker.member,
            now=asker.now,
            wall=self._site.clock.wall(),
        )
        self._lights[command.command_id] = act
        _let_go(self._lights)
        # A scale may have answered before we listened for it.
        known = await self._known(command.device_id, command.command_id)
        return Done(words=_light_words(act, known))

    async def _known(self, device_id: str, command_id: str) -> Command:
        """How a command stands now."""
        return await ask(
            view_command, self._site.ports, device_id=device_id, command_id=command_id, member=current_member()
        )

    def _keep(self, act: AtTap, done: Done) -> int | None:
        """Keep the way back of an act under its number; the oldest are let go."""
        if done.back is None:
            return None
        until = self._site.clock.wall() + UNDO_FOR
        self._backs[act.ask] = _Kept(until=until, tap=act.tap, back=done.back, words=done.back_words)
        _let_go(self._backs)
        return act.ask

    async def _undo(self, act: Undo, member: Member, now: datetime) -> Answer:
        kept = self._backs.get(act.undo)
        if kept is None or self._site.clock.wall() > kept.until:
            raise Conflict("that cannot be undone here any more: touch the tile and change it there")
        await ask(kept.back, member, now)
        self._backs.pop(act.undo, None)
        return Answer(ask=act.ask, do=act.do, tap=kept.tap, done=kept.words, by=f"by {member.name}", undo=None)


async def _look(act: Look, asker: Asker) -> Answer:
    """What can be done at a tap."""
    ports, member, now = asker.ports, asker.member, asker.now
    face, location = await face_at(asker)
    swap = await ask(view_swap, ports, tap_id=asker.tap_id, member=member, now=now)
    beers = await ask(list_beers, ports, location_id=location.location_id, member=member)
    sheet = sheet_of(face, swap, beers=beers, location=location, now=now)
    return Answer(ask=act.ask, do=act.do, tap=act.tap, sheet=sheet)


def _light_words(act: Light, command: Command) -> str:
    blinks = f"its scale blinks for {LIGHTS_FOR_S} s"
    return f"Tap {TapId.parse(act.tap).number}: " + (
        blinks if command.state is CommandState.ACCEPTED else outcome_of(command)
    )


def _let_go(kept: dict[Any, Any]) -> None:
    while len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]


def _refused(act: Asked, words: str) -> Answer:
    return Answer(ask=act.ask, do=act.do, refused=words)
