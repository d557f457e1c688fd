import json

from scale_bench.fake_board import CONVERSION_MS, EPOCH, Dice, FakeBoard
from scale_bench.traces import last_drop, pour

from firmware.scale.app import App
from firmware.scale.config import Config

BOTH_INTERPRETERS = True
ZERO = 84213
FACTOR = 9500


class Bench:
    """An app on a fake board, fed with pounds; `news()` gives the readings since the last look."""

    def __init__(self, **settings):
        self.board = FakeBoard()
        self.app = App(self.board, Config(zero=ZERO, factor=FACTOR, cal=3, **settings))
        self.dice = Dice(1)

    def feed(self, lbs, seconds=0.1):
        for _ in range(int(seconds * 10 + 0.5)):
            self.raw(int(ZERO + (lbs + self.dice.bell(0.002)) * FACTOR))
        return self

    def raw(self, code):
        self.board.ticks += CONVERSION_MS
        self.board.chip.codes.append(code)
        self.app.step()

    def news(self):
        return [json.loads(payload) for _, payload in self.app.take()]


def test_a_keg_set_down_becomes_a_settled_reading_on_the_topic_of_its_scale():
    bench = Bench().feed(87.3, 5)

    topic, payload = bench.app.take()[-1]
    reading = json.loads(payload)

    assert topic == "keg/readings/SCALE-0001"
    assert reading["stable"] is True
    assert abs(reading["weight_lbs"] - 87.3) < 0.01
    assert abs((reading["raw"] - ZERO) / FACTOR - 87.3) < 0.02
    assert reading["cal"] == 3
    assert bench.app.stable
    assert abs(bench.app.weight_lbs - 87.3) < 0.01


def test_a_wild_first_code_is_never_published():
    bench = Bench()
    bench.raw(8000000)

    bench.feed(87.3, 5)

    assert all(abs(reading["weight_lbs"] - 87.3) < 0.02 for reading in bench.news())


def test_sequence_numbers_start_at_one_and_have_no_gap():
    bench = Bench().feed(87.3, 100)

    assert [reading["seq"] for reading in bench.news()] == list(range(1, bench.app.seq + 1))


def test_a_step_without_a_conversion_changes_nothing():
    bench = Bench().feed(87.3, 5)
    bench.news()

    for _ in range(50):
        bench.app.step()

    assert bench.news() == []
    assert bench.app.fault is None


def test_the_settled_weight_after_a_pour_is_out_within_a_second_and_a_half_of_the_last_drop():
    bench = Bench().feed(100, 20)
    bench.news()
    truth = pour(0, 16)
    end_ms = bench.board.ticks + int(last_drop(0, 16) * 1000)

    rested_at = None
    for place in range(150):
        bench.feed(truth(place / 10))
        for reading in bench.news():
            if reading["stable"] and bench.board.ticks > end_ms - 200 and rested_at is None:
                rested_at = bench.board.ticks
                assert abs(reading["weight_lbs"] - truth(20)) < 0.02

    assert rested_at is not None
    assert rested_at - end_ms <= 1500


def test_a_pour_tells_the_full_plateau_before_the_falling_weight():
    bench = Bench().feed(100, 21.5)
    bench.news()

    bench.feed(99.9).feed(99.8).feed(99.7)
    first, second = bench.news()[:2]

    assert first["stable"] is True
    assert abs(first["weight_lbs"] - 100) < 0.01
    assert second["stable"] is False
    assert first["t"] <= second["t"]


def test_a_bump_is_no_storm_of_messages():
    bench = Bench().feed(100, 20)
    bench.news()

    for swing in (-4, 3, -2.5, 2, -1.5, 1.2, -1, 0.8, -0.6, 0.4, -0.3, 0.2, -0.1, 0.05):
        bench.feed(100 + swing)
    bench.feed(100, 5)
    news = bench.news()

    assert len(news) <= 9
    assert news[-1]["stable"] is True
    assert abs(news[-1]["weight_lbs"] - 100) < 0.02


def test_a_claimed_pour_rides_in_a_reading_at_once_while_the_weight_is_at_rest():
    bench = Bench().feed(99, 5)
    bench.news()

    bench.app.claim_pour(EPOCH, 8.5, 100.0, 99.0)
    bench.feed(99)
    readings = bench.news()

    assert [reading.get("pour") for reading in readings] == [
        {"start": EPOCH, "seconds": 8.5, "before_lbs": 100.0, "after_lbs": 99.0}
    ]
    assert readings[0]["stable"] is True


def test_several_pours_ride_one_in_each_reading_in_their_order():
    bench = Bench().feed(99, 5)
    bench.news()

    for start in (1, 2, 3):
        bench.app.claim_pour(start, 1.0, 100.0, 99.0)
    bench.feed(99)

    assert [reading["pour"]["start"] for reading in bench.news()] == [1, 2, 3]


def test_while_a_fault_stands_no_weight_is_published_and_the_pour_waits():
    for name, codes in (
        ("saturated", [0x7FFFFF] * 400),
        ("stuck", [900000] * 400),
        ("unplugged", [-1] * 400),
    ):
        bench = Bench().feed(87.3, 5)
        for code in codes[:20]:
            bench.raw(code)
        assert bench.app.fault == name
        assert bench.app.weight_lbs is None
        bench.news()

        bench.app.claim_pour(1, 1.0, 88.0, 87.0)
        for code in codes:
            bench.raw(code)
        assert bench.news() == []

        bench.feed(87.0, 5)
        readings = bench.news()
        assert bench.app.fault is None
        assert readings[0]["pour"]["start"] == 1
        assert all(abs(reading["weight_lbs"] - 87.0) < 0.02 for reading in readings)


def test_a_silent_cell_is_a_fault_and_says_nothing():
    bench = Bench().feed(87.3, 5)
    bench.news()

    for _ in range(100):
        bench.board.ticks += CONVERSION_MS
        bench.app.step()

    assert bench.app.fault == "unplugged"
    assert bench.news() == []


def test_without_a_clock_there_is_no_time_and_with_one_there_is():
    bench = Bench()
    bench.board.clock_set = False
    bench.feed(87.3, 5)
    assert all("t" not in reading for reading in bench.news())

    bench.board.clock_set = True
    bench.feed(90, 5)

    assert all(reading["t"] >= EPOCH for reading in bench.news())


def test_a_clock_put_back_for_good_begins_a_new_boot():
    bench = Bench().feed(87.3, 5)
    boot = bench.app.boot
    bench.news()
    bench.board.clock_offset = -86400

    bench.feed(90, 5)
    news = bench.news()

    assert bench.app.boot != boot
    assert [reading["seq"] for reading in news] == list(range(1, len(news) + 1))
    assert all(reading["boot"] == bench.app.boot and reading["t"] < EPOCH for reading in news)


def test_a_clock_put_back_by_seconds_keeps_the_boot_and_the_time_does_not_decrease():
    bench = Bench().feed(87.3, 60)
    boot = bench.app.boot
    bench.board.clock_offset = -20
    bench.feed(90, 5).feed(80, 60)

    times = [reading["t"] for reading in bench.news()]

    assert bench.app.boot == boot
    assert times == sorted(times)


def test_a_board_with_battery_and_probe_says_so():
    bench = Bench()
    bench.board.battery = lambda: (3.94, 78)
    bench.board.temp_f = lambda: 38.1
    bench.board.rssi = lambda: -61
    bench.feed(87.3, 1)

    reading = bench.news()[0]

    assert (reading["battery_v"], reading["battery_pct"], reading["temp_f"]) == (3.94, 78, 38.1)
    assert reading["rssi"] == -61
