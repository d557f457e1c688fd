"""The feed of one process: who listens hears everything in order, whatever the others do."""

import threading

import pytest

from backend.domain.events import Event
from backend.domain.reading import ReadingTaken
from backend.embedded.feed import LocalFeed


def event(number: int) -> ReadingTaken:
    return ReadingTaken(location_id="loc-001", tap_id=f"loc-001:{number:02d}")


def test_every_listener_hears_every_event_in_order() -> None:
    feed = LocalFeed()
    one: list[Event] = []
    other: list[Event] = []
    feed.listen(one.append)
    feed.listen(other.append)

    feed.publish([event(1), event(2)])
    feed.publish([event(3)])

    assert one == other == [event(1), event(2), event(3)]


def test_nobody_listening_is_no_failure() -> None:
    LocalFeed().publish([event(1)])


def test_who_has_ended_hears_nothing_more_and_may_end_twice() -> None:
    feed = LocalFeed()
    one: list[Event] = []
    other: list[Event] = []
    end = feed.listen(one.append)
    feed.listen(other.append)
    feed.publish([event(1)])

    end()
    end()
    feed.publish([event(2)])

    assert one == [event(1)]
    assert other == [event(1), event(2)]


def test_a_listener_that_fails_is_logged_and_stops_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    feed = LocalFeed()
    heard: list[Event] = []

    def fails(_: Event) -> None:
        raise RuntimeError("no screen")

    feed.listen(fails)
    feed.listen(heard.append)

    feed.publish([event(1), event(2)])

    assert heard == [event(1), event(2)]
    assert capsys.readouterr().out.count("a listener failed") == 2


def test_a_listener_may_end_itself_while_it_is_told() -> None:
    feed = LocalFeed()
    heard: list[Event] = []

    def once(told: Event) -> None:
        heard.append(told)
        end()

    end = feed.listen(once)

    feed.publish([event(1), event(2)])

    assert heard == [event(1)]


def test_the_same_listener_twice_is_told_twice_and_ended_once_at_a_time() -> None:
    feed = LocalFeed()
    heard: list[Event] = []
    hear = heard.append
    end = feed.listen(hear)
    feed.listen(hear)

    feed.publish([event(1)])
    end()
    feed.publish([event(2)])

    assert heard == [event(1), event(1), event(2)]


def test_many_threads_may_publish_listen_and_end_at_once() -> None:
    feed = LocalFeed()
    heard: list[Event] = []
    feed.listen(heard.append)

    def busy(thread: int) -> None:
        for _ in range(200):
            end = feed.listen(lambda _: None)
            feed.publish([event(thread)])
            end()

    threads = [threading.Thread(target=busy, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(heard) == 800
    assert len(feed._listeners) == 1  # nobody who has ended is held on to
