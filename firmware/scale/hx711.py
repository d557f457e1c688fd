"""The HX711 load cell amplifier, clocked by hand: 24 bits, gain 128, and the faults it can show.

Source: Avia Semiconductor, HX711 data sheet, serial interface on pages 4 and 5.
"""

from .port import const, ticks_diff

_SIGN = const(0x800000)
_TOP = const(0x7FFFFF)
_PULSES = const(24)
_GAIN_128_A = const(1)  # extra pulses: 25 in all choose channel A, gain 128, for the next conversion
_SILENCE_MS = const(600)  # a conversion takes 100 ms at 10 per second, 400 ms after power-up
_SAME_CODES = const(20)  # 50 nV of noise are about 20 counts: two equal codes happen, twenty do not
_OPEN_CODES = const(3)  # one -1 is an honest reading near zero, three in a row are an open line
_GOOD_CODES = const(3)

SATURATED = "saturated"
STUCK = "stuck"
UNPLUGGED = "unplugged"


class Hx711:
    """Reads raw counts from the chip and says when it cannot be trusted.

    `fault` is None, 'saturated', 'stuck' or 'unplugged'; it goes after three good codes in a row.
    """

    def __init__(self, board):
        self._board = board
        self._heard_at = board.ticks_ms()
        self._last = None
        self._same = 0
        self._open = 0
        self._good = 0
        self.fault = None
        board.sck.value(0)

    def ready(self):
        """Tell whether a conversion waits to be read."""
        return self._board.dout.value() == 0

    def read(self):
        """Return the next conversion in counts, or None where there is none or it cannot be trusted."""
        now = self._board.ticks_ms()
        if not self.ready():
            if ticks_diff(now, self._heard_at) > _SILENCE_MS:
                self._fail(UNPLUGGED)
            return None
        self._heard_at = now
        return self._judge(self._shift_in())

    def _shift_in(self):
        code = 0
        for _ in range(_PULSES):
            self._pulse()
            code = (code << 1) | self._board.dout.value()
        for _ in range(_GAIN_128_A):
            self._pulse()
        return code - (_SIGN << 1) if code & _SIGN else code

    def _pulse(self):
        # An interrupt that holds SCK high for over 60 us puts the chip to sleep; one that falls between two
        # pulses does no harm, so interrupts are held off for one pulse at a time.
        board = self._board
        state = board.irq_off()
        board.sck.value(1)
        board.sck.value(0)
        board.irq_on(state)

    def _judge(self, code):
        self._same = self._same + 1 if code == self._last else 1
        self._open = self._open + 1 if code == -1 else 0
        self._last = code
        if code in (_TOP, -_SIGN):
            return self._fail(SATURATED)
        if code == -1:
            # Not shown even once: a line that has just come off reads the same as an honest -1.
            return self._fail(UNPLUGGED) if self._open >= _OPEN_CODES else None
        if self._same >= _SAME_CODES:
            return self._fail(STUCK)
        if self.fault:
            self._good = self._good + 1 if self._same == 1 else 0
            if self._good < _GOOD_CODES:
                return None
            self.fault = None
        return code

    def _fail(self, fault):
        self.fault = fault
        self._good = 0
