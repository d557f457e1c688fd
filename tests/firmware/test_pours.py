"""The pour detector as it runs on a scale: ten weights a second, on either interpreter, in 32-bit floats too."""

import struct

from scale_bench.fake_board import Dice
from scale_bench.traces import NOISE, OUNCE, follow, pour

from firmware.scale.pours import Seeker

BOTH_INTERPRETERS = True
GRAM = 0.002204623


def single(value):
    """Round numbers, and numbers in lists, to 32 bits."""
    if isinstance(value, (list, tuple)):
        return [single(one) for one in value]
    return struct.unpack("f", struct.pack("f", value))[0] if isinstance(value, float) else value


def found(platform, seconds, seeker=None, seed=1, each=None):
    """Return [(began, seconds, before, after, told)] of what is found in so many seconds of a platform."""
    seeker = seeker or Seeker()
    dice = Dice(seed)
    claims = []
    for place in range(int(seconds * 10)):
        second = place / 10
        for ago, length, before, after, unseen in seeker.feed(0.1, platform(second) + dice.bell(NOISE)):
            assert not unseen
            claims.append((second - ago, length, before, after, second))
        if each:
            each(seeker)
    return claims


def ounces(claim):
    return (claim[2] - claim[3]) / OUNCE


def ring(start, lbs):
    """Return what a knock adds: a swing of about two a second that is gone within three."""

    def felt(second):
        into = second - start
        if into < 0 or into > 4:
            return 0.0
        phase = int(into * 46) % 20  # of a triangle, ten steps up and ten down
        return lbs * (1 - abs(phase - 10) / 5) * -1 * 0.1 ** (into / 1.04)

    return felt


def test_a_pour_is_told_within_two_seconds_of_its_last_drop_to_fifteen_grams():
    for glass in (2.5, 4, 8, 12, 16, 20, 64):
        for rate in (1.0, 2.0, 3.0):
            claims = found(pour(20, glass, rate), 100)

            assert len(claims) == 1, (glass, rate, claims)
            began, length, before, after, told = claims[0]
            last = 20 + glass / rate + 0.3
            assert abs(before - after - glass * OUNCE) < 15 * GRAM, (glass, rate, claims)
            assert abs(began - 20) < 1, claims
            assert abs(began + length - last) < 1, claims
            assert last < told < last + 2, (glass, rate, claims)


def test_two_glasses_one_after_the_other_are_two():
    for pause in (2, 3, 12, 30, 60):
        first = pour(20, 16)
        second = pour(20 + 8.3 + pause, 16)

        claims = found(lambda at: first(at) + second(at) - 100, 20 + 17 + pause + 20)  # noqa: B023 - used at once

        assert [round(ounces(claim)) for claim in claims] == [16, 16], (pause, claims)


def test_a_little_more_just_after_a_pour_is_told_and_at_any_other_time_it_is_not():
    glass = pour(20, 14)
    for pause, expected in ((6, [14, 1]), (60, [14])):
        more = pour(20 + 7.3 + pause, 1.2)

        claims = found(lambda at: glass(at) + more(at) - 100, 120)  # noqa: B023 - used at once

        assert [int(ounces(claim) + 0.2) for claim in claims] == expected, claims


def test_neither_knocks_nor_hands_nor_a_lift_are_pours():
    def lifted(second):
        return 100.0 if second < 20 else max(0.0, 100 - (second - 20) * 80) if second < 60 else 92.0

    def leaned(second):
        return 112.0 if 20 < second < 50 else 100.0

    def lightened(second):
        return 97.0 if 20 < second < 45 else 100.0

    def leaking(second):
        return 100.0 if second < 20 else 100 - (second - 20) * 0.004

    for platform in (lifted, leaned, lightened, leaking, lambda at: 100 + ring(20, 5)(at)):
        assert found(platform, 120) == []


def test_a_knock_while_beer_flows_does_not_change_what_was_poured():
    glass = pour(20, 16)

    for knock in (21, 24, 27.5, 28.5):
        claims = found(lambda at: glass(at) + ring(knock, 4)(at), 60)  # noqa: B023 - used at once

        assert len(claims) == 1, (knock, claims)
        assert abs(ounces(claims[0]) - 16) < 0.5, (knock, claims)


def test_what_leaves_while_somebody_leans_on_the_keg_is_found_when_they_go():
    glass = pour(30, 16)

    claims = found(lambda at: glass(at) + (8 if 25 < at < 45 else 0), 90)

    assert [round(ounces(claim)) for claim in claims] == [16]


def test_32_bit_floats_find_the_same_pours():
    glasses = [pour(30 + 60 * n, 4 + 4 * n) for n in range(5)]

    def platform(second):
        return 160 + sum([glass(second) - 100 for glass in glasses])

    def rounded(seeker):
        seeker.unpack(single(seeker.pack()))

    exact = found(platform, 400)
    coarse = found(platform, 400, each=rounded)

    assert len(exact) == len(coarse) == 5
    for one, other in zip(exact, coarse):  # noqa: B905 - no strict there
        assert max([abs(one[place] - other[place]) for place in (2, 3)]) < 0.005, (one, other)
        assert max([abs(one[place] - other[place]) for place in (0, 1)]) < 0.35, (one, other)  # of a bin of samples


def test_it_remembers_little_and_counts_seconds_anew():
    seeker = Seeker()
    most = 0
    latest = 0.0
    for hour in range(4):
        found(pour(3000, 16), 3600, seeker, seed=hour + 1)
        packed = seeker.pack()
        most = max(most, sum([len(one) if isinstance(one, list) else 1 for one in packed]))
        latest = max(latest, packed[0])

    assert most < 100
    assert latest < 4100


def test_the_filter_and_the_detector_agree_on_where_a_pour_ends():
    claims = found(pour(20, 16), 40)
    seen = follow(pour(20, 16), 40)

    settled = next(one for one in seen if one.stable and one.second > 28.3)

    assert abs(settled.weight - claims[0][3]) < 0.02
