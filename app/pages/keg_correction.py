"""Putting a keg right: a form that says beforehand what would come of it."""

from collections.abc import Awaitable, Callable

from app.ask import ask
from app.entries import comes_twice, day_of, time_of
from app.member import current_member
from app.pages.acts import attempt
from app.pages.keg_wanted import correction_fields, preview_words, recounted_words, wanted_of
from app.site import Site
from backend.domain.audit import Deed
from backend.domain.beer import Beer
from backend.domain.correction import Wanted
from backend.domain.member import Act
from backend.domain.refusal import Invalid
from backend.usecases.correct import correct_keg
from backend.usecases.preview_correction import preview_correction
from backend.usecases.revert_correction import revert_correction
from backend.usecases.view_keg import KegView, view_keg
from components.form import Entered, Field, Form
from components.undo_line import UndoLine


class CorrectionForm:
    """The form of one keg; what differs from what is known is what is wanted."""

    def __init__(
        self,
        site: Site,
        view: KegView,
        beers: tuple[Beer, ...],
        *,
        undo: UndoLine,
        refresh: Callable[[], Awaitable[None]],
    ) -> None:
        self._site = site
        self._view = view
        self._beers = beers
        self._undo = undo
        self._refresh = refresh
        self._twice = False
        self._form = Form(
            self._fields(), verb="Save correction", name="Correct this keg", on_send=self._send, on_change=self._preview
        )

    def show(self, view: KegView) -> None:
        """Follow what is known of the keg."""
        self._view = view
        self._form.show(self._fields())

    def _fields(self) -> list[Field]:
        return correction_fields(
            self._view, self._beers, today=self._today(), twice=self._twice, all_of_it=self._may_assign()
        )

    def _may_assign(self) -> bool:
        return current_member().may(Act.ASSIGN, location_id=self._site.location_id)

    def _today(self) -> str:
        return f"{self._site.clock.now().astimezone(self._view.location.zone):%Y-%m-%d}"

    async def _preview(self, entered: Entered) -> None:
        self._ask_which(entered)
        wanted = wanted_of(entered, self._view)
        if wanted == Wanted():
            self._form.tell([])
            return
        preview = await ask(
            preview_correction,
            self._site.ports,
            keg_id=self._view.keg.keg_id,
            wanted=wanted,
            member=current_member(),
            now=self._site.clock.now(),
        )
        self._form.tell(preview_words(preview, self._view))

    def _ask_which(self, entered: Entered) -> None:
        """Ask which of two is meant, where the clocks of the bar showed this time twice."""
        day, clock = day_of(entered.get("day", ""), what="the day"), entered.get("time", "")
        twice = False
        if day is not None and clock:
            twice = comes_twice(day, time_of(clock, what="the time"), self._view.location.zone)
        if twice != self._twice:
            self._twice = twice
            self._form.show(self._fields())

    async def _send(self, entered: Entered) -> None:
        wanted = wanted_of(entered, self._view)
        if wanted == Wanted():
            raise Invalid("nothing differs from what is known: change what is wrong first")
        keg_id = self._view.keg.keg_id
        done = await ask(
            correct_keg,
            self._site.ports,
            keg_id=keg_id,
            tare=wanted.tare,
            specific_gravity=wanted.specific_gravity,
            beer_id=wanted.beer_id,
            type_id=wanted.type_id,
            tapped_at=wanted.tapped_at,
            member=current_member(),
            now=self._site.clock.now(),
            reason=entered["reason"],
        )
        rows = f" {recounted_words(done.rows)}." if done.rows else ""
        self._undo.tell(f"Correction saved.{rows}", undo=self._take_back if self._may_assign() else None)
        await self._refresh()

    async def _take_back(self) -> None:
        await attempt(self._revert_newest)
        await self._refresh()

    async def _revert_newest(self) -> None:
        """Take back what this page just put right: the newest correction of the keg by whoever asks."""
        keg_id, member = self._view.keg.keg_id, current_member()
        view = await ask(view_keg, self._site.ports, keg_id=keg_id, member=member, now=self._site.clock.now())
        mine = [entry for entry in view.audit or () if entry.by == member.sub and entry.deed is Deed.CORRECTED]
        if not mine:
            raise Invalid("there is nothing of yours to take back: look at the list below")
        await ask(
            revert_correction,
            self._site.ports,
            keg_id=keg_id,
            audit_id=mine[0].audit_id,
            at=mine[0].at,
            member=member,
            now=self._site.clock.now(),
        )
        self._undo.tell("Taken back: the keg is again what it was.")
