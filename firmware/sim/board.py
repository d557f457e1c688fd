"""The board of a simulated scale: the contract of the device, on a chip and a network of the story."""

import asyncio

from firmware.scale.board import Board, Network
from firmware.scale.files import Memory
from firmware.scale.port import unix_time

from .dice import Dice
from .pipe import log

_PERIOD = (1 << 30) - 1


class Air(Network):
    """A network whose Wi-Fi can be taken away."""

    def __init__(self, host, port, user, password, up):
        super().__init__(host, port, user, password)
        self.up = up

    def wifi_up(self):
        """Tell whether packets can leave."""
        return self.up


class SimBoard(Board):
    """One board. `now_ms` is story time in milliseconds since 1970; whoever steps the scale sets it.

    Measuring ticks follow the story and so may run fast; the network's ticks are wall time and not ours.
    """

    def __init__(self, device_id, chip, network, now_ms, seed, files=None):
        self.device_id = device_id
        self.files = files or Memory()
        self.lit = False
        self.reset_asked = asyncio.Event()
        self._reset = "power_on"
        self.sck = chip.sck
        self.dout = chip.dout
        self.network = network
        self.now_ms = now_ms
        self.battery_cell = None
        self.celsius = None  # of the air around the keg, where there is a probe
        self._booted_ms = now_ms
        # The story never comes twice to the same moment, so each start gives other boot and session numbers.
        self._dice = Dice(seed, now_ms, 104729)
        self._rssi = -50 - self._dice.below(22)

    def ticks_ms(self):
        """Measuring ticks since this board was switched on."""
        return self.now_ms - self._booted_ms & _PERIOD

    def epoch(self):
        """Story seconds since 1970."""
        return self.now_ms // 1000

    def wall_epoch(self):
        """Seconds since 1970 on the wall: whoever waits for a command does not live in the story."""
        return unix_time()

    def light(self, on):
        """Switch the light that the simulator's page shows."""
        self.lit = on

    def reboot(self):
        """Ask whoever runs this board to start it again."""
        self.reset_asked.set()

    def restarted(self):
        """Begin again: measuring ticks from 0, the light out."""
        self.reset_asked.clear()
        self.lit = False
        self._reset = "soft"
        self._booted_ms = self.now_ms

    def random32(self):
        """The next number of this board's own chance."""
        return self._dice.word()

    def reset_cause(self):
        """Switched on with the bar, or restarted since."""
        return self._reset

    def battery(self):
        """(volts, percent), or None on the mains."""
        return self.battery_cell.at(self.now_ms) if self.battery_cell else None

    def temp_f(self):
        """The air around the keg in Fahrenheit, or None without a probe."""
        return None if self.celsius is None else self.celsius * 1.8 + 32

    def log(self, text):
        """Say it in the log of the bar, with the name of the scale."""
        log("%s: %s" % (self.device_id, text))

    def rssi(self):
        """The signal of this place in the bar, a few dB up and down."""
        return self._rssi + self._dice.below(5) - 2
