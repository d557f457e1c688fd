"""What a set_config asks for: every setting known and allowed, a calibration whole and newer than the one in force."""

from .config import SETTABLE, ConfigError
from .order import Refused

_CALIBRATION = ("zero", "factor", "rev")


def wanted(params, config):
    """Return the settings by the names of config.py; raise Refused, by name, for the first that may not be."""
    given = [name for name in _CALIBRATION if name in params]
    if given and len(given) != len(_CALIBRATION):
        raise Refused("bad_params", "zero, factor and rev are one calibration: send all three or none")
    if not params:
        raise Refused("bad_params", "nothing to set: name at least one setting")
    for name in params:
        if name not in SETTABLE:
            raise Refused("bad_params", "unknown setting %r: use one of %s" % (name, ", ".join(sorted(SETTABLE))))
    settings = {SETTABLE[name]: params[name] for name in params}
    try:
        config.check(settings)
    except ConfigError as error:
        raise Refused("bad_params", _by_its_own_name(str(error)))  # noqa: B904 - MicroPython has no `from`
    if given and settings["cal"] <= config.cal:
        raise Refused("stale_rev", "revision %d is in force: give a greater one" % config.cal)
    return settings


def _by_its_own_name(sentence):
    return "rev" + sentence[3:] if sentence.startswith("cal ") else sentence
