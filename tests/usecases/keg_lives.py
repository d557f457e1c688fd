"""Random lives of kegs on one tap: what people and beer do, what scales say of it, and what is told late or wrong."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bar import ONE, Bar, at, claim, said

from backend.cellar import kegs, pours
from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.ledger import Unseen
from backend.domain.level import Level
from backend.domain.maintenance import AsideKind
from backend.domain.member import OWNER
from backend.domain.reading import Reading
from backend.domain.refusal import Invalid
from backend.domain.units import gallons_of
from backend.usecases import load
from backend.usecases.anchor import anchor_books
from backend.usecases.change_keg import NextKeg, change_keg
from backend.usecases.correct import correct_gravity, correct_keg
from backend.usecases.maintenance import begin_maintenance, end_maintenance
from backend.usecases.record_waste import record_waste
from backend.usecases.undo_swap import undo_swap

ACTS: Final = (
    "pour", "pours", "lose", "leak", "clean", "repair", "foam", "spill", "swap", "swap_late", "mistaken", "tare",
    "beer", "gravity", "size", "tapped_at", "repeat", "hold_back", "catch_up", "rest",
)  # fmt: skip
_LB_PER_OZ: Final = 8.345 * 1.010 / 128
_STEP_S: Final = 600
_WANDER_LBS: Final = 0.1


@dataclass(slots=True)
class Life:
    """A bar and its true keg; `second` is now. Readings that are held back arrive when somebody catches up.

    `refused` says that the last act was a correction that cannot be.
    """

    bar: Bar
    dice: random.Random
    second: int = 0
    gross_lbs: float = 0.0
    keg_id: str = ""
    told: list[Reading] = field(default_factory=list)
    held: list[Reading] = field(default_factory=list)
    holding: bool = False
    refused: bool = False

    def begin(self) -> None:
        """The first keg stands there, as full as its type."""
        self._put_on(at_second=0)
        self.rest()

    def act(self, name: str) -> None:
        """Do one of ACTS."""
        self.refused = False
        acts: dict[str, Callable[[], None]] = {act: getattr(self, act) for act in ACTS}
        acts[name]()
        self._go_on(self.dice.choice([1, 1, 2, 6]))

    def rest(self) -> None:
        """Nobody does anything for three hours."""
        self._go_on(18)

    def settle(self) -> None:
        """Everything that was held back arrives, and a night passes."""
        self.catch_up()
        self._go_on(6 * 14)

    def pour(self) -> None:
        """A glass of 4 to 20 oz, claimed by the scale."""
        self._draw(self.dice.uniform(4, 20))

    def pours(self) -> None:
        """A round."""
        for _ in range(self.dice.randint(2, 6)):
            self._draw(16)

    def lose(self) -> None:
        """Beer leaves while nobody is heard; the fall across the gap is seen afterwards and booked."""
        lost = self._take(self.dice.uniform(10, 200))
        self.second += 3600
        books = load.ledger(self.bar.ports, self.keg_id)
        gravity = load.gravity(self.bar.ports, books)
        fall = Unseen(
            unseen_id=f"fall-{self.second}",
            tap_id=ONE,
            keg_id=self.keg_id,
            at=at(self.second),
            gallons=gallons_of(lost, specific_gravity=gravity),
            before_lbs=self.gross_lbs + lost,
            after_lbs=self.gross_lbs,
        )
        self.bar.ports.table.transact([kegs.put_ledger(books.with_unseen(fall)), pours.put_unseen(fall)])

    def leak(self) -> None:
        """Beer leaves and nobody ever tells."""
        self._take(self.dice.uniform(2, 60))

    def clean(self) -> None:
        """The line is cleaned: some of it claimed, some not."""
        self._set_aside(AsideKind.CLEANING)

    def repair(self) -> None:
        """The tap is worked on."""
        self._set_aside(AsideKind.MAINTENANCE)

    def foam(self) -> None:
        """A glass is poured, and poured away."""
        self._draw(16)
        self._waste("foam")

    def spill(self) -> None:
        """Something is told that no scale saw, or saw long ago."""
        self._waste("other")

    def swap(self) -> None:
        """A keg is changed, and told of at once."""
        self._put_on(at_second=self.second)

    def swap_late(self) -> None:
        """A keg is changed, beer is poured from it, and only then is it told."""
        changed, new_lbs, keg = self.second, *self._some()
        self.gross_lbs = new_lbs
        self.second += 60
        for _ in range(self.dice.randint(0, 4)):
            self._draw(16)
        self._change(keg, at_second=changed)

    def mistaken(self) -> None:
        """A keg is said to be changed, beer is poured, and then it turns out that nobody changed it."""
        stood = self.keg_id
        self._change(self._some()[1], at_second=self.second)
        for _ in range(self.dice.randint(0, 4)):
            self._draw(16)
        undo_swap(self.bar.ports, tap_id=ONE, member=OWNER, now=at(self.second))
        self.keg_id = self.bar.tap().keg_id or ""
        assert self.keg_id == stood

    def tare(self) -> None:
        """The shell is weighed."""
        keg = self._keg()
        empty = round(keg.tare.empty_lbs + self.dice.uniform(-1, 1), 2)
        self._correct(tare=Tare(empty_lbs=empty, source=TareSource.WEIGHED_EMPTY))

    def beer(self) -> None:
        """It was the other beer."""
        self._correct(beer_id="stout" if self._keg().beer_id == "pils" else "pils")

    def gravity(self) -> None:
        """The gravity in the catalogue is put right."""
        correct_gravity(
            self.bar.ports,
            beer_id=self._keg().beer_id,
            specific_gravity=round(self.dice.uniform(1.004, 1.020), 4),
            location_id="loc-001",
            member=OWNER,
            now=at(self.second),
        )

    def size(self) -> None:
        """It was the keg of 50 L, or it was not; a size that its weight or its pours deny is refused."""
        try:
            self._correct(type_id="euro_50l" if self._keg().type_id == "half_barrel" else "half_barrel")
        except Invalid as no:
            assert "check the size" in str(no)  # noqa: PT017 - a refusal is one of two right answers
            self.refused = True

    def tapped_at(self) -> None:
        """It was tapped at another time; a time at which no keg could have been tapped is refused."""
        keg = self._keg()
        moved = self.dice.randint(-6 * 3600, 6 * 3600)
        assert keg.tapped_at is not None
        second = min(self.second, int((keg.tapped_at - at(0)).total_seconds()) + moved)
        try:
            self._correct(tapped_at=at(second))
        except Invalid as no:
            assert "moment" in str(no)  # noqa: PT017 - a refusal is one of two right answers
            self.refused = True

    def repeat(self) -> None:
        """What was told is told again."""
        self.bar.take(self.dice.sample(self.told, min(len(self.told), 20)))

    def hold_back(self) -> None:
        """From now on nothing is heard that carries a pour."""
        self.holding = True

    def catch_up(self) -> None:
        """What was held back arrives in any order."""
        self.holding = False
        self.dice.shuffle(self.held)
        self.bar.take(self.held)
        self.held = []

    def apart(self) -> float:
        """By how much the books of the keg and its weight differ, as a share of what it held."""
        ledger, level = self.bar.ledger(self.keg_id), self.bar.state().level
        assert isinstance(level, Level)
        taken = ledger.poured + ledger.wasted + ledger.cleaned + ledger.unseen
        return abs(ledger.opening - taken - level.gallons) / ledger.opening

    def _keg(self) -> Keg:
        return self.bar.keg(self.keg_id)

    def _correct(self, **facts: object) -> None:
        said_once = None
        for _ in range(2):
            correct_keg(self.bar.ports, keg_id=self.keg_id, member=OWNER, now=at(self.second), **facts)  # type: ignore[arg-type]
            told = (self._keg(), self.bar.ledger(self.keg_id), self.bar.pours(), self.bar.tap(), self.bar.state())
            assert said_once is None or said_once == told
            said_once = told

    def _some(self) -> tuple[float, NextKeg]:
        """Its true weight, and what is said of it: shells differ by about 1 kg."""
        beer_id, gravity = self.dice.choice([("pils", 1.010), ("stout", 1.014)])
        return 29.7 + self.dice.uniform(-1, 1) + 15.5 * 8.345 * gravity, NextKeg(beer_id=beer_id, type_id="half_barrel")

    def _put_on(self, *, at_second: int) -> None:
        self.gross_lbs, keg = self._some()
        self._change(keg, at_second=at_second)

    def _change(self, keg: NextKeg, *, at_second: int) -> None:
        opened = change_keg(
            self.bar.ports, tap_id=ONE, keg=keg, at=at(at_second), member=OWNER, now=at(self.second + 2)
        )
        self.keg_id = opened.keg_id
        self.second += 3
        self._say()

    def _take(self, ounces: float) -> float:
        """Take beer out of the keg, as far as there is any; gives the pounds."""
        lbs = min(ounces * _LB_PER_OZ, max(0.0, self.gross_lbs - 40.0))
        self.gross_lbs -= lbs
        return lbs

    def _draw(self, ounces: float) -> None:
        before = self.gross_lbs
        lbs = self._take(ounces)
        self.second += 30
        if lbs > 0:
            found = claim(self.second - 20, before, lbs / _LB_PER_OZ)
            reading = said(self.second, self.gross_lbs, seq=self.second, pour=found)
            self.told.append(reading)
            if self.holding:
                self.held.append(reading)
            else:
                self.bar.take([reading])

    def _set_aside(self, kind: AsideKind) -> None:
        begin_maintenance(self.bar.ports, tap_id=ONE, kind=kind, member=OWNER, now=at(self.second), minutes=30)
        self.second += 60
        self._draw(32)
        self._take(self.dice.choice([0, 64]))
        self.second += self.dice.choice([600, 2400])
        if self.bar.tap().aside.covers(at(self.second)):  # type: ignore[union-attr]  # it was just set aside
            end_maintenance(self.bar.ports, tap_id=ONE, member=OWNER, now=at(self.second))

    def _waste(self, reason: str) -> None:
        self.second += 5
        left = self.bar.ledger(self.keg_id).remaining
        if left > 1:
            record_waste(
                self.bar.ports,
                tap_id=ONE,
                gallons=0.125,
                reason=reason,
                at=at(self.second),
                member=OWNER,
                now=at(self.second),
                wall=at(self.second),
            )

    def _go_on(self, steps: int) -> None:
        """Ten minutes at a time: a reading at rest, and the books look at it."""
        for _ in range(steps):
            self.second += _STEP_S
            self._say()
            anchor_books(self.bar.ports, location_id="loc-001", now=at(self.second))

    def _say(self) -> None:
        wander = self.dice.uniform(-_WANDER_LBS, _WANDER_LBS)
        reading = said(self.second, round(self.gross_lbs + wander, 2), seq=self.second)
        self.told.append(reading)
        self.bar.take([reading])
