"""The settings of a scale, each with its bounds; a value outside them is refused by name."""

_ANY = 0x7FFFFFFF

# Each name with its least, its most and its default value.
BOUNDS = {
    "zero": (-8388608, 8388607, 0),  # raw counts of the empty platform
    "factor": (-200000, 200000, 9500),  # raw counts per lb; negative where the cell is wired the other way round
    "cal": (0, _ANY, 0),  # revision of the calibration, 0 before the first
    "heartbeat_s": (1, 300, 30),  # a reading at least this often
    "deadband_lbs": (0.01, 2.0, 0.05),  # a smaller change at rest is not worth a message
    "floor_ms": (100, 1000, 250),  # between two messages of a restless weight
    "outbox": (8, 4096, 256),  # readings kept while the link is down
    "keepalive_s": (5, 300, 30),  # the broker tells the last will after one and a half of it
    "response_s": (1, 60, 8),  # a broker silent for longer is gone
    "backoff_s": (1, 600, 60),  # longest pause between two tries to connect
    "replay_after_s": (5, 3600, 60),  # a reading that waited longer than this, in wall time, is marked as replay
}
_LEAST_FACTOR = 50  # counts per lb; below it one count would be more than a third of an ounce


# What a command may set while the scale runs, by the names it uses; the room of the outbox is taken at the start.
SETTABLE = {name: name for name in BOUNDS if name not in ("cal", "outbox")}
SETTABLE["rev"] = "cal"
ON_TRIAL = ("keepalive_s", "response_s", "backoff_s")  # a change of these could lose the broker


class ConfigError(ValueError):
    """A setting is unknown or out of bounds; the message names it and what is allowed."""


class Config:
    """The settings in force. Every keyword is a name from BOUNDS."""

    def __init__(self, **settings):
        for name, bounds in BOUNDS.items():
            setattr(self, name, bounds[2])
        for name, value in settings.items():
            setattr(self, name, checked(name, value))

    def check(self, settings):
        """Raise ConfigError where one of `settings` may not be."""
        for name, value in settings.items():
            checked(name, value)

    def change(self, settings):
        """Bring all of `settings` into force, or raise ConfigError and change nothing."""
        self.check(settings)
        for name, value in settings.items():
            setattr(self, name, value)

    def lbs(self, raw):
        """Return the gross weight in lb that a raw count stands for."""
        return (raw - self.zero) / self.factor


def checked(name, value):
    """Return `value` if the setting `name` may have it, else raise ConfigError."""
    if name not in BOUNDS:
        raise ConfigError("unknown setting %r: use one of %s" % (name, ", ".join(sorted(BOUNDS))))
    least, most, default = BOUNDS[name]
    whole = isinstance(default, int) and name != "factor"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise ConfigError("%s must be %s" % (name, "a whole number" if whole else "a number"))
    if not least <= value <= most:
        raise ConfigError("%s is %s: give a value from %s to %s" % (name, value, least, most))
    if name == "factor" and abs(value) < _LEAST_FACTOR:
        raise ConfigError("factor is %s: give at least %d counts per lb" % (value, _LEAST_FACTOR))
    return value
