"""Days of a bar lived by the simulated twin and its real firmware, every message taken as the product would."""

import json
import math
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any, Final

from bar import ONE, T0, TWO, Bar, at

from backend.domain.ids import TapId
from backend.domain.keg import Keg, Tare, TareSource
from backend.domain.keg_type import keg_type
from backend.domain.member import OWNER
from backend.domain.reading import Reading
from backend.domain.times import EPOCH
from backend.usecases.change_keg import NextKeg, change_keg
from backend.wire.messages import ReadingMessage, digest_of
from backend.wire.topics import ReadingsTopic
from firmware.sim.commands import Commands

PUMP_REST_MS: Final = 1000
"""As the pump does it when the story runs fast."""
BARTENDER_S: Final = 240
BY_HAND: Final = range(9_000, 170_000, 16_000)
"""Seconds into the story at which a keg is changed, whatever is left in it."""
WINDOW_S: Final = 7.3
"""Messages of so long a time arrive in any order; no whole number, so that things happen within a second."""
DUPLICATED: Final = 0.1
HELD_BACK: Final = 0.1
"""Shares of the messages that arrive twice, and that arrive a window or more too late."""
GRAVITY: Final = {"pils": 1.010, "stout": 1.014}
SCALES: Final = {"SCALE-1": ONE, "SCALE-2": TWO}


@dataclass(slots=True)
class Stay:
    """A keg as it really stood: moments of the story, epoch s; what was poured from it, US oz; gross lb at its end."""

    tap_id: TapId
    placed_at: float
    lifted_at: float = math.inf
    ounces: list[float] = field(default_factory=list)
    keg: Keg | None = None
    left_lbs: float = 0.0


@dataclass(slots=True)
class Lived:
    """What came of it: every reading once, the kegs as they stood, the times of each tap's state as it went on."""

    readings: dict[tuple[str, int | None, int | None], Reading] = field(default_factory=dict)
    stays: dict[TapId, list[Stay]] = field(default_factory=dict)
    state_times: dict[TapId, list[datetime]] = field(default_factory=lambda: {ONE: [], TWO: []})
    taken: int = 0

    def of(self, tap_id: TapId) -> list[Reading]:
        """The readings of one tap."""
        return [one for one in self.readings.values() if SCALES[one.device_id] == tap_id]


