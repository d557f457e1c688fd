"""What is weighed while nobody hears: kept within bounds, told later with the time it was weighed at."""

import asyncio
import json

from scale_bench.commanded import Bar, tell
from scale_bench.fake_board import EPOCH

from firmware.scale import messages
from firmware.scale.config import BOUNDS
from firmware.scale.outbox import Entry

BOTH_INTERPRETERS = True


def readings(bar):
    return [json.loads(body) for _, topic, body, _ in bar.broker.published() if "readings" in topic]


def weights(bar, seconds):
    """Weigh for so long a weight that changes all the time, so that every conversion could be worth a message."""
    for tenth in range(int(seconds * 10)):
        bar.feed(60 + tenth % 40)


def test_readings_of_an_outage_are_told_with_their_own_times_oldest_first_and_marked():
    bar = Bar(replay_after_s=5)

    async def story(bar):
        bar.feed(87.3, 3)
        await bar.until(lambda: len(readings(bar)) >= 2 and not len(bar.app.outbox))
        told = len(readings(bar))
        bar.board.network.up = False
        await bar.until(lambda: not bar.app.link.connected)
        began = bar.board.epoch()
        weights(bar, 20)
        ended = bar.board.epoch()
        await asyncio.sleep(0.1)
        assert len(readings(bar)) == told

        bar.app.config.replay_after_s = 0  # an hour has passed for the link
        bar.board.network.up = True
        await bar.until(lambda: not len(bar.app.outbox))

        later = readings(bar)[told:]
        times = [reading["t"] for reading in later]
        assert len(later) > 30
        assert all(reading["replay"] for reading in later)
        assert times == sorted(times)
        assert began <= times[0] < began + 3
        assert times[-1] <= ended
        assert [reading["seq"] for reading in later] == list(range(later[0]["seq"], later[-1]["seq"] + 1))

    tell(story, bar=bar)


def test_a_long_outage_keeps_as_many_readings_as_there_is_room_for_and_the_newest_of_them():
    bar = Bar()
    weights(bar, 300)

    assert len(bar.app.outbox) == BOUNDS["outbox"][2] == 256
    kept = bar.news()
    assert kept[-1]["seq"] == bar.app.seq
    assert bar.app.outbox.dropped == bar.app.seq - 256


def test_what_was_weighed_before_the_clock_was_set_is_told_with_the_time_it_was_weighed_at():
    async def story(bar):
        bar.board.clock_set = False
        bar.feed(87.3, 3)
        weights(bar, 10)
        true = [EPOCH + entry.lived // 1000 for entry in bar.app.outbox._ring if entry is not None]
        bar.board.clock_set = True
        bar.feed(50, 5)

        await bar.broker.start(bar.port)
        await bar.until(lambda: readings(bar) and not len(bar.app.outbox))

        times = [reading["t"] for reading in readings(bar)]
        assert times == sorted(times)
        assert len(true) > 20
        assert all(abs(one - other) <= 1 for one, other in zip(times, true))  # noqa: B905 - no strict there
        assert times[-1] <= bar.board.epoch()

    tell(story, late=True)


def test_a_clock_that_is_never_set_gives_readings_without_a_time():
    async def story(bar):
        bar.board.clock_set = False
        bar.feed(87.3, 3)

        await bar.until(lambda: len(readings(bar)) >= 2)

        assert all("t" not in reading for reading in readings(bar))

    tell(story)


def test_a_pour_before_the_clock_was_set_begins_when_it_did():
    entry = Entry(1, 9, None, 87.3, 0, True, 0, None, None, None, (17, 8.5, 88.4, 87.3), 27500, 0, False)

    said = json.loads(messages.entry(entry, began_ms=EPOCH * 1000 + 400))
    unknown = json.loads(messages.entry(entry))

    assert (said["t"], said["pour"]["start"]) == (EPOCH + 27, EPOCH + 17)
    assert "t" not in unknown
    assert unknown["pour"]["start"] == 17
