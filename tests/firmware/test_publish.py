from scale_bench.fake_board import EPOCH

from firmware.scale.config import Config
from firmware.scale.publish import Publisher, Weight

BOTH_INTERPRETERS = True


class Bench:
    """A publisher fed ten times a second; `sent` lists (ms, t - EPOCH, lbs, stable)."""

    def __init__(self, **settings):
        self.publisher = Publisher(Config(**settings))
        self.ms = 0
        self.sent = []

    def feed(self, lbs, stable=True, count=1, urgent=False):
        for _ in range(count):
            weight = Weight(EPOCH + self.ms // 1000, lbs, 1, stable)
            for due in self.publisher.feed(self.ms, weight, urgent=urgent):
                self.sent.append((self.ms, due.t - EPOCH, due.lbs, due.stable))
            self.ms += 100
        return self

    def news(self):
        sent, self.sent = self.sent, []
        return sent


def test_the_first_weight_goes_out_at_once():
    assert Bench().feed(87.3, stable=False).news() == [(0, 0, 87.3, False)]


def test_a_keg_at_rest_speaks_every_heartbeat_and_never_later():
    bench = Bench(heartbeat_s=30).feed(87.3, count=1000)

    assert [ms for ms, _, _, _ in bench.sent] == [0, 29900, 59800, 89700]


def test_a_change_within_the_deadband_waits_for_the_heartbeat():
    bench = Bench().feed(87.3)
    bench.news()

    assert bench.feed(87.34, count=200).news() == []
    assert len(bench.feed(87.36).news()) == 1


def test_leaving_a_rest_tells_the_settled_weight_first_with_its_own_time_and_then_the_live_one():
    bench = Bench().feed(87.3, count=100)
    bench.news()

    sent = bench.feed(87.2, stable=False).news()

    assert sent == [(10000, 9, 87.3, True), (10000, 10, 87.2, False)]


def test_leaving_a_rest_that_was_just_told_does_not_tell_it_twice():
    bench = Bench().feed(87.3)
    bench.news()

    assert [lbs for _, _, lbs, _ in bench.feed(87.2, stable=False).news()] == [87.2]


def test_coming_to_rest_is_told_at_once():
    bench = Bench().feed(87.3, stable=False)
    bench.news()

    assert bench.feed(87.3).news() == [(100, 0, 87.3, True)]


def test_a_restless_weight_speaks_at_most_four_times_a_second():
    bench = Bench()

    for place in range(100):
        bench.feed(80.0 + place % 7, stable=False)

    times = [ms for ms, _, _, _ in bench.sent]
    assert min(later - earlier for earlier, later in zip(times, times[1:])) >= 250  # noqa: RUF007, B905 - not there


def test_a_waiting_pour_calls_for_a_reading_at_rest_but_not_for_a_restless_one():
    bench = Bench().feed(87.3)
    bench.news()

    assert bench.feed(87.3, urgent=True).news() == [(100, 0, 87.3, True)]
    bench.feed(87.2, stable=False)
    bench.news()
    assert bench.feed(87.2, stable=False, urgent=True).news() == []


def test_a_clock_put_back_a_little_holds_the_time_instead_of_running_backwards():
    publisher = Publisher(Config())
    publisher.feed(0, Weight(EPOCH + 50, 87.3, 1, True))

    sent = publisher.feed(100, Weight(EPOCH, 90.0, 1, True))

    assert sent[0].t == EPOCH + 50


def test_after_a_fault_the_next_weight_goes_out_at_once_and_no_old_plateau_with_it():
    bench = Bench().feed(87.3, count=10)
    bench.news()
    bench.publisher.forget()

    assert bench.feed(12.0, stable=False).news() == [(1000, 1, 12.0, False)]
