"""A board for tests: an HX711 at pin level that gives the codes it is told, and ticks that move when told to."""

from firmware.scale.board import Board, Network
from firmware.scale.files import Memory

CONVERSION_MS = 100
EPOCH = 1773868800


class Pin:
    """A pin as machine.Pin: value() reads, value(x) writes."""

    def __init__(self, read=None, write=None):
        self._read = read
        self._write = write

    def value(self, level=None):
        return self._read() if level is None else self._write(level)


class Chip:
    """The serial side of an HX711: DOUT low while a code waits; each rising edge of SCK shifts out one bit."""

    def __init__(self):
        self.codes = []
        self.pulses = 0
        self.level = 0
        self._dout = 1
        self._shift = None

    def clock(self, level):
        rising = level and not self.level
        self.level = level
        if not rising:
            return
        self.pulses += 1
        if self._shift is None:
            self._shift = [self.codes.pop(0) & 0xFFFFFF, 0]
        code, place = self._shift
        if place == 24:
            self._dout = 1
            self._shift = None
        else:
            self._dout = (code >> (23 - place)) & 1
            self._shift[1] = place + 1

    def read(self):
        if self._shift is not None:
            return self._dout
        return 0 if self.codes else 1


class FakeBoard(Board):
    """A board whose chip, time and dice the test holds in its hand."""

    device_id = "SCALE-0001"

    def __init__(self, network=None, ticks=0):
        self.chip = Chip()
        self.sck = Pin(write=self._clock)
        self.dout = Pin(read=self.chip.read)
        self.network = network or Network("127.0.0.1")
        self.files = Memory()
        self.lit = []  # every switch of the light
        self.reboots = 0
        self.ticks = ticks
        self.clock_set = True
        self.clock_offset = 0
        self.edges_while_off = []
        self.logged = []
        self._off = False
        self._dice = 1

    def _clock(self, level):
        if level and self._off:
            self.edges_while_off[-1] += 1
        self.chip.clock(level)

    def ticks_ms(self):
        return self.ticks % (1 << 30)

    def epoch(self):
        return EPOCH + self.clock_offset + self.ticks // 1000 if self.clock_set else None

    def random32(self):
        self._dice = (self._dice * 1664525 + 1013904223) & 0xFFFFFFFF
        return self._dice

    def light(self, on):
        self.lit.append(on)

    def reboot(self):
        self.reboots += 1

    def irq_off(self):
        self._off = True
        self.edges_while_off.append(0)
        return "as it was"

    def irq_on(self, state):
        assert state == "as it was"
        self._off = False

    def log(self, text):
        self.logged.append(text)


class Dice:
    """Bell-shaped noise that is the same on every interpreter."""

    def __init__(self, seed):
        self._state = seed

    def bell(self, sigma):
        total = 0
        for _ in range(12):
            self._state = (self._state * 1664525 + 1013904223) & 0xFFFFFFFF
            total += self._state >> 8
        return (total / (1 << 24) - 6) * sigma
