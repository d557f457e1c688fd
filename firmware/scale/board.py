"""What the firmware asks of the board it runs on; the ESP32 and the simulated twin each give their own."""

import sys


class Network:
    """Where the broker is, who we are to it, and whether the air carries us."""

    def __init__(self, host, port=1883, user=None, password=None, ssl=None):
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.ssl = ssl  # an ssl.SSLContext, or None for plain TCP

    def wifi_up(self):
        """Tell whether packets can leave; the link waits while they cannot."""
        return True


class Board:
    """The contract, with the answers of a board that has nothing but a load cell and a network.

    `sck.value(level)` drives the clock pin of the HX711 and `dout.value()` reads its answer, as machine.Pin does.
    """

    device_id = ""  # the id in every topic, e.g. SCALE-0042
    fw = "0.1.0"
    sck = None
    dout = None
    network = None
    files = None  # Flash or Memory (files.py): what has to survive a restart

    def ticks_ms(self):
        """Return measuring ticks: milliseconds wrapping at 2**30. They may run fast in the simulator."""
        raise NotImplementedError

    def epoch(self):
        """Return whole seconds since 1970, or None while the clock is not set. A story's seconds in the simulator."""
        raise NotImplementedError

    def wall_epoch(self):
        """Return the same of the clock on the wall, by which commands expire: another one only in the simulator."""
        return self.epoch()

    def random32(self):
        """Return a random unsigned 32-bit int."""
        raise NotImplementedError

    def reset_cause(self):
        """Return why the board started: power_on, watchdog, deep_sleep, soft, hard or unknown."""
        return "unknown"

    def rssi(self):
        """Return the Wi-Fi signal in dBm, or None."""

    def battery(self):
        """Return (volts, percent), or None on mains."""

    def temp_f(self):
        """Return the temperature at the keg in Fahrenheit, or None without a probe."""

    def light(self, on):
        """Switch the light by which somebody in the cooler finds this scale."""

    def reboot(self):
        """Start again from nothing but the files."""
        raise NotImplementedError

    def alive(self):
        """Hear that the measuring loop runs; a board with a watchdog feeds it."""

    def irq_off(self):
        """Stop interrupts and return what `irq_on` needs. Called around each single clock pulse only."""

    def irq_on(self, state):
        """Allow interrupts again."""

    def log(self, text):
        """Say something to whoever looks at the console."""
        print(self.device_id, text, file=sys.stderr)
