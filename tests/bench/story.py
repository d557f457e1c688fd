"""What the scales of a bar say over hours: the noise of the shipped filter, the drinkers and the cooler of the demo.

To live through each conversion of 50 scales would take half an hour, so the filter is run once over a resting keg,
ten conversions a second, and every reading takes one of those pairs of a raw count and a filtered weight.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import cycle

from firmware.scale import messages
from firmware.scale.filter import Filter
from firmware.sim.cooler import Cooler, Wander
from firmware.sim.dice import Dice
from firmware.sim.drinkers import past
from firmware.sim.keg import Keg

_SEED = 20260320
_NOISE_LBS = 0.00198  # of one conversion, as firmware/sim/twin.py has it
_SHELL_LBS, _FULL_LBS, _GRAVITY = 29.7, 160.3, 1.010
_PAIRS = 4000
_BEFORE_MS = 200  # between a conversion and the server


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One reading of the scale under tap `number`, off its keg `keg`; lb, counts, Fahrenheit, dBm, epoch s and ms."""

    number: int
    seq: int
    t: int
    received_ms: int
    weight_lbs: float
    raw: int
    stable: bool
    temp_f: float
    rssi: int
    keg: int
    pour: tuple[int, float, float, float] | None = None

    def payload(self) -> bytes:
        """The message, byte for byte as the firmware writes it."""
        return messages.reading(
            self.weight_lbs,
            v=1,
            boot=boot_of(self.number),
            seq=self.seq,
            t=self.t,
            raw=self.raw,
            stable=self.stable,
            cal=1,
            temp_f=self.temp_f,
            rssi=self.rssi,
            pour=self.pour,
        )


@cache
def boot_of(number: int) -> int:
    """The boot of the scale under a tap: any 32 bits, as a device draws them."""
    return Dice(_SEED, number).word()


def readings(*, taps: int, start: datetime, seconds: int, cadence: int) -> Iterator[list[Said]]:
    """For each second of the story what is said in it: each tap every `cadence` s, spread evenly over the taps."""
    began = int(start.timestamp())
    scales = [_Scale(number, _SEED) for number in range(1, taps + 1)]
    pours = deque(past(_SEED, [1.0] * taps, began, began + seconds))
    cooler = Cooler(Dice(_SEED, 271828))
    for second in range(seconds):
        t = began + second
        while pours and pours[0][0] <= t:
            at, tap, ounces, length = pours.popleft()
            scales[tap].pour(at, ounces, length)
        cooler.advance(1)
        yield [
            scale.say(t, cooler.celsius, cadence)
            for scale in scales
            if (scale.number * cadence // taps - second) % cadence == 0
        ]


class _Scale:
    """One scale, its keg and the wander of its cell."""

    def __init__(self, number: int, seed: int) -> None:
        dice = self._dice = Dice(seed, number, 31337)
        self.number = number
        self._keg = _keg(dice.between(0.6, 1.0))
        self._kegs = 1
        self._wander = Wander(dice.between(108, 165), dice.between(600, 1500), 1 if dice.below(2) else -1)
        self._zero, self._factor = 84_000 + 311 * number, 9_500 + 7 * number
        self._rssi = -50 - dice.below(22)
        self._pairs = cycle(_pairs(number))
        self._seq = 0
        self._poured: list[tuple[int, float, float, float]] = []
        self._until = 0

    def pour(self, at: int, ounces: float, seconds: float) -> None:
        """Beer leaves; the claim rides in the next reading, as on the device. An empty keg is changed before."""
        if self._keg.beer_lbs <= 0:
            self._keg = _keg(1.0)
            self._kegs += 1
        before = self._keg.gross_lbs
        self._keg.draw(ounces)
        self._poured.append((at, seconds, before, self._keg.gross_lbs))
        self._until = at + int(seconds) + 2

    def say(self, t: int, celsius: float, cadence: int) -> Said:
        """The reading due at `t`."""
        self._seq += 1
        self._wander.feel(celsius, cadence)
        felt = self._keg.gross_lbs + self._wander.lbs
        raw_off, lbs_off = next(self._pairs)
        return Said(
            number=self.number,
            seq=self._seq,
            t=t,
            received_ms=t * 1000 + _BEFORE_MS + self._dice.below(700),
            weight_lbs=round(felt + lbs_off, 3),
            raw=self._zero + int((felt + raw_off) * self._factor),
            stable=t >= self._until,
            temp_f=round(celsius * 1.8 + 32, 1),
            rssi=self._rssi + self._dice.below(5) - 2,
            keg=self._kegs,
            pour=self._poured.pop(0) if self._poured and t >= self._until else None,
        )


def _keg(share: float) -> Keg:
    """A half barrel with so much of its beer, under pressure."""
    return Keg(_SHELL_LBS, (_FULL_LBS - _SHELL_LBS) * share, _FULL_LBS, _GRAVITY, gas=True)


@cache
def _pairs(number: int) -> list[tuple[float, float]]:
    """By how much (lb) a conversion and the filtered weight after it are off, a second apart, on a keg at rest."""
    dice = Dice(_SEED, number, 4242)
    follower = Filter()
    found = []
    for conversion in range(_PAIRS):
        off = _NOISE_LBS * dice.normal()
        follower.feed(off, 100)
        if conversion >= 100 and conversion % 10 == 0:
            found.append((off, follower.weight))
    return found
