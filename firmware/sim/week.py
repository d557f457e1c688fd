"""How thirsty a bar is at each hour of its week: pours an hour on a tap of average popularity.

Closed on mornings, quiet afternoons, evenings that swell towards Friday and Saturday; the small hours after
midnight belong to the night before but stand under their own day here.
"""

_CLOSED = [0.0] * 12

_MONDAY = _CLOSED + [0, 0, 0, 1.2, 1.7, 3.2, 4.0, 4.3, 4.0, 3.2, 2.2, 1.0]
_TUESDAY = _CLOSED + [0, 0, 0, 1.3, 1.9, 3.5, 4.4, 4.8, 4.4, 3.5, 2.5, 1.2]
_WEDNESDAY = _CLOSED + [0, 0, 0, 1.4, 2.0, 3.8, 4.8, 5.2, 5.0, 4.0, 2.8, 1.4]
_THURSDAY = _CLOSED + [0, 0, 0, 1.7, 2.4, 4.4, 5.6, 6.4, 6.2, 5.2, 3.8, 2.0]
_FRIDAY = _CLOSED + [0, 0, 0, 3.0, 5.2, 7.4, 8.4, 9.4, 10.4, 10.8, 10.2, 8.2]
_SATURDAY = [5.4, 2.6] + [0.0] * 10 + [2.0, 3.0, 3.6, 4.0, 5.0, 6.2, 7.6, 9.2, 10.6, 11.2, 10.8, 8.8]
_SUNDAY = [6.0, 3.0] + [0.0] * 10 + [2.0, 3.0, 4.0, 4.2, 4.0, 3.8, 3.4, 3.0, 2.4, 1.4, 0.8, 0]

WEEK = _MONDAY + _TUESDAY + _WEDNESDAY + _THURSDAY + _FRIDAY + _SATURDAY + _SUNDAY

_HOUR = 3600
_DAY = 86400


def hour_of_week(local_s):
    """0 for Monday 00:00 to 167 for Sunday 23:00, from seconds since 1970 in the bar's own time."""
    days = local_s // _DAY
    return (days + 3) % 7 * 24 + local_s % _DAY // _HOUR  # 1970 began on a Thursday


def pours_an_hour(local_s):
    """How many pours an hour a tap of average popularity sells then; 0 while the bar is closed."""
    return WEEK[hour_of_week(local_s)]


def business_day(local_s):
    """The day a night belongs to: days since 1970, each beginning at 04:00."""
    return (local_s - 4 * _HOUR) // _DAY
