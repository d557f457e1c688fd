"""The HX711 at pin level, so that the real driver reads it bit by bit.

Behaviour from the data sheet (Avia Semiconductor, HX711, pages 4 and 5): DOUT is high until a conversion is ready
and then low; each rising edge of SCK shifts out one of 24 bits, most significant first, two's complement; the 25th
pulse sets DOUT high again and chooses channel A at gain 128. Beyond its range the chip stays at 0x7FFFFF or 0x800000.
The power-down by a long high pulse is not simulated: no time passes here while the driver clocks the chip.
"""

HIGHEST = 0x7FFFFF
LOWEST = -0x800000

FAULTS = (None, "saturated", "stuck", "unplugged")


class Chip:
    """One converter. `sck` and `dout` are its two pins, each with the `value` of a machine.Pin."""

    def __init__(self):
        self.sck = Pin(self._clock)
        self.dout = Pin(self._output)
        self.fault = None
        self.code = 0
        self._shift = 0
        self._pulses = 24
        self._bit = 1
        self._high = 0

    def break_down(self, fault):
        """Have a fault from now on: 'saturated', 'stuck', 'unplugged', or None for a sound chip."""
        if fault not in FAULTS:
            raise ValueError("a chip can be saturated, stuck, unplugged or sound (nothing), not %r" % (fault,))
        self.fault = fault
        if fault == "unplugged":  # an open line is pulled high, so it never says that a conversion is ready
            self._bit = 1

    def convert(self, code):
        """A conversion of `code` counts (signed, any size) is ready: DOUT falls."""
        fault = self.fault
        if fault == "unplugged":
            return
        if fault == "stuck":
            code = self.code
        elif fault == "saturated" or code > HIGHEST:
            code = HIGHEST
        elif code < LOWEST:
            code = LOWEST
        self.code = code
        self._shift = code & 0xFFFFFF
        self._pulses = 0
        self._bit = 0

    def _clock(self, level):
        if level and not self._high and self.fault != "unplugged":
            pulses = self._pulses
            self._bit = self._shift >> (23 - pulses) & 1 if pulses < 24 else 1
            self._pulses = pulses + 1
        self._high = level

    def _output(self):
        return self._bit


class Pin:
    """A pin of the chip: `value(level)` drives SCK, `value()` reads DOUT."""

    def __init__(self, value):
        self.value = value
