"""The ESP32 under a real keg: pins, Wi-Fi, clock and dice. The only module that imports machine, network and esp32.

It cannot run on a PC and has not been run by our tests; everything above it is tested against boards that can.
"""

import os

import machine
import network
import ntptime

from .battery import Gauge
from .board import Board, Network
from .files import Flash
from .port import sleep_ms, ticks_ms, unix_time

_SET_AFTER = 1750000000  # seconds since 1970: an earlier time comes from a clock that nobody has set
_CLOCK_TRY_MS = 30000  # doubled after each failure: a bar without internet must not wait for DNS all day
_CLOCK_AGAIN_MS = 6 * 3600 * 1000  # its crystal drifts by a second or two in that time
_WATCHDOG_MS = 60000  # longer than any name lookup or handshake holds up the loop
_JOIN_MS = 15000
_ADC_SAMPLES = 16  # one alone is off by up to 50 mV
_PROBE_MS = 30000
_CONVERTS_MS = 750  # a DS18B20 at 12 bits (its data sheet, page 3)
_UNWRITTEN_C = 85.0  # what it says before its first conversion (page 4)
_RESETS = {
    machine.PWRON_RESET: "power_on",
    machine.HARD_RESET: "hard",
    machine.WDT_RESET: "watchdog",
    machine.DEEPSLEEP_RESET: "deep_sleep",
    machine.SOFT_RESET: "soft",
}


class Wifi(Network):
    """The station interface, which joins again by itself, and the broker behind it."""

    def __init__(self, ssid, key, broker):
        super().__init__(
            broker["host"], broker.get("port", 1883), broker.get("user"), broker.get("password"), trusted(broker)
        )
        self._ssid = ssid
        self._key = key
        self.station = network.WLAN(network.STA_IF)

    def wifi_up(self):
        """Tell whether we have an address in the bar's network."""
        return self.station.isconnected()

    async def stay_joined(self, log):
        """Join the bar's network, for ever: the driver retries, but gives up on some access points."""
        self.station.active(True)
        self.station.config(pm=network.WLAN.PM_NONE)  # a sleeping radio delays a pour by up to a second
        while True:
            if not self.station.isconnected():
                self._join(log)
                await sleep_ms(_JOIN_MS)
            await sleep_ms(1000)

    def _join(self, log):
        try:
            self.station.disconnect()
            self.station.connect(self._ssid, self._key)
        except OSError as error:
            log("Wi-Fi %s: %r" % (self._ssid, error))


class Esp32(Board):
    """A board from what config.json says: id, pins, Wi-Fi and broker."""

    def __init__(self, settings):
        self.device_id = settings["device_id"]
        pins = settings.get("pins", {})
        self.sck = machine.Pin(pins.get("sck", 18), machine.Pin.OUT, value=0)
        # Pulled up, so that a cable that has come off reads as never ready instead of as zero.
        self.dout = machine.Pin(pins.get("dout", 19), machine.Pin.IN, machine.Pin.PULL_UP)
        self._light = machine.Pin(pins.get("light", 2), machine.Pin.OUT, value=0)
        self.files = Flash("/")
        self.network = Wifi(settings["wifi"]["ssid"], settings["wifi"]["key"], settings["broker"])
        self._battery = machine.ADC(machine.Pin(pins["battery"])) if "battery" in pins else None
        self._divider = settings.get("battery_divider", 2.0)
        self._gauge = Gauge()
        self._probe = machine.Pin(pins["probe"]) if "probe" in pins else None
        self._celsius = None
        self._clock_set = False
        self._watchdog = machine.WDT(timeout=_WATCHDOG_MS)

    def ticks_ms(self):
        """Return milliseconds, wrapping at 2**30."""
        return ticks_ms()

    def epoch(self):
        """Return seconds since 1970, or None until the clock has been set."""
        return unix_time() if self._clock_set else None

    def random32(self):
        """Return 32 bits of the hardware's noise, good while the radio is on."""
        return int.from_bytes(os.urandom(4), "big")

    def reset_cause(self):
        """Return why the board started."""
        return _RESETS.get(machine.reset_cause(), "unknown")

    def rssi(self):
        """Return the Wi-Fi signal in dBm, or None while not joined."""
        return self.network.station.status("rssi") if self.network.wifi_up() else None

    def light(self, on):
        """Switch the light on the board."""
        self._light.value(1 if on else 0)

    def reboot(self):
        """Reset the chip: as a watchdog does, but told as what it is."""
        machine.reset()

    def battery(self):
        """Return (volts, percent) where `pins` names the ADC pin of a divider, else None: on mains."""
        if self._battery is None:
            return None
        microvolts = sum([self._battery.read_uv() for _ in range(_ADC_SAMPLES)]) // _ADC_SAMPLES
        return self._gauge.feed(microvolts * self._divider / 1000000)

    def temp_f(self):
        """Return the temperature at the keg in Fahrenheit, or None without a probe that answers."""
        return None if self._celsius is None else self._celsius * 1.8 + 32

    def alive(self):
        """Feed the watchdog."""
        self._watchdog.feed()

    def irq_off(self):
        """Hold interrupts off."""
        return machine.disable_irq()

    def irq_on(self, state):
        """Allow interrupts again."""
        machine.enable_irq(state)

    async def keep_temperature(self):
        """Ask a DS18B20 on the probe's pin every half minute, for ever; a probe that falls silent is no temperature."""
        if self._probe is None:
            return
        import ds18x20
        import onewire

        bus = ds18x20.DS18X20(onewire.OneWire(self._probe))
        while True:
            self._celsius = await self._ask(bus)
            await sleep_ms(_PROBE_MS)

    async def _ask(self, bus):
        try:
            probes = bus.scan()
            if not probes:
                return None
            bus.convert_temp()
            await sleep_ms(_CONVERTS_MS)
            celsius = bus.read_temp(probes[0])
        except Exception as error:  # its driver raises bare exceptions for a bad checksum
            self.log("the temperature probe does not answer: %r" % error)
            return None
        return None if celsius == _UNWRITTEN_C else celsius

    async def keep_time(self):
        """Set the clock from the network, soon after it is up and then every six hours."""
        pause_ms = _CLOCK_TRY_MS
        while True:
            if not self.network.wifi_up():
                await sleep_ms(1000)
                continue
            try:
                ntptime.settime()
                self._clock_set = unix_time() > _SET_AFTER
                pause_ms = _CLOCK_TRY_MS
                await sleep_ms(_CLOCK_AGAIN_MS)
            except OSError as error:
                self.log("no time from the network: %r" % error)
                await sleep_ms(pause_ms)
                pause_ms = min(pause_ms * 2, _CLOCK_AGAIN_MS)


def trusted(broker):
    """Return a TLS context that trusts the authority in `broker["ca"]` (a DER file), or None for plain TCP."""
    if "ca" not in broker:
        return None
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cafile=broker["ca"])
    return context
