"""The clockwork: what is due is done, in order, once, also across restarts, failures and clocks that are set."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.embedded.clockwork import Clockwork, Finding, Job
from backend.embedded.schedules import Daily, Every
from backend.embedded.store import Store
from backend.ports import StoreUnavailable

T0 = datetime(2026, 3, 21, 3, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Hands:
    """A clock whose hands the test moves, by the story and on the wall."""

    story: datetime = T0
    real: datetime = T0
    ticks: float = 0.0
    speed: float = 1.0

    def now(self) -> datetime:
        return self.story

    def wall(self) -> datetime:
        return self.real

    async def sleep_until(self, moment: datetime) -> None:
        raise NotImplementedError

    def move(self, by: timedelta) -> None:
        self.story += by
        self.real += by
        self.ticks += by.total_seconds()


@dataclass
class Done:
    """What the jobs did: their names, in order; one that is broken fails."""

    names: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def job(self, name: str, **options: object) -> Job:
        def run(_: datetime) -> bool:
            self.names.append(name)
            if name in self.broken:
                raise OSError(28, "No space left on device")
            return False

        return Job(**{"name": name, "schedule": Every(HOUR), "run": run} | options)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def done() -> Done:
    return Done()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data", now=T0) as opened:
        yield opened


def clockwork(store: Store, hands: Hands, *jobs: Job) -> Clockwork:
    return Clockwork(jobs, store=store, clock=hands, monotonic=lambda: hands.ticks)


def test_what_is_due_is_done_in_order_and_once(store: Store, hands: Hands, done: Done) -> None:
    work = clockwork(store, hands, done.job("first"), done.job("second"))

    for _ in range(5):
        work.turn()
        hands.move(timedelta(minutes=20))

    assert done.names == ["first", "second", "first", "second"]
    assert work.state()["second"].last == T0 + HOUR


def test_a_restart_neither_forgets_nor_repeats_a_job(tmp_path: Path, hands: Hands, done: Done) -> None:
    with Store(tmp_path / "data", now=T0) as store:
        clockwork(store, hands, done.job("it")).turn()
    hands.move(HOUR / 2)
    with Store(tmp_path / "data", now=T0) as store:
        work = clockwork(store, hands, done.job("it"))
        work.turn()
        after_half_an_hour = list(done.names)
        hands.move(HOUR / 2)
        work.turn()

    assert after_half_an_hour == ["it"]
    assert done.names == ["it", "it"]


def test_what_is_remembered_is_remembered_at_once_and_the_rest_costs_the_store_nothing(
    store: Store, hands: Hands, done: Done
) -> None:
    clockwork(store, hands, done.job("light", remembered=False)).turn()
    with store.read() as db:
        untouched = db.total_changes
    clockwork(store, hands, done.job("kept")).turn()

    assert not store.pending
    with store.read() as db:
        assert db.total_changes == untouched + 1
        assert db.execute("SELECT name FROM marks WHERE name LIKE 'job %'").fetchall() == [("job kept",)]


def test_a_job_that_was_missed_many_times_is_done_once(store: Store, hands: Hands, done: Done) -> None:
    work = clockwork(store, hands, done.job("it"))
    work.turn()
    hands.move(30 * HOUR)

    work.turn()
    work.turn()

    assert done.names == ["it", "it"]


def test_a_job_by_the_wall_does_not_run_fast_with_the_story(store: Store, hands: Hands, done: Done) -> None:
    work = clockwork(store, hands, done.job("story"), done.job("disk", by_wall=True))
    work.turn()
    hands.story += 2 * HOUR

    work.turn()

    assert done.names == ["story", "disk", "story"]


def test_a_failure_is_shown_keeps_nobody_else_waiting_and_is_tried_again(
    store: Store, hands: Hands, done: Done
) -> None:
    done.broken = {"it"}
    work = clockwork(store, hands, done.job("it"), done.job("other"))
    work.turn()
    note = work.state()["it"].note
    work.turn()
    at_once = list(done.names)
    done.broken = set()
    hands.move(timedelta(minutes=1))

    work.turn()

    assert note == "[Errno 28] No space left on device"
    assert at_once == ["it", "other"]
    assert done.names == ["it", "other", "it"]
    assert work.state()["it"].note is None


def test_a_schedule_that_cannot_be_told_keeps_nobody_waiting_and_is_asked_again(
    store: Store, hands: Hands, done: Done
) -> None:
    away = [True]

    def zone() -> ZoneInfo:
        if away[0]:
            raise StoreUnavailable("the store cannot be read: look at the disk")
        return BERLIN

    work = clockwork(store, hands, done.job("daily", schedule=Daily(time(5), zone=zone)), done.job("other"))
    work.turn()
    work.turn()
    note = work.state()["daily"].note
    away[0] = False
    hands.move(timedelta(minutes=1))
    work.turn()

    assert note == "the store cannot be read: look at the disk"
    assert done.names == ["daily", "other"]
    assert work.state()["daily"].note is None
    hands.move(timedelta(days=1))
    work.turn()
    assert done.names == ["daily", "other", "daily", "other"]


def test_what_a_job_found_is_shown_until_it_is_done_again(store: Store, hands: Hands, done: Done) -> None:
    wrong = [True]

    def look(_: datetime) -> bool:
        done.names.append("look")
        if wrong[0]:
            raise Finding("an hour is broken")
        return False

    work = clockwork(store, hands, Job(name="look", schedule=Every(HOUR), run=look))
    work.turn()
    hands.move(HOUR / 2)
    work.turn()
    found = work.state()["look"]
    wrong[0] = False
    hands.move(HOUR / 2)
    work.turn()

    assert (found.last, found.note) == (T0, "an hour is broken")
    assert done.names == ["look", "look"]
    assert work.state()["look"].note is None


def test_it_says_whether_its_thread_lives(store: Store, hands: Hands) -> None:
    work = clockwork(store, hands)
    before = work.running
    work.start()
    during = work.running
    work.stop()

    assert (before, during, work.running) == (False, True, False)


def test_a_failed_job_is_tried_again_after_a_restart(store: Store, hands: Hands, done: Done) -> None:
    done.broken = {"it"}
    clockwork(store, hands, done.job("it")).turn()

    clockwork(store, hands, done.job("it")).turn()

    assert done.names == ["it", "it"]


def test_more_work_is_done_step_by_step_with_the_others_between(store: Store, hands: Hands, done: Done) -> None:
    left = [True, True, False]

    def run(_: datetime) -> bool:
        done.names.append("step")
        return left.pop(0)

    work = clockwork(store, hands, Job(name="steps", schedule=Every(HOUR), run=run), done.job("other"))

    for _ in range(4):
        work.turn()

    assert done.names == ["step", "other", "step", "step"]


def test_a_clock_that_was_ahead_does_not_put_a_job_off(store: Store, hands: Hands, done: Done) -> None:
    hands.move(timedelta(days=4000))
    clockwork(store, hands, done.job("it")).turn()
    hands.story = hands.real = T0
    work = clockwork(store, hands, done.job("it"))
    work.turn()
    hands.move(HOUR)

    work.turn()

    assert done.names == ["it", "it"]


def test_the_first_time_may_wait_a_while(store: Store, hands: Hands, done: Done) -> None:
    work = clockwork(store, hands, done.job("it", schedule=Every(HOUR, first=timedelta(minutes=2))))
    work.turn()
    hands.move(timedelta(minutes=2))
    work.turn()

    assert done.names == ["it"]


def test_the_thread_works_by_itself_and_ends_after_its_step(store: Store, hands: Hands) -> None:
    began, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def run(_: datetime) -> bool:
        began.set()
        go_on.wait(10)
        ended.set()
        return False

    work = clockwork(store, hands, Job(name="it", schedule=Every(HOUR), run=run))
    work.start()
    work.start()
    assert began.wait(10)
    threading.Timer(0.05, go_on.set).start()

    work.stop()
    work.stop()

    assert ended.is_set()
    assert work.state()["it"].last == T0


def test_nothing_new_is_begun_once_it_is_to_end(store: Store, hands: Hands, done: Done) -> None:
    stopping = threading.Event()

    def run(_: datetime) -> bool:
        stopping.set()
        return True

    last = Job(name="last", schedule=Every(HOUR), run=run)
    work = Clockwork([last, done.job("other")], store=store, clock=hands, stopping=stopping)

    work.turn()
    work.turn()

    assert done.names == []


BERLIN = ZoneInfo("Europe/Berlin")
FIVE = Daily(time(5), zone=lambda: BERLIN)


def due(schedule: Daily, last: datetime) -> str:
    return schedule.due(last=last, since=T0).astimezone(BERLIN).isoformat()


def test_a_daily_job_is_due_at_its_hour_in_the_bar_also_over_the_change_to_summer_time() -> None:
    assert due(FIVE, datetime(2026, 3, 28, 12, tzinfo=BERLIN)) == "2026-03-29T05:00:00+02:00"
    assert due(FIVE, datetime(2026, 3, 29, 5, 0, 1, tzinfo=BERLIN)) == "2026-03-30T05:00:00+02:00"
    assert due(FIVE, datetime(2026, 10, 24, 23, 59, tzinfo=BERLIN)) == "2026-10-25T05:00:00+01:00"
    assert due(FIVE, datetime(2026, 3, 20, 4, 59, tzinfo=BERLIN)) == "2026-03-20T05:00:00+01:00"


def test_the_first_of_a_daily_job_does_not_wait_for_its_hour() -> None:
    soon = Daily(time(5), zone=lambda: BERLIN, first=timedelta(minutes=10))

    assert soon.due(last=None, since=T0) == T0 + timedelta(minutes=10)


@given(
    last=st.integers(0, 2_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, tz=UTC)),
    hour=st.integers(0, 23),
    zone=st.sampled_from(["Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_a_daily_job_is_due_within_a_day_and_a_bit_and_never_at_once_again(
    last: datetime, hour: int, zone: str
) -> None:
    place: Callable[[], ZoneInfo] = lambda: ZoneInfo(zone)  # noqa: E731 - the zone of this example

    moment = Daily(time(hour), zone=place).due(last=last, since=T0)

    assert last < moment <= last + timedelta(hours=25)
    assert moment.utcoffset() == timedelta(0)