class Days:
    """A bar whose story is lived window by window; kegs are changed when they run empty, and now and then before."""

    def __init__(self, bar: Bar, *, heartbeat_s: int, seed: int) -> None:
        self.bar = bar
        self.lived = Lived()
        self._dice = random.Random(seed)
        self._commands: Any = Commands(lambda _: None)  # type: ignore[no-untyped-call]  # the MicroPython subset
        self._late: list[Reading] = []
        self._errands = [
            (_s(at(second)), scale) for second, scale in zip(BY_HAND, cycle(["SCALE-2", "SCALE-1"]), strict=False)
        ]
        self._next: dict[str, NextKeg] = {}
        first = {
            "SCALE-1": (self._some("pils", "sixth_barrel"), 2.5),
            "SCALE-2": (self._some("pils", "half_barrel"), 1.5),
        }
        for scale, (keg, _) in first.items():
            opened = change_keg(bar.ports, tap_id=SCALES[scale], keg=keg, at=at(-60), member=OWNER, now=T0)
            self.lived.stays[SCALES[scale]] = [Stay(tap_id=SCALES[scale], placed_at=_s(at(-60)), keg=opened)]
        self._obey(do="start", plan=_plan(first, heartbeat_s=heartbeat_s, seed=seed))

    def live(self, hours: float, *, guests: bool = True) -> None:
        """Go on for so long."""
        self._obey(do="drinkers", on=guests)
        for _ in range(int(hours * 3600 / WINDOW_S)):
            self._window()

    def settle(self) -> None:
        """Let what is late arrive."""
        self._take(self._late)
        self._late = []

    def truth(self, tap_id: TapId) -> Any:
        """The twin of a tap."""
        return next(twin for twin in self._commands.bar.twins if SCALES[twin.scale] == tap_id)

    def _window(self) -> None:
        bar = self._commands.bar
        arrived: list[Reading] = []
        for _ in range(round(WINDOW_S * 10)):
            bar.tick(PUMP_REST_MS)
            for twin in bar.twins:
                arrived += [self._read(topic, payload) for topic, payload in twin.app.take()]
        events = bar.events()
        # The product hears of a changed keg before or after the readings of the same moment.
        if self._dice.random() < 0.5:
            self._take(self._shuffled(arrived))
            self._follow(events)
        else:
            self._follow(events)
            self._take(self._shuffled(arrived))
        self._run_errands()

    def _read(self, topic: str, payload: bytes) -> Reading:
        reading = ReadingMessage.parse(payload).reading(
            device_id=ReadingsTopic.parse(topic).device_id,
            digest=digest_of(payload),
            received_at=EPOCH + timedelta(milliseconds=self._commands.bar.now_ms),
        )
        self.lived.readings[reading.device_id, reading.boot, reading.seq] = reading
        return reading

    def _shuffled(self, arrived: list[Reading]) -> list[Reading]:
        """Some twice, some later, all in any order."""
        dice = self._dice
        due = [one for one in self._late if dice.random() < 0.5]
        self._late = [one for one in self._late if one not in due]
        due += [one for one in arrived if dice.random() < DUPLICATED]
        for one in arrived:
            (self._late if dice.random() < HELD_BACK else due).append(one)
        dice.shuffle(due)
        return due

    def _take(self, readings: list[Reading]) -> None:
        if not readings:
            return
        self.bar.take(readings)
        self.lived.taken += len(readings)
        for tap_id in {SCALES[one.device_id] for one in readings}:
            item = self.bar.state(tap_id)
            self.lived.state_times[tap_id].append(item.updated_at)

    def _follow(self, events: list[dict[str, Any]]) -> None:
        for said in events:
            scale = said["scale"]
            stays = self.lived.stays[SCALES[scale]]
            if said["event"] == "poured":
                stays[-1].ounces.append(said["oz"])
            elif said["event"] == "kicked":
                self._errands.append((self._now() + BARTENDER_S, scale))
            elif said["event"] == "changed":
                self._tell(scale, said)

    def _tell(self, scale: str, said: dict[str, Any]) -> None:
        """Tell the product of a changed keg as the demo's bartender does."""
        tap_id = SCALES[scale]
        opened = change_keg(
            self.bar.ports,
            tap_id=tap_id,
            keg=self._next.pop(scale),
            at=EPOCH + timedelta(seconds=said["placed_at"]),
            lifted_at=EPOCH + timedelta(seconds=said["lifted_at"]),
            member=OWNER,
            now=EPOCH + timedelta(seconds=self._now()),
        )
        self.lived.stays[tap_id][-1].lifted_at = math.floor(said["lifted_at"])
        placed_at = math.ceil(said["placed_at"] + 1)  # whole seconds, and a filter up to a second behind
        self.lived.stays[tap_id].append(Stay(tap_id=tap_id, placed_at=placed_at, keg=opened))

    def _run_errands(self) -> None:
        due = [errand for errand in self._errands if errand[0] <= self._now()]
        for errand in due:
            stand = self._commands.bar.by_scale[errand[1]].stand
            if stand.pouring:
                continue  # nobody lifts a keg while a glass runs
            self._errands.remove(errand)
            if not stand.changing:
                self._change(errand[1])

    def _change(self, scale: str) -> None:
        keg = self._some(
            self._dice.choice(list(GRAVITY)), self._dice.choice(["sixth_barrel", "euro_20l", "half_barrel"])
        )
        self._next[scale] = keg
        self.lived.stays[SCALES[scale]][-1].left_lbs = self._commands.bar.by_scale[scale].stand.load_lbs
        self._obey(do="change", scale=scale, gap=self._dice.choice([20, 40, 150]), **standing(keg))

    def _some(self, beer_id: str, type_id: str) -> NextKeg:
        """A full keg in a shell of its own weight, stamped on it."""
        kind = keg_type(type_id)
        empty = round((kind.tare_lbs or 0.0) + self._dice.uniform(-1, 1), 1)
        full = kind.full_lbs(empty_lbs=empty, specific_gravity=GRAVITY[beer_id])
        return NextKeg(
            beer_id=beer_id, type_id=type_id, tare=Tare(empty_lbs=empty, source=TareSource.STAMPED), full_lbs=full
        )

    def _now(self) -> float:
        return float(self._commands.bar.now_ms) / 1000

    def _obey(self, **order: Any) -> Any:
        return self._commands.obey(json.loads(json.dumps(order)))


def standing(keg: NextKeg) -> dict[str, float]:
    """A full keg as the simulated bar wants it told."""
    assert keg.tare is not None
    assert keg.full_lbs is not None
    empty = keg.tare.empty_lbs
    return {
        "shell_lbs": empty,
        "beer_lbs": keg.full_lbs - empty,
        "full_lbs": keg.full_lbs,
        "sg": GRAVITY[keg.beer_id],
    }


def _plan(first: dict[str, tuple[NextKeg, float]], *, heartbeat_s: int, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "broker": {"host": "127.0.0.1", "port": 1},
        "clock": {"story": _s(T0)},
        "utc_offset_s": -7 * 3600,
        "settings": {"heartbeat_s": heartbeat_s},
        "scales": [
            {"scale": scale, "popularity": popularity, "cal": 1, **standing(keg)}
            for scale, (keg, popularity) in first.items()
        ],
    }


def _s(moment: datetime) -> float:
    return (moment - EPOCH).total_seconds()
