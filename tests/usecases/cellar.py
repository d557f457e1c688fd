"""Two taps whose scales are twins running the real firmware: kegs come and go, and the product only hears readings."""

import json
from datetime import datetime, timedelta
from typing import Any, Final

from bar import ONE, PILS, STOUT, T0, TWO, Bar

from backend.cellar import calibrations
from backend.domain.calibration import Calibration, Method
from backend.domain.face import TapFace
from backend.domain.ids import TapId
from backend.domain.keg import Keg, KegState, KegTapped, Tare, TareSource
from backend.domain.keg_type import keg_type
from backend.domain.ledger import Pour
from backend.domain.level import Level
from backend.domain.member import OWNER
from backend.domain.reading import Reading
from backend.domain.swap import SwapRecord
from backend.domain.times import EPOCH
from backend.usecases.change_keg import NextKeg, change_keg
from backend.usecases.keg_stock import queue_next, stock_kegs
from backend.usecases.swap import complete_due_swaps
from backend.usecases.undo_swap import last_swap
from backend.usecases.view_board import view_board
from backend.wire.messages import ReadingMessage, digest_of
from backend.wire.topics import ReadingsTopic
from firmware.sim.commands import Commands
from firmware.sim.keg import Keg as Barrel

SCALES: Final = {ONE: "SCALE-1", TWO: "SCALE-2"}
GRAVITY: Final = {beer.beer_id: beer.specific_gravity for beer in (PILS, STOUT)}
SHELL_LBS: Final = 30.3
"""Of the first kegs; stamped, so that their level is right."""


def barrel(
    beer_id: str = "pils", type_id: str = "half_barrel", *, shell_lbs: float = SHELL_LBS, left: float = 1.0
) -> Barrel:
    """A keg as it stands in the cellar, this share of it full."""
    gravity = GRAVITY[beer_id]
    full_lbs = keg_type(type_id).full_lbs(empty_lbs=shell_lbs, specific_gravity=gravity)
    beer_lbs = (full_lbs - shell_lbs) * left
    return Barrel(shell_lbs, beer_lbs, full_lbs, gravity, gas=True)  # type: ignore[no-untyped-call]  # MicroPython


def put_on_of(type_id: str = "half_barrel", beer_id: str = "pils", shell_lbs: float = SHELL_LBS) -> NextKeg:
    """The same keg as a person enters it."""
    full_lbs = keg_type(type_id).full_lbs(empty_lbs=shell_lbs, specific_gravity=GRAVITY[beer_id])
    tare = Tare(empty_lbs=shell_lbs, source=TareSource.STAMPED)
    return NextKeg(beer_id=beer_id, type_id=type_id, tare=tare, full_lbs=full_lbs)


