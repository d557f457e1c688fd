"""Kegs in the simulated bar: the next one is queued, and that it was put on the product learns from its scale."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from live_bar import ONE, T0, TWO, run, until
from simulated import FAST, heard, kegs, living, pretended, seconds_of, set_up_two_beers, told_at

import app.simulator
from app.simulator import BARTENDER_TAKES, SimulatorRefused
from backend.domain.keg import Keg, KegState
from backend.domain.member import OWNER
from backend.domain.refusal import Conflict
from backend.ports import Ports, StoreUnavailable
from backend.usecases import load
from backend.usecases.keg_stock import queue_next
from backend.usecases.undo_swap import last_swap
from backend.usecases.view_kegs import view_kegs

DOES_ALL = """
for order in orders():
    say(event="done", id=order["id"])
"""


@pytest.fixture
def ports(ports: Ports) -> Ports:
    """The ports of a bar that is set up."""
    return set_up_two_beers(ports)


def queued(ports: Ports) -> list[Keg]:
    """The kegs that come next."""
    return [line.keg for line in view_kegs(ports, location_id="loc-001", member=OWNER, now=T0).next]


def in_stock(ports: Ports) -> list[Keg]:
    """The kegs in stock."""
    return [line.keg for line in view_kegs(ports, location_id="loc-001", member=OWNER, now=T0).in_stock]


def test_a_changed_keg_is_found_by_its_scale_at_the_moments_of_the_bar(tmp_path: Path) -> None:
    async def story() -> None:
        async with heard(tmp_path) as (simulator, ports):
            began = await told_at(simulator)
            await simulator.change(ONE)
            await until(lambda: len(kegs(ports)) == 2)
            ended = await told_at(simulator)
            truth = await simulator.truth()

            fresh, old = kegs(ports)
            record = last_swap(ports, tap_id=ONE)
            assert record is not None
            assert (record.automatic, record.new_keg_id, record.old_keg_id) == (True, fresh.keg_id, old.keg_id)
            lifted, placed = seconds_of(record.lifted_at), seconds_of(record.at)
            assert began - 1 <= lifted < placed <= ended
            assert 39 <= placed - lifted <= 60  # a keg that was set down rings for some seconds
            assert (old.state, fresh.state, fresh.beer_id) == (KegState.LIFTED, KegState.ON_TAP, "pils")
            assert truth[ONE].gallons == pytest.approx(15.5, abs=1e-6)
            assert len(kegs(ports, TWO)) == 1
            assert (queued(ports), in_stock(ports)) == ([], [])

    run(story())


def test_another_beer_in_another_size_is_put_on_as_it_was_asked_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with heard(tmp_path) as (simulator, ports):
            await simulator.change(ONE, beer_id="stout", type_id="sixth_barrel")
            await until(lambda: len(kegs(ports)) == 2)
            truth = await simulator.truth()

            assert truth[ONE].gallons == pytest.approx(31 / 6, abs=1e-6)
            fresh = kegs(ports)[0]
            tap = load.tap(ports, ONE)
            assert (fresh.beer_id, fresh.type_id) == ("stout", "sixth_barrel")
            assert (tap.keg_id, tap.specific_gravity) == (fresh.keg_id, 1.014)

    run(story())


def test_the_bartender_comes_once_a_keg_ran_empty_and_not_before(tmp_path: Path) -> None:
    emptied: list[float] = []

    async def story() -> None:
        async with heard(tmp_path, beer_lbs=(0.5, 80.0)) as (simulator, ports):
            listen = simulator._pipe._heard

            def hear(said: Any) -> None:
                if said.get("event") == "kicked":
                    emptied.append(said["t"])
                listen(said)

            simulator._pipe._heard = hear
            await simulator.pour(ONE, oz=16)
            await until(lambda: len(kegs(ports)) == 2)

            fresh, old = kegs(ports)
            assert len(emptied) == 1
            assert old.closed_at is not None
            waited = seconds_of(old.closed_at) - emptied[0]
            takes = BARTENDER_TAKES.total_seconds()
            assert takes - 0.3 * FAST <= waited <= takes + 1.5 * FAST  # a busy machine falls behind its clock
            assert (old.state, fresh.state) == (KegState.KICKED, KegState.ON_TAP)
            assert len(kegs(ports, TWO)) == 1

    run(story())


def test_what_is_queued_on_a_tap_is_what_is_put_on_there(ports: Ports, tmp_path: Path) -> None:
    async def story() -> None:
        async with pretended(ports, tmp_path, DOES_ALL) as simulator:
            await simulator.change(TWO, beer_id="stout")
            (first,) = queued(ports)
            await simulator.change(TWO)

            assert queued(ports) == [first]
            assert (first.queued_on, first.beer_id) == (TWO, "stout")

    run(story())


def test_a_refused_change_does_not_take_the_place_of_the_one_under_way(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            await simulator.change(ONE)
            with pytest.raises(SimulatorRefused, match="being changed already"):
                await simulator.change(ONE, beer_id="stout")

            assert [keg.beer_id for keg in queued(ports)] == ["pils"]
            assert [keg.beer_id for keg in in_stock(ports)] == ["stout"]

    run(story())


def test_a_keg_of_the_stock_is_used_before_a_new_one(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            await simulator.change(ONE)
            with pytest.raises(SimulatorRefused, match="being changed already"):
                await simulator.change(ONE, beer_id="stout")
            (stout,) = in_stock(ports)
            await simulator.change(TWO, beer_id="stout")

            assert {keg.queued_on: keg.beer_id for keg in queued(ports)} == {ONE: "pils", TWO: "stout"}
            assert stout.keg_id in {keg.keg_id for keg in queued(ports)}

    run(story())


def test_the_bartender_leaves_a_keg_alone_that_somebody_changed_meanwhile(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, beer_lbs=(0.0, 80.0)) as simulator:
            await simulator.replace_empty()
            await simulator.change(ONE)
            await asyncio.sleep((BARTENDER_TAKES.total_seconds() + 120) / FAST)
            await until(lambda: simulator._bartenders == set())

            assert len(queued(ports)) == 1
            assert in_stock(ports) == []

    run(story())


def test_after_a_restart_the_bartender_is_sent_to_the_empty_kegs_and_no_others(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, beer_lbs=(0.0, 80.0)) as simulator:
            await simulator.replace_empty()
            await until(lambda: queued(ports))
            await asyncio.sleep(60 / FAST)

            assert (await simulator.truth())[ONE].gallons == pytest.approx(15.5, abs=1e-6)

    run(story())
    assert [keg.queued_on for keg in queued(ports)] == [ONE]


def test_a_store_that_is_away_is_told_of_the_next_keg_once_it_is_back(
    ports: Ports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def sometimes(*args: Any, **fields: Any) -> Keg | None:
        tries.append(1)
        if len(tries) < 3:
            raise StoreUnavailable("the disk is full")
        return queue_next(*args, **fields)

    monkeypatch.setattr(app.simulator, "queue_next", sometimes)
    monkeypatch.setattr(app.simulator, "AGAIN_S", 0.02)

    async def story() -> None:
        async with pretended(ports, tmp_path, DOES_ALL) as simulator:
            await simulator.change(ONE)

    run(story())
    assert len(tries) == 3
    assert [keg.queued_on for keg in queued(ports)] == [ONE]


def test_a_keg_that_cannot_be_queued_is_tried_once_and_logged(
    ports: Ports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tries: list[int] = []

    def never(*_args: Any, **_fields: Any) -> Keg | None:
        tries.append(1)
        raise Conflict("only a keg that is in stock can be queued")

    monkeypatch.setattr(app.simulator, "queue_next", never)

    async def story() -> None:
        async with pretended(ports, tmp_path, DOES_ALL) as simulator:
            await simulator.change(ONE)

    run(story())
    assert tries == [1]
    assert "the next keg was refused" in capsys.readouterr().out
