"""The exact bytes of an answer to a command; formatted key by key, because MicroPython's dicts have no order."""

import json

from .messages import fixed
from .port import const

_MOST_LETTERS = const(160)  # of a sentence: an answer has to fit 16 times into a small heap
_SETTINGS = (
    "heartbeat_s",
    "deadband_lbs",
    "floor_ms",
    "keepalive_s",
    "response_s",
    "backoff_s",
    "replay_after_s",
    "outbox",
)


def accepted(command_id):
    """Return the answer to a command that takes its time, as bytes."""
    return _response(command_id, "accepted")


def done(command_id, result=None):
    """Return the answer to a command that is done; `result` is one of the objects below."""
    return _response(command_id, "done", result=result)


def failed(command_id, word, why="", result=None):
    """Return the answer to a command that failed: a word, and a sentence or a result that says more."""
    return _response(command_id, "failed", error=word, result=result or (reason(why) if why else None))


def sample(command_id, raw, t, stable):
    """Return a message of a stream: raw counts in order, the epoch seconds of the last or None, whether at rest."""
    fields = ['"raw":[%s]' % ",".join([str(count) for count in raw])]
    if t is not None:
        fields.append('"t":%d' % t)
    fields.append('"stable":' + truth(stable))
    return _response(command_id, "sample", result=_object(fields))


def _response(command_id, state, error=None, result=None):
    fields = ['"id":"%s"' % command_id, '"state":"%s"' % state, '"ok":' + truth(state != "failed")]
    if error is not None:
        fields.append('"error":"%s"' % error)
    if result is not None:
        fields.append('"result":' + result)
    return _object(fields).encode()


def reason(why):
    """Return the result of what failed: a sentence for people."""
    return '{"why":%s}' % _text(why)


def tare(residual_lbs, raw, sd_counts, stable):
    """Return the report of a tare: lb from zero, mean and standard deviation of the counts, whether at rest."""
    return '{"residual_lbs":%s,"raw":%d,"sd_counts":%s,"stable":%s}' % (
        fixed(residual_lbs, 3),
        raw,
        fixed(sd_counts, 1),
        truth(stable),
    )


def settings(config, fw):
    """Return the settings in force and the version of the program."""
    fields = ['"zero":%d' % config.zero, '"factor":' + fixed(config.factor, 3), '"rev":%d' % config.cal]
    for name in _SETTINGS:
        value = getattr(config, name)
        fields.append('"%s":%s' % (name, fixed(value, 3) if name == "deadband_lbs" else "%d" % value))
    fields.append('"fw":' + _text(fw))
    return _object(fields)


def calibration(config):
    """Return what set_config has brought into force."""
    return '{"zero":%d,"factor":%s,"rev":%d}' % (config.zero, fixed(config.factor, 3), config.cal)


def selftest(cell, sd_counts, rate_hz, rssi, free_bytes, flash):
    """Return what a selftest found; `cell` is "ok" or the name of its fault, None is left out."""
    fields = ['"cell":' + _text(cell)]
    if sd_counts is not None:
        fields.append('"sd_counts":' + fixed(sd_counts, 1))
    fields.append('"rate_hz":' + fixed(rate_hz, 1))
    if rssi is not None:
        fields.append('"rssi":%d' % rssi)
    if free_bytes is not None:
        fields.append('"free_bytes":%d' % free_bytes)
    fields.append('"flash":' + truth(flash))
    return _object(fields)


def started(boot, reset):
    """Return the result of a reboot, told after the birth message of the new start."""
    return '{"boot":%d,"reset":%s}' % (boot, _text(reset))


def truth(value):
    """Return a truth as JSON."""
    return "true" if value else "false"


def _text(words):
    plain = "".join([letter if " " <= letter <= "~" else "?" for letter in words[:_MOST_LETTERS]])
    return json.dumps(plain)


def _object(fields):
    return "{" + ",".join(fields) + "}"
