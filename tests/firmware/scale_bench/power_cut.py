"""On MicroPython: cuts the power at every single write and erase of a real LittleFS, and looks at what is left.

Prints one line of JSON: how many cuts, how often the old and how often the new settings stood after them, and how
often neither did or nothing could be written any more.
"""

import json
import sys

import vfs

sys.path.insert(0, ".")
sys.path.insert(0, "tests/firmware")

from scale_bench.commanded import Scale

from firmware.scale.files import Flash

BLOCK = 4096
BLOCKS = 32


class PowerLostError(OSError):
    """The flash has lost its power."""


class FlashChip:
    """A flash in memory that dies, with half a write done, at the `left`-th write or erase."""

    def __init__(self):
        self.bytes = bytearray(b"\xff" * (BLOCK * BLOCKS))
        self.left = None

    def _spend(self):
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            raise PowerLostError(5)

    def readblocks(self, block, buffer, offset=0):
        start = block * BLOCK + offset
        buffer[:] = self.bytes[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        start = block * BLOCK + offset
        try:
            self._spend()
        except PowerLostError:
            half = len(buffer) // 2 if self.left == -1 else 0
            self.bytes[start : start + half] = buffer[:half]
            raise
        self.bytes[start : start + len(buffer)] = buffer

    def ioctl(self, op, argument):
        if op == 4:
            return BLOCKS
        if op == 5:
            return BLOCK
        if op == 6:
            self._spend()
            start = argument * BLOCK
            self.bytes[start : start + BLOCK] = b"\xff" * BLOCK
        return 0


def command(scale, number):
    """Have a calibration set; every id and revision its own."""
    scale.commands._left = 16
    scale.tell("set_config", "c%d" % number, zero=number, factor=9000, rev=3 + number)


def life(chip, cut):
    """Live through a cut; return the revision after it, or None where the scale is broken."""
    vfs.mount(vfs.VfsLfs2(chip), "/flash")
    scale = Scale(Flash("/flash"))
    chip.left = cut
    try:
        command(scale, 2)
        finished = chip.left >= 0  # an answer that could not be saved is only logged
    except PowerLostError:
        finished = False
    chip.left = None
    try:
        vfs.umount("/flash")
        vfs.mount(vfs.VfsLfs2(chip), "/flash")
        scale = Scale(Flash("/flash"))
        revision = scale.app.config.cal
        command(scale, 2)
        repeated = scale.answers()[-1]["ok"] and scale.app.config.cal == 5
        command(scale, 3)
        sound = scale.app.config.cal == 6 and not scale.board.logged
    except OSError:
        revision, repeated, sound = None, False, False
    vfs.umount("/flash")
    return finished, revision if repeated and sound else None


def main():
    """Cut at the first, the second, the third ... operation until a command gets through whole."""
    chip = FlashChip()
    vfs.VfsLfs2.mkfs(chip)
    vfs.mount(vfs.VfsLfs2(chip), "/flash")
    command(Scale(Flash("/flash")), 1)
    vfs.umount("/flash")
    fresh = bytes(chip.bytes)
    revisions = []
    for cut in range(200):
        chip.bytes[:] = fresh
        finished, revision = life(chip, cut)
        if finished:
            break
        revisions.append(revision)
    said = {"cuts": len(revisions), "old": revisions.count(4), "new": revisions.count(5)}
    said["broken"] = len(revisions) - said["old"] - said["new"]
    print(json.dumps(said))


main()
