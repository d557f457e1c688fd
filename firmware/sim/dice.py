"""Chance that is the same on every interpreter: a 32-bit xorshift of our own, in integers only."""

MASK = 0xFFFFFFFF
TWO32 = 4294967296

# Four bytes added up are nearly normal; this is the standard deviation of that sum: sqrt(4 * (256^2 - 1) / 12).
_FOUR_BYTES_SD = 147.7994


def mix(*numbers):
    """Fold whole numbers into one 32-bit seed, different for each order and each number."""
    h = 0x811C9DC5
    for n in numbers:
        h = ((h ^ (n & MASK)) * 0x01000193) & MASK
        h = ((h ^ (n >> 32 & MASK)) * 0x01000193) & MASK
        h ^= h >> 15
        h = (h * 0x2C1B3C6D) & MASK
        h ^= h >> 12
    return h


class Dice:
    """A stream of chance from one seed (Marsaglia, Xorshift RNGs, 2003: shifts 13, 17, 5)."""

    def __init__(self, *seed):
        self.state = mix(*seed) or 0x9E3779B9

    def word(self):
        """A whole number, 32 bits, never zero."""
        x = self.state
        x ^= x << 13 & MASK
        x ^= x >> 17
        x ^= x << 5 & MASK
        self.state = x
        return x

    def below(self, n):
        """A whole number from 0 to n - 1."""
        return self.word() % n

    def between(self, low, high):
        """A number from low to high, evenly spread."""
        return low + (high - low) * self.word() / TWO32

    def chance(self, probability):
        """True that often (0 to 1)."""
        return self.word() < probability * TWO32

    def normal(self):
        """A number of mean 0 and standard deviation 1, never beyond 3.5."""
        x = self.word()
        total = (x & 255) + (x >> 8 & 255) + (x >> 16 & 255) + (x >> 24)
        return (total - 510) / _FOUR_BYTES_SD
