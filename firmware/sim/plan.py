"""The plan of a bar as the app sends it: checked key by key, so that a mistake is named and not guessed at."""

REQUIRED = object()

_BAR = {
    # name: (kinds, least, most, what stands if it is absent)
    "seed": (int, 0, 0xFFFFFFFF, 1),
    "broker": (dict, None, None, REQUIRED),
    "clock": (dict, None, None, REQUIRED),
    "utc_offset_s": (int, -86400, 86400, 0),  # of the bar's own time, now
    "drinkers": (bool, None, None, True),
    "settings": (dict, None, None, None),  # of firmware.scale.config, for every scale
    "folder": (str, 1, 1024, None),  # for what the scales keep on flash; absent: it is gone with this process
    "scales": (list, None, None, REQUIRED),
}
_BROKER = {"host": (str, 1, 253, REQUIRED), "port": (int, 1, 65535, REQUIRED)}
CLOCK = {
    "story": ((int, float), 946684800, 4102444800, REQUIRED),  # seconds since 1970: the years 2000 to 2100
    "speed": ((int, float), 0.1, 600, 1),
}
_SCALE = {
    "scale": (str, 1, 64, REQUIRED),
    "user": (str, 0, 128, None),
    "password": (str, 0, 256, None),
    "zero": (int, -8388608, 8388607, 84000),
    "factor": ((int, float), -200000, 200000, 9500),
    "cal": (int, 0, 1 << 31, 0),
    "aged_pct": ((int, float), -20, 20, 0),  # more counts a pound than its program knows of
    "shell_lbs": ((int, float), 0, 1000, None),  # absent: no keg stands there
    "beer_lbs": ((int, float), 0, 1000, 0),
    "full_lbs": ((int, float), 0, 2000, 0),  # shell and beer of the full keg; bounds the gas above the beer
    "stands_lbs": ((int, float), 0, 1000, None),  # on the platform while the keg waits beside it; absent: the keg
    "sg": ((int, float), 0.5, 2, 1.010),
    "vented": (bool, None, None, False),  # True: no gas pressure above the beer
    "popularity": ((int, float), 0, 100, 1.0),  # 1 is average; 0: the drinkers leave it alone
    "wander_g": ((int, float), 0, 1000, None),  # peak to peak; absent: drawn from 105 to 170
    "probe": (bool, None, None, True),  # whether it measures the cooler's temperature
    "battery_pct": ((int, float), 0, 100, None),  # absent: on the mains
    "offline": (bool, None, None, False),  # True: its Wi-Fi is down from the start
}
MOST_SCALES = 200


class PlanError(ValueError):
    """The plan or an order has a mistake; the sentence names it and says what is allowed."""


def checked_plan(plan):
    """Return the plan with every absent value filled in; PlanError names the first mistake."""
    plan = checked(plan, _BAR, "the plan")
    plan["broker"] = checked(plan["broker"], _BROKER, "broker")
    plan["clock"] = checked(plan["clock"], CLOCK, "clock")
    scales = plan["scales"]
    if not 1 <= len(scales) <= MOST_SCALES:
        raise PlanError("the plan has %d scales: give 1 to %d" % (len(scales), MOST_SCALES))
    plan["scales"] = [checked(scale, _SCALE, "scale %d" % (n + 1)) for n, scale in enumerate(scales)]
    names = set()
    for scale in plan["scales"]:
        if scale["scale"] in names:
            raise PlanError("%s is in the plan twice: give each scale its own id" % scale["scale"])
        names.add(scale["scale"])
    return plan


def checked(given, fields, where):
    """Return a dict with every name of `fields`, from `given` or its default; PlanError names a mistake."""
    if not isinstance(given, dict):
        raise PlanError("%s must be an object" % where)
    for name in given:
        if name not in fields:
            raise PlanError("%s has an unknown key %r: use %s" % (where, name, ", ".join(sorted(fields))))
    values = {}
    for name in fields:
        values[name] = _value(given.get(name), fields[name], "%s of %s" % (name, where))
    return values


def _value(value, field, where):
    kinds, least, most, default = field
    if value is None:
        if default is REQUIRED:
            raise PlanError("%s is missing: give it" % where)
        return default
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
        raise PlanError("%s has the wrong type: give %s" % (where, _NAMES[kinds]))
    size = len(value) if kinds is str else value
    if least is not None and not least <= size <= most:
        raise PlanError("%s is out of bounds: give %s to %s" % (where, least, most))
    return value


_NAMES = {
    int: "a whole number",
    (int, float): "a number",
    str: "text",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}
