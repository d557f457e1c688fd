from firmware.scale.battery import CURVE, Gauge, percent_of, volts_of

BOTH_INTERPRETERS = True


def test_percent_and_volts_are_each_others_way_back():
    for tenth in range(1001):
        assert abs(percent_of(volts_of(tenth / 10)) - tenth / 10) < 1e-6


def test_beyond_the_curve_a_cell_is_full_or_empty():
    assert (percent_of(4.3), percent_of(2.5), percent_of(0)) == (100.0, 0.0, 0.0)
    assert [percent_of(volts) for _, volts in CURVE] == [percent for percent, _ in CURVE]


def test_the_gauge_does_not_flicker_and_follows_what_stays():
    gauge = Gauge()
    shown = [gauge.feed(volts)[1] for volts in (3.98, 3.984, 3.976, 3.98, 3.95, 3.90)]

    assert shown == [80, 80, 80, 80, 75, 66]
