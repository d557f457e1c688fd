"""Kegs in the simulated bar: changed by somebody or by its bartender, and told to the product."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from live_bar import HALF, ONE, T0, TWO, run, until
from simulated import (
    FAST,
    kegs,
    living,
    pretended,
    seconds_of,
    set_up_two_beers,
    told_at,
)

import app.simulator
from app.simulator import BARTENDER_TAKES, SimulatorRefused
from backend.domain.keg import Keg, KegState, seen_lifted, seen_standing
from backend.domain.member import OWNER
from backend.ports import Ports, StoreUnavailable
from backend.usecases import load
from backend.usecases.change_keg import change_keg

CHANGES_ONE = f"""
for order in orders():
    say(event="done", id=order["id"])
    if order["do"] == "change":
        say(event="changed", scale="SCALE-1", lifted_at={T0.timestamp()} + 1, placed_at={T0.timestamp()} + 41)
"""


@pytest.fixture
def ports(ports: Ports) -> Ports:
    """The ports of a bar that is set up."""
    return set_up_two_beers(ports)


def test_a_changed_keg_is_told_to_the_product_once_with_the_moments_of_the_bar(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []

    def heard(*args: Any, **fields: Any) -> Keg:
        told.append(fields)
        return change_keg(*args, **fields)

    monkeypatch.setattr(app.simulator, "change_keg", heard)

    async def story() -> None:
        async with living(ports) as simulator:
            began = await told_at(simulator)
            await simulator.change(ONE)
            await until(lambda: told)
            await asyncio.sleep(60 / FAST)
            truth = await simulator.truth()
            ended = await told_at(simulator)

            assert len(told) == 1
            lifted, placed = (seconds_of(told[0][name]) for name in ("lifted_at", "at"))
            assert began <= lifted < placed <= ended
            assert 40 <= placed - lifted <= 43
            assert told[0]["tap_id"] == ONE
            assert truth[ONE].gallons == pytest.approx(15.5, abs=1e-6)

    run(story())
    fresh, old = kegs(ports)
    assert fresh.tapped_at == seen_standing(told[0]["at"])
    assert old.closed_at == seen_lifted(told[0]["lifted_at"])
    assert fresh.beer_id == "pils"
    assert len(kegs(ports, TWO)) == 1


def test_another_beer_in_another_size_is_put_on_as_it_was_asked_for(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            await simulator.change(ONE, beer_id="stout", type_id="sixth_barrel")
            await until(lambda: len(kegs(ports)) == 2)
            truth = await simulator.truth()

            assert truth[ONE].gallons == pytest.approx(31 / 6, abs=1e-6)

    run(story())
    fresh = kegs(ports)[0]
    tap = load.tap(ports, ONE)
    assert (fresh.beer_id, fresh.type_id) == ("stout", "sixth_barrel")
    assert (tap.keg_id, tap.specific_gravity) == (fresh.keg_id, 1.014)


def test_a_refused_change_does_not_take_the_place_of_the_one_under_way(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports) as simulator:
            await simulator.change(ONE)
            with pytest.raises(SimulatorRefused, match="being changed already"):
                await simulator.change(ONE, beer_id="stout")
            await until(lambda: len(kegs(ports)) == 2)
            await asyncio.sleep(60 / FAST)

    run(story())
    assert [keg.beer_id for keg in kegs(ports)] == ["pils", "pils"]


def test_the_bartender_comes_once_a_keg_ran_empty_and_not_before(ports: Ports) -> None:
    emptied: list[float] = []

    async def story() -> None:
        async with living(ports, beer_lbs=(0.5, 80.0)) as simulator:
            heard = simulator._pipe._heard

            def hear(said: Any) -> None:
                if said.get("event") == "kicked":
                    emptied.append(said["t"])
                heard(said)

            simulator._pipe._heard = hear
            await simulator.pour(ONE, oz=16)
            await until(lambda: len(kegs(ports)) == 2)

    run(story())
    fresh, old = kegs(ports)
    assert len(emptied) == 1
    assert old.closed_at is not None
    waited = seconds_of(old.closed_at) - emptied[0]
    takes = BARTENDER_TAKES.total_seconds()
    assert takes - 0.3 * FAST <= waited <= takes + 1.5 * FAST  # a busy machine lets the bar fall behind its clock
    assert fresh.state is KegState.ON_TAP
    assert len(kegs(ports, TWO)) == 1


def test_the_bartender_leaves_a_keg_alone_that_somebody_changed_meanwhile(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, beer_lbs=(0.0, 80.0)) as simulator:
            await simulator.replace_empty()
            await simulator.change(ONE)
            await until(lambda: len(kegs(ports)) == 2)
            await asyncio.sleep((BARTENDER_TAKES.total_seconds() + 120) / FAST)

            assert simulator._bartenders == set()

    run(story())
    assert len(kegs(ports)) == 2


def test_after_a_restart_the_bartender_is_sent_to_the_empty_kegs_and_no_others(ports: Ports) -> None:
    async def story() -> None:
        async with living(ports, beer_lbs=(0.0, 80.0)) as simulator:
            await simulator.replace_empty()
            await until(lambda: len(kegs(ports)) == 2)

            assert (await simulator.truth())[ONE].gallons == pytest.approx(15.5, abs=1e-6)

    run(story())
    assert len(kegs(ports, TWO)) == 1


def test_a_store_that_is_away_is_told_of_the_change_once_it_is_back(
    ports: Ports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def sometimes(*args: Any, **fields: Any) -> Keg:
        tries.append(1)
        if len(tries) < 3:
            raise StoreUnavailable("the disk is full")
        return change_keg(*args, **fields)

    monkeypatch.setattr(app.simulator, "change_keg", sometimes)
    monkeypatch.setattr(app.simulator, "AGAIN_S", 0.02)

    async def story() -> None:
        async with pretended(ports, tmp_path, CHANGES_ONE) as simulator:
            await simulator.change(ONE)
            await until(lambda: len(kegs(ports)) == 2)

    run(story())
    assert len(tries) == 3


def test_a_change_that_is_refused_is_told_once_and_logged(
    ports: Ports, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change_keg(ports, tap_id=ONE, keg=HALF, at=T0 + timedelta(seconds=50), member=OWNER, now=T0 + timedelta(seconds=50))

    async def story() -> None:
        async with pretended(ports, tmp_path, CHANGES_ONE) as simulator:
            await simulator.change(ONE)
            await until(lambda: simulator._tellings == set() and simulator._next == {})
            await until(lambda: simulator._tellings == set())

    run(story())
    assert "a changed keg was refused" in capsys.readouterr().out
    assert len(kegs(ports)) == 2


def test_what_the_bar_has_said_is_told_to_the_end_when_it_is_stopped(ports: Ports, tmp_path: Path) -> None:
    async def story() -> None:
        async with pretended(ports, tmp_path, CHANGES_ONE) as simulator:
            await simulator.change(ONE)

    run(story())
    assert len(kegs(ports)) == 2
