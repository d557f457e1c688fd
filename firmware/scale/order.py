"""Reads one command: who it is, what it wants, and every parameter within its bounds."""

import json

from .port import const

MOST_BYTES = const(1024)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_FIELDS = ("id", "command", "params", "expires")
_TRUTH = const(0)

# Each command with its parameters: (least, most, default), or _TRUTH for a required true or false.
_PARAMS = {
    "identify": {"seconds": (1, 300, 20)},
    "set_config": None,  # every setting has bounds of its own
    "get_config": {},
    "tare": {},
    "maintenance": {"on": _TRUTH, "minutes": (1, 1440, 60)},
    "stream": {"hz": (1, 10, 10), "seconds": (0, 600, 60)},
    "reboot": {},
    "selftest": {},
}


class Refused(Exception):  # noqa: N818 - the command is refused
    """A command that is not carried out: the word for machines, the sentence for people."""

    def __init__(self, word, why):
        super().__init__(why)
        self.word = word
        self.why = why


class Order:
    """What a message asks for. `id` is good; the rest is only read once `check` has been called."""

    def __init__(self, said):
        self._said = said
        self.id = said["id"]
        self.name = None
        self.params = {}
        self.expires = 0

    def check(self):
        """Take name, parameters and time out of the message, or raise Refused with what is wrong."""
        said = self._said
        for field in said:
            if field not in _FIELDS:
                raise Refused("bad_params", "unknown field %r: use %s" % (field, ", ".join(_FIELDS)))
        self.name = said.get("command")
        if not isinstance(self.name, str) or self.name not in _PARAMS:
            raise Refused("unsupported", "this program knows no command %r" % (self.name,))
        self.expires = said.get("expires")
        if not _whole(self.expires) or self.expires < 0:
            raise Refused("bad_params", "expires must be a whole number of seconds since 1970")
        params = said.get("params", {})
        if not isinstance(params, dict):
            raise Refused("bad_params", "params must be an object")
        bounds = _PARAMS[self.name]
        self.params = params if bounds is None else _checked(params, bounds)


def read(payload):
    """Return the Order in a message; ValueError where it has no id to answer to."""
    if len(payload) > MOST_BYTES:
        raise ValueError("it has %d bytes, %d are allowed" % (len(payload), MOST_BYTES))
    said = json.loads(payload)
    if not isinstance(said, dict):
        raise ValueError("it is no JSON object")
    if not _good_id(said.get("id")):
        raise ValueError("it has no id of 1 to 63 letters, digits, '-' or '_'")
    return Order(said)


def _good_id(text):
    if not isinstance(text, str) or not 1 <= len(text) <= 63 or text[0] not in _LETTERS:
        return False
    return all(letter in _LETTERS or letter in "-_" for letter in text)


def _whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _checked(given, bounds):
    for name in given:
        if name not in bounds:
            raise Refused("bad_params", "unknown parameter %r" % name)
    return {name: _value(name, given.get(name), bounds[name]) for name in bounds}


def _value(name, value, bounds):
    if bounds is _TRUTH:
        if not isinstance(value, bool):
            raise Refused("bad_params", "%s must be true or false" % name)
        return value
    least, most, default = bounds
    if value is None:
        return default
    if not _whole(value):
        raise Refused("bad_params", "%s must be a whole number" % name)
    if not least <= value <= most:
        raise Refused("bad_params", "%s is %d: give a value from %d to %d" % (name, value, least, most))
    return value
