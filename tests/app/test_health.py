"""The health page, served in this process: what it says, and that it says it whatever is wrong."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from live_bar import T0, run, set_up, weigh

import app.health
import backend.wiring.embedded
from app.health import health_router
from app.live import Live
from app.simulator import Simulator
from app.site import Site
from backend.cellar.rows import UnreadableRow
from backend.clock import DemoClock
from backend.domain.refusal import NotFound
from backend.embedded.backup import back_up
from backend.embedded.broker import NoBroker
from backend.embedded.clockwork import JobState
from backend.embedded.intake import Intake
from backend.embedded.migrations import copy_name
from backend.embedded.schema import FILE_NAME
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Key, Put
from backend.wiring.bar_jobs import bar_jobs
from backend.wiring.embedded import Embedded, open_embedded

FIELDS = {
    "status", "mode", "version", "now", "speed", "taps", "readings_total", "readings_stored", "last_reading_at",
    "unclaimed_total", "set_apart_total",
        "history_only_total", "dead_letters_total", "waiting", "broker", "store", "jobs", "jobs_running",
    "simulator",
}  # fmt: skip
NOBODY = "mqtt://127.0.0.1:1"
Serving = Callable[..., contextlib.AbstractAsyncContextManager["Served"]]


class Served:
    """A site whose health can be asked; its intake runs where the test starts it."""

    def __init__(self, embedded: Embedded, *, simulated: bool = False) -> None:
        self.embedded = embedded
        clock = DemoClock(start=T0, speed=10)
        ports = embedded.ports
        simulator = Simulator(ports, clock, scales={}, command=["false"], folder=Path()) if simulated else None
        live = Live(ports, clock, location_id="loc-001")
        site = Site(ports=ports, clock=clock, live=live, location_id="loc-001", simulator=simulator)
        api = FastAPI()
        api.include_router(health_router(site, embedded, mode="site"))
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url="http://127.0.0.1")

    async def health(self) -> dict[str, Any]:
        """What the page says; it must answer 200."""
        answer = await self._client.get("/healthz")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        assert set(told) == FIELDS
        return told

    async def close(self) -> None:
        """End what runs."""
        await self._client.aclose()
        await self.embedded.stop()


@pytest.fixture
def serving(tmp_path: Path) -> Serving:
    """`serving(broker=..., simulated=...)`: a bar of two taps, ended at the end of the block."""

    @contextlib.asynccontextmanager
    async def served(broker: str = NOBODY, **options: Any) -> AsyncIterator[Served]:
        embedded = open_embedded(tmp_path, clock=DemoClock(start=T0), broker=broker)
        set_up(embedded.ports)
        site = Served(embedded, **options)
        try:
            yield site
        finally:
            await site.close()

    return served


def test_health_tells_what_a_machine_needs_to_know(serving: Serving) -> None:
    async def story() -> None:
        async with serving() as served:
            weigh(served.embedded.ports, 1, 100.0, 99.0)

            told = await served.health()

            assert (told["mode"], told["taps"], told["speed"]) == ("site", 2, 10)
            assert told["now"].startswith("2026-03-21T03:40:0")
            assert told["version"].count(".") >= 1
            assert told["readings_stored"] == 2
            assert told["store"] == {"pending": True, "note": None, "restored": None, "unreadable": []}
            of_the_bars = [job.name for job in bar_jobs(served.embedded.ports)]
            assert told["jobs"] == {
                name: {"last": None, "note": None}
                for name in ("commands", *of_the_bars, "compaction", "retention", "broker log", "damage")
            }
            assert told["simulator"] is None
            assert [
                told[name] for name in ("readings_total", "unclaimed_total", "set_apart_total", "dead_letters_total")
            ] == [0] * 4
            assert told["last_reading_at"] is None
            assert told["waiting"] == 0

    run(story())


def test_a_broker_that_is_away_is_a_note_and_no_failure(serving: Serving) -> None:
    async def story() -> None:
        async with serving() as served:
            await served.embedded.start()
            told = await served.health()
            async with asyncio.timeout(15):
                while told["broker"]["note"] in {None, "", "connecting"}:
                    await asyncio.sleep(0.02)
                    told = await served.health()

            assert told["status"] == "degraded"
            assert told["broker"]["connected"] is False
            assert told["broker"]["kind"] == "existing"
            assert "127.0.0.1:1" in told["broker"]["address"]
            assert "127.0.0.1:1" in told["broker"]["note"]

    run(story())


def test_a_machine_without_any_broker_is_told_what_to_install(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend.wiring.embedded, "choose_broker", lambda *_, **__: NoBroker())

    async def story() -> None:
        async with serving() as served:
            await served.embedded.start()
            told = await served.health()

            assert told["status"] == "degraded"
            assert "install mosquitto" in told["broker"]["note"]

    run(story())


def test_a_password_of_the_broker_is_never_shown(serving: Serving) -> None:
    async def story() -> None:
        async with serving("mqtt://bar:secret@127.0.0.1:1") as served:
            await served.embedded.start()
            await asyncio.sleep(0.1)

            assert "secret" not in str(await served.health())

    run(story())


def test_a_store_that_is_away_is_said_and_what_it_knew_is_unknown(serving: Serving) -> None:
    async def story() -> None:
        async with serving() as served:
            served.embedded.store.close()

            told = await served.health()

            assert told["status"] == "degraded"
            assert told["store"]["note"] == "the store is closed: open it again"
            assert (told["taps"], told["readings_stored"], told["store"]["pending"]) == (None, None, None)

    run(story())


@pytest.mark.parametrize("failure", [NotFound("there is no location loc-001"), KeyError(), RuntimeError("?")])
def test_whatever_fails_inside_is_no_failure_of_the_page(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr(app.health, "view_board", fails)

    async def story() -> None:
        async with serving() as served:
            told = await served.health()

            assert told["status"] == "degraded"
            assert told["store"]["note"]

    run(story())


def test_the_demo_says_whether_its_bar_lives(serving: Serving) -> None:
    async def story() -> None:
        async with serving(simulated=True) as served:
            assert (await served.health())["simulator"] == {"running": False}

    run(story())


def test_a_store_that_was_restored_says_so_for_a_day_and_remembers_it_after(
    serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = datetime.now(tz=UTC)
    with Store(tmp_path, now=wall) as store:
        back_up(store.path, tmp_path / "backups" / copy_name(wall - timedelta(hours=3)))
    (tmp_path / FILE_NAME).write_bytes(b"lost" * 10_000)

    async def story() -> None:
        async with serving() as served:
            told = (await served.health())["store"]
            assert told["note"].startswith("the store was damaged and is restored from the backup of 20")
            assert told["restored"]["backup"] < told["restored"]["until"] <= told["restored"]["at"]

            monkeypatch.setattr(DemoClock, "wall", lambda _: wall + timedelta(days=2))
            later = (await served.health())["store"]
            assert (later["note"], later["restored"]) == (None, told["restored"])

    run(story())


def test_damage_met_at_work_is_said_with_what_to_do(serving: Serving) -> None:
    async def story() -> None:
        async with serving() as served:
            served.embedded.store.damage = "row 7 missing from index"

            told = await served.health()

            assert told["status"] == "degraded"
            assert "(row 7 missing from index): end the server and start it again" in told["store"]["note"]

    run(story())


def test_a_row_that_cannot_be_read_is_named_and_the_page_goes_on(serving: Serving) -> None:
    async def story() -> None:
        async with serving() as served:
            weigh(served.embedded.ports, 1, 100.0, 99.0)
            with served.embedded.store.write() as db:
                db.execute("UPDATE rewritten SET body = '{'")

            told = await served.health()

            assert told["status"] == "degraded"
            (named,) = told["store"]["unreadable"]
            assert named.startswith("row LOCATION#loc-001 / TAP#01#STATE cannot be read")
            assert "all others go on" in told["store"]["note"]
            assert "row LOCATION#loc-001 / TAP#01#STATE cannot be read" in told["store"]["note"]
            assert told["store"]["note"].count("end the server and start it again") == 1
            assert (told["taps"], told["readings_stored"]) == (2, 2)

    run(story())


def test_a_row_with_something_else_in_it_is_named_too(serving: Serving) -> None:
    async def story() -> None:
        async with serving() as served:
            served.embedded.ports.table.transact([Put(item={"PK": "LOCATION#loc-001", "SK": "TAP#first"})])

            told = await served.health()

            (named,) = told["store"]["unreadable"]
            assert named.startswith("row LOCATION#loc-001 / TAP#first: ")

    run(story())


def test_a_location_that_cannot_be_read_is_named(serving: Serving) -> None:
    async def story() -> None:
        async with serving() as served:
            with served.embedded.store.write() as db:
                db.execute("UPDATE items SET body = '{' WHERE pk = 'LOCATION#loc-001' AND sk = 'META'")

            told = await served.health()

            assert told["status"] == "degraded"
            assert [why.split(" cannot")[0] for why in told["store"]["unreadable"]] == ["row LOCATION#loc-001 / META"]

    run(story())


def test_many_rows_are_listed_and_a_few_of_them_named_in_the_note(serving: Serving) -> None:
    async def story() -> None:
        async with serving() as served:
            for n in range(5):
                served.embedded.store.unreadable.add(Key("P", str(n)), UnreadableRow.at("P", str(n), why="cut"))

            told = (await served.health())["store"]

            assert len(told["unreadable"]) == 5
            assert ", and 2 more: end the server" in told["note"]

    run(story())


def test_what_was_taken_away_at_the_start_is_said_for_a_day(
    serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = datetime.now(tz=UTC)
    with Store(tmp_path, now=wall) as store:
        SqliteTable(store).transact([Put(item={"PK": "LOCATION#loc-001", "SK": "TAP#01#STATE"})])
        with store.write() as db:
            db.execute("UPDATE rewritten SET body = x''")

    async def story() -> None:
        async with serving() as served:
            told = await served.health()
            assert told["status"] == "degraded"
            assert told["store"]["note"].endswith("made anew by the next readings: LOCATION#loc-001 / TAP#01#STATE")

            monkeypatch.setattr(DemoClock, "wall", lambda _: wall + timedelta(days=2))
            assert (await served.health())["store"]["note"] is None

    run(story())


def test_a_job_that_fails_is_said(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with serving() as served:
            failing = {"backup": JobState(last=T0, note="the disk has 1: free some space")}
            monkeypatch.setattr(served.embedded.clockwork, "state", lambda: failing)

            told = await served.health()

            assert told["status"] == "degraded"
            assert told["jobs"] == {
                "backup": {"last": "2026-03-21T03:40:00.000Z", "note": "the disk has 1: free some space"}
            }

    run(story())


def test_a_clockwork_that_has_died_is_said(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = SimpleNamespace(
        connected=True, note=None, readings_total=0, last_reading_at=None, unclaimed_total=0, set_apart_total=0,
        dead_letters_total=0, history_only_total=0, waiting=0, damaged=(),
    )  # fmt: skip

    async def story() -> None:
        async with serving() as served:
            monkeypatch.setattr(Intake, "facts", lambda _: facts)
            served.embedded.clockwork.start()
            well = await served.health()
            served.embedded.clockwork.stop()

            dead = await served.health()

            assert (well["status"], well["jobs_running"]) == ("ok", True)
            assert (dead["status"], dead["jobs_running"]) == ("degraded", False)

    run(story())