class Cellar:
    """The bar, second by second; `loud` False: what the scales say is lost, as while they have no power."""

    def __init__(self, bar: Bar, *, left: tuple[float, float] = (0.3, 0.6), clock: bool = False) -> None:
        self.bar = bar
        self.loud = True
        self.with_clock = clock
        self._commands: Any = Commands(lambda _: None)  # type: ignore[no-untyped-call]  # the MicroPython subset
        self._waiting: list[Reading] = []
        for tap_id in SCALES:
            change_keg(bar.ports, tap_id=tap_id, keg=put_on_of(), at=T0 - timedelta(minutes=1), member=OWNER, now=T0)
        full_lbs = put_on_of().full_lbs
        assert full_lbs is not None
        scales = [
            {
                "scale": scale,
                "cal": 1,
                "shell_lbs": SHELL_LBS,
                "beer_lbs": share * (full_lbs - SHELL_LBS),
                "full_lbs": full_lbs,
                "sg": PILS.specific_gravity,
            }
            for scale, share in zip(SCALES.values(), left, strict=True)
        ]
        self._obey(
            do="start",
            plan={
                "seed": 7,
                "broker": {"host": "127.0.0.1", "port": 1},
                "clock": {"story": (T0 - EPOCH).total_seconds()},
                "drinkers": False,
                "scales": scales,
            },
        )
        self.first = {tap_id: bar.tap(tap_id).keg_id for tap_id in SCALES}

    @property
    def now(self) -> datetime:
        """The time of the story."""
        return EPOCH + timedelta(milliseconds=self._commands.bar.now_ms)

    def stand(self, tap_id: TapId = ONE) -> Any:
        """What stands under a tap."""
        twin = self._commands.bar.by_scale[SCALES[tap_id]]
        twin.wake(self._commands.bar.now_ms)
        return twin.stand

    def twin(self, tap_id: TapId = ONE) -> Any:
        """The scale under a tap."""
        return self._commands.bar.by_scale[SCALES[tap_id]]

    def calibrated(self, *, factor: float, zero: int, rev: int, tap_id: TapId = ONE) -> None:
        """Write down that a scale has confirmed this calibration."""
        calibration = Calibration(
            device_id=SCALES[tap_id],
            factor=factor,
            zero=zero,
            rev=rev,
            method=Method.KNOWN_WEIGHT,
            calibrated_at=self.now,
            confirmed_at=self.now,
            factor_since=self.now,
            by="owner",
        )
        self.bar.ports.table.transact([calibrations.put_past(calibration)])

    def run(self, seconds: float, *, take: bool = True) -> None:
        """Go on; with `take` the product hears every second what the scales say, without it waits at the broker."""
        for _ in range(round(seconds)):
            for _tick in range(10):
                self._commands.bar.tick()
            for twin in self._commands.bar.twins:
                told = [self._read(topic, payload) for topic, payload in twin.app.take()]
                self._waiting += told if self.loud else []
            if take:
                self.hear()

    def hear(self) -> None:
        """Let the product take what waits at the broker, and look at the clock."""
        if self._waiting:
            self.bar.take(self._waiting)
            self._waiting = []
        if self.with_clock:
            complete_due_swaps(self.bar.ports, now=self.now)

    def swap(self, tap_id: TapId = ONE, new: Barrel | None = None, *, gap: float = 20) -> None:
        """Lift the keg off and set another down after so long; both are done and have settled afterwards."""
        self.stand(tap_id).change(new or barrel(), gap)
        self.run(gap + 12)

    def pour(self, oz: float, tap_id: TapId = ONE) -> None:
        """Pour so much, and let it be booked."""
        self._obey(do="pour", scale=SCALES[tap_id], oz=oz)
        self.run(oz / 2 + 12)

    def stocked(self, beer_id: str = "pils", type_id: str = "half_barrel", *, shell_lbs: float = SHELL_LBS) -> Keg:
        """Take a keg into stock whose shell is stamped."""
        tare = Tare(empty_lbs=shell_lbs, source=TareSource.STAMPED)
        (keg,) = stock_kegs(
            self.bar.ports,
            location_id="loc-001",
            beer_id=beer_id,
            type_id=type_id,
            count=1,
            tare=tare,
            member=OWNER,
            now=self.now,
        )
        self.run(1)
        return keg

    def queue(self, keg: Keg, tap_id: TapId = ONE) -> None:
        """Queue a keg as next on a tap."""
        queue_next(self.bar.ports, tap_id=tap_id, keg_id=keg.keg_id, member=OWNER, now=self.now)

    def keg_on(self, tap_id: TapId = ONE) -> Keg:
        """The keg on a tap, which must be there."""
        keg_id = self.bar.tap(tap_id).keg_id
        assert keg_id is not None
        return self.bar.keg(keg_id)

    def old(self, tap_id: TapId = ONE) -> Keg:
        """The keg that was on a tap first."""
        keg_id = self.first[tap_id]
        assert keg_id is not None
        return self.bar.keg(keg_id)

    def last(self, tap_id: TapId = ONE) -> SwapRecord:
        """The last change of kegs on a tap, which must be there."""
        record = last_swap(self.bar.ports, tap_id=tap_id)
        assert record is not None
        return record

    def pours(self, tap_id: TapId = ONE) -> list[Pour]:
        """What was booked on a tap."""
        return [pour for pour in self.bar.pours() if pour.tap_id == tap_id]

    def closed(self) -> list[str]:
        """The kegs that were taken off."""
        kegs = {stay.keg_id for tap_id in SCALES for stay in self.bar.stays(tap_id)}
        return [keg_id for keg_id in kegs if self.bar.keg(keg_id).state in {KegState.LIFTED, KegState.KICKED}]

    def _read(self, topic: str, payload: bytes) -> Reading:
        return ReadingMessage.parse(payload).reading(
            device_id=ReadingsTopic.parse(topic).device_id, digest=digest_of(payload), received_at=self.now
        )

    def _obey(self, **order: Any) -> Any:
        return self._commands.obey(json.loads(json.dumps(order)))


def face(cellar: Cellar, tap_id: TapId = ONE) -> TapFace:
    """What the board shows of a tap."""
    board = view_board(cellar.bar.ports, location_id="loc-001", member=OWNER)
    return next(face for face in board.faces if face.tap_id == tap_id)


def percent(cellar: Cellar, tap_id: TapId = ONE) -> float:
    """What is left by weight, which must be known."""
    level = cellar.bar.state(tap_id).level
    assert isinstance(level, Level)
    return level.percent


def only_event(cellar: Cellar) -> KegTapped:
    """The one change that was told since the first kegs."""
    told = [event for event in cellar.bar.told if isinstance(event, KegTapped)][2:]
    assert len(told) == 1
    return told[0]


def changed_once(cellar: Cellar, *, to: Keg | None = None) -> None:
    """One keg was closed on the first tap, another one is on, and nothing was poured."""
    event = only_event(cellar)
    assert cellar.closed() == [cellar.old().keg_id] == [event.closed_keg_id]
    assert event.keg_id == cellar.keg_on().keg_id == cellar.last().new_keg_id
    assert cellar.pours() == []
    if to is not None:
        assert event.keg_id == to.keg_id
