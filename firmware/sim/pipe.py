"""The control pipe: JSON lines in on stdin, JSON lines out on stdout; stderr is for the log.

Whoever starts a bar must read its stdout: a full pipe holds the story up.
"""

import json
import select
import sys

from firmware.scale.port import MICROPYTHON

MOST_BYTES = 262144
_CHUNK = 65536
_AT_ONCE = 16384  # bytes taken in one call, so that a flood of orders does not hold up the bar


class Pipe:
    """Reads what is there without waiting, and writes whole lines. `closed` once the other end has gone."""

    def __init__(self):
        self.closed = False
        self._source = sys.stdin.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._waiting = bytearray()
        self._too_long = False

    def lines(self):
        """Return the lines that have come in since the last call, without their ends; None stands for one too long."""
        taken = 0
        while taken < _AT_ONCE and not self.closed and self._poll.poll(0):
            chunk = self._read()
            self.closed = not chunk
            taken += len(chunk)
            self._waiting.extend(chunk)
        return self._split()

    def _split(self):
        lines = []
        while True:
            end = self._waiting.find(b"\n")
            if end < 0:
                break
            line = bytes(self._waiting[:end])
            self._waiting = self._waiting[end + 1 :]
            lines.append(None if self._too_long or len(line) > MOST_BYTES else line)
            self._too_long = False
        if len(self._waiting) > MOST_BYTES:
            self._too_long = True
            self._waiting = bytearray()
        return lines

    def say(self, event):
        """Write one object as a line, at once."""
        try:
            sys.stdout.write(json.dumps(event) + "\n")
            if not MICROPYTHON:
                sys.stdout.flush()
        except OSError:  # nobody reads any more
            self.closed = True

    if MICROPYTHON:

        def _read(self):
            return self._source.read(1)  # more would wait for more

    else:

        def _read(self):
            import os

            return os.read(self._source.fileno(), _CHUNK)


def log(sentence):
    """Say something to whoever looks at the log."""
    sys.stderr.write("sim: " + sentence + "\n")
