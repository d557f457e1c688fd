"""The exact bytes of what a scale says; formatted key by key, because MicroPython's dicts have no order."""

VERSION = 1


def fixed(value, places):
    """Return `value` with so many decimals, by whole numbers: both interpreters then round alike."""
    scale = 10**places
    whole = int(abs(value) * scale + 0.5)
    text = "%d.%0*d" % (whole // scale, places, whole % scale)
    return "-" + text if value < 0 and whole else text


def reading(
    weight_lbs,
    *,
    v=None,
    boot=None,
    seq=None,
    t=None,
    raw=None,
    stable=None,
    cal=None,
    temp_f=None,
    battery=None,
    rssi=None,
    replay=False,
    pour=None,
):
    """Return a reading as bytes. Units: lb, epoch s, counts, F, (V, percent), dBm; None is left out.

    `pour` is (start, seconds, before_lbs, after_lbs).
    """
    fields = []
    _whole(fields, "v", v)
    _whole(fields, "boot", boot)
    _whole(fields, "seq", seq)
    _whole(fields, "t", t)
    fields.append('"weight_lbs":' + fixed(weight_lbs, 3))
    _whole(fields, "raw", raw)
    _truth(fields, "stable", stable)
    _whole(fields, "cal", cal)
    if temp_f is not None:
        fields.append('"temp_f":' + fixed(temp_f, 1))
    if battery is not None:
        fields.append('"battery_v":%s,"battery_pct":%d' % (fixed(battery[0], 2), battery[1]))
    _whole(fields, "rssi", rssi)
    if replay:
        fields.append('"replay":true')
    if pour is not None:
        fields.append('"pour":' + _pour(*pour))
    return _object(fields)


def entry(waiting, *, replay=False, began_ms=None):
    """Return an entry of the outbox as bytes.

    `began_ms` is when this run began, in milliseconds since 1970, where that is known: what was measured before the
    clock was set counts from then.
    """
    t, pour = waiting.t, waiting.pour
    if t is None and began_ms is not None:
        t = (began_ms + waiting.lived) // 1000
        pour = pour and (began_ms // 1000 + pour[0],) + pour[1:]
    return reading(
        waiting.weight_lbs,
        v=VERSION,
        boot=waiting.boot,
        seq=waiting.seq,
        t=t,
        raw=waiting.raw,
        stable=waiting.stable,
        cal=waiting.cal,
        temp_f=waiting.temp_f,
        battery=waiting.battery,
        rssi=waiting.rssi,
        replay=replay,
        pour=pour,
    )


def _pour(start, seconds, before_lbs, after_lbs):
    return '{"start":%d,"seconds":%s,"before_lbs":%s,"after_lbs":%s}' % (
        start,
        fixed(seconds, 1),
        fixed(before_lbs, 3),
        fixed(after_lbs, 3),
    )


def status(*, online, session, t=None, fw=None, pours=None, reset=None, rssi=None):
    """Return a status as bytes: the birth message, or with online False and without t the last will."""
    fields = []
    _truth(fields, "online", online)
    _whole(fields, "session", session)
    _whole(fields, "t", t)
    _word(fields, "fw", fw)
    _truth(fields, "pours", pours)
    _word(fields, "reset", reset)
    _whole(fields, "rssi", rssi)
    return _object(fields)


def _whole(fields, key, value):
    if value is not None:
        fields.append('"%s":%d' % (key, value))


def _truth(fields, key, value):
    if value is not None:
        fields.append('"%s":%s' % (key, "true" if value else "false"))


def _word(fields, key, value):
    if value is None:
        return
    for letter in value:
        if not " " <= letter <= "~" or letter in '"\\':
            raise ValueError("%s is %r: use plain letters, no quotes or backslashes" % (key, value))
    fields.append('"%s":"%s"' % (key, value))


def _object(fields):
    return ("{" + ",".join(fields) + "}").encode()
