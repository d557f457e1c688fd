"""The words of the control pipe, without a process: each mistake has its sentence, and the bar goes on."""

import json
from typing import Any

import pytest

from firmware.sim.__main__ import answer, main
from firmware.sim.commands import Commands

STORY = 1774064400


def plan(**changes: Any) -> dict[str, Any]:
    scale = {"scale": "SCALE-0001", "shell_lbs": 29.7, "beer_lbs": 100, "full_lbs": 160.2}
    whole = {"broker": {"host": "127.0.0.1", "port": 1}, "clock": {"story": STORY}, "scales": [scale]}
    return {**whole, **changes}


def asked(commands: Commands, **order: Any) -> dict[str, Any]:
    return answer(commands, json.dumps(order).encode())


@pytest.fixture
def running() -> Commands:
    commands = Commands(lambda _twin: None)
    assert asked(commands, do="start", plan=plan(drinkers=False)) == {"event": "ready", "scales": 1}
    return commands


def tick(commands: Commands, seconds: float) -> list[dict[str, Any]]:
    for _ in range(int(seconds * 10)):
        commands.bar.tick()
    return commands.bar.events()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"", "not JSON"),
        (b"pour me a beer", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100000, "not JSON"),
        (None, "too long"),
        (b"[1, 2]", "JSON object"),
        (b"7", "JSON object"),
        (b"{}", "do not know how to do None"),
        (b'{"do": "dance"}', "use one of"),
        (b'{"do": ["pour"]}', "use one of"),
        (b'{"do": "pour", "scale": "SCALE-0099"}', "no scale 'SCALE-0099'"),
        (b'{"do": "pour"}', "scale of the order to pour is missing"),
        (b'{"do": "pour", "scale": 7}', "wrong type"),
        (b'{"do": "pour", "scale": "SCALE-0001", "oz": "16"}', "give a number"),
        (b'{"do": "pour", "scale": "SCALE-0001", "oz": true}', "give a number"),
        (b'{"do": "pour", "scale": "SCALE-0001", "oz": NaN}', "out of bounds"),
        (b'{"do": "pour", "scale": "SCALE-0001", "oz": 1e999}', "out of bounds"),
        (b'{"do": "pour", "scale": "SCALE-0001", "oz": -1}', "out of bounds"),
        (b'{"do": "pour", "scale": "SCALE-0001", "glass": 1}', "unknown key 'glass'"),
        (b'{"do": "clock", "story": 1774000000, "speed": 1}', "cannot go back"),
        (b'{"do": "clock", "story": 1784064400, "speed": 1}', "new plan"),
        (b'{"do": "clock", "story": 1774064400, "speed": 0}', "out of bounds"),
        (b'{"do": "fault", "scale": "SCALE-0001", "fault": "tired"}', "saturated"),
        (b'{"do": "start", "plan": {}}', "running already"),
    ],
)
def test_a_mistake_is_named_and_the_next_order_is_obeyed(running: Commands, line: bytes | None, sentence: str) -> None:
    said = answer(running, line)
    after = asked(running, do="truth", id=2)

    assert said["event"] == "error"
    assert sentence in said["message"]
    assert (after["event"], after["id"]) == ("truth", 2)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"scales": []}, "give 1 to 200"),
        ({"scales": [{"scale": "A"}, {"scale": "A"}]}, "in the plan twice"),
        ({"scales": [{"shell_lbs": 29.7}]}, "scale of scale 1 is missing"),
        ({"scales": ["SCALE-0001"]}, "scale 1 must be an object"),
        ({"broker": {"host": "127.0.0.1"}}, "port of broker is missing"),
        ({"clock": {}}, "story of clock is missing"),
        ({"clock": {"story": 0}}, "out of bounds"),
        ({"settings": {"heartbeat_s": 1000}}, "heartbeat_s"),
        ({"beers": 3}, "unknown key 'beers'"),
    ],
)
def test_a_plan_with_a_mistake_starts_nothing(changes: dict[str, Any], sentence: str) -> None:
    commands = Commands(lambda _twin: None)

    said = asked(commands, do="start", plan=plan(**changes), id="a")

    assert sentence in said["message"]
    assert said["id"] == "a"
    assert commands.bar is None
    assert asked(commands, do="start", plan=plan())["event"] == "ready"


def test_nothing_can_be_done_before_there_is_a_bar() -> None:
    said = asked(Commands(lambda _twin: None), do="truth")

    assert "send start with a plan first" in said["message"]


def test_a_pour_is_answered_at_once_and_told_when_it_ends(running: Commands) -> None:
    said = asked(running, do="pour", scale="SCALE-0001", oz=16, id=7)
    events = tick(running, 12)

    assert said == {"event": "done", "do": "pour", "id": 7}
    assert events == [{"event": "poured", "scale": "SCALE-0001", "t": STORY, "seconds": 8.3, "oz": pytest.approx(16)}]


def test_a_change_tells_when_the_old_keg_went_and_when_the_new_one_stood(running: Commands) -> None:
    asked(running, do="change", scale="SCALE-0001", shell_lbs=15.5, beer_lbs=43.5, full_lbs=59, sg=1.012, gap=30)
    events = tick(running, 50)
    truth = asked(running, do="truth")["scales"][0]

    assert events == [
        {"event": "lifted", "scale": "SCALE-0001", "t": STORY},
        {
            "event": "changed",
            "scale": "SCALE-0001",
            "lifted_at": STORY,
            "placed_at": STORY + 31.2,
            "shell_lbs": 15.5,
            "beer_lbs": 43.5,
        },
    ]
    assert truth["weight_lbs"] == pytest.approx(59)


def test_a_shell_or_a_weight_stands_in_for_the_keg_whose_beer_is_still_the_taps(running: Commands) -> None:
    weights = []
    for order in ({"emptied": True}, {"lbs": 44.1}, {"lbs": 0}, {}):
        said = asked(running, do="place", scale="SCALE-0001", **order)
        tick(running, 15)
        truth = asked(running, do="truth")["scales"][0]
        weights.append(truth["weight_lbs"])
        assert said == {"event": "done", "do": "place"}
        assert truth["beer_lbs"] == 100

    assert weights == pytest.approx([29.7, 44.1, 0.0, 129.8], abs=0.3)


def test_a_dry_keg_is_kicked_and_refuses_the_next_pour(running: Commands) -> None:
    asked(running, do="change", scale="SCALE-0001", shell_lbs=29.7, beer_lbs=0.3, full_lbs=160.2, gap=1)
    tick(running, 20)

    asked(running, do="pour", scale="SCALE-0001", oz=16)
    events = tick(running, 15)
    refused = asked(running, do="pour", scale="SCALE-0001", oz=16)

    assert [event["event"] for event in events] == ["poured", "kicked"]
    assert "change the keg first" in refused["message"]


def test_truth_is_beer_gallons_and_what_an_ideal_scale_shows(running: Commands) -> None:
    truth = asked(running, do="truth")

    scale = truth["scales"][0]
    assert truth["t"] == STORY
    assert scale["beer_lbs"] == 100
    assert scale["gallons"] == pytest.approx(100 / 8.345 / 1.010)
    assert scale["weight_lbs"] == pytest.approx(129.7 + 0.109, abs=0.01)
    assert scale["pouring"] is False
    assert scale["online"] is False


def test_drinkers_pour_by_themselves_only_when_they_are_let_in() -> None:
    commands = Commands(lambda _twin: None)
    asked(commands, do="start", plan=plan(drinkers=False, utc_offset_s=-25200))

    alone = tick(commands, 1200)
    asked(commands, do="drinkers", on=True)
    together = tick(commands, 1200)

    assert alone == []
    assert {event["event"] for event in together} == {"poured"}


def test_a_scale_that_is_offline_in_the_plan_comes_back_with_its_wifi() -> None:
    commands = Commands(lambda _twin: None)
    scale = {"scale": "SCALE-0001", "offline": True}
    asked(commands, do="start", plan=plan(scales=[scale]))
    air = commands.bar.twins[0].air

    before = air.wifi_up()
    asked(commands, do="wifi", scale="SCALE-0001", up=True)

    assert not before
    assert air.wifi_up()


def test_a_broken_chip_silences_the_weight_until_it_is_mended(running: Commands) -> None:
    app = running.bar.twins[0].app
    asked(running, do="fault", scale="SCALE-0001", fault="unplugged")
    tick(running, 2)
    app.take()

    tick(running, 60)
    silent = app.take()
    asked(running, do="fault", scale="SCALE-0001")
    tick(running, 5)

    assert app.fault is None
    assert silent == []
    assert app.take()


@pytest.mark.parametrize(
    "arguments",
    [["dance"], ["trace", "--seed"], ["trace", "--seed", "x"], ["trace", "--hours", "1"], ["trace", "--scales", "0"]],
)
def test_wrong_arguments_are_answered_with_the_right_ones(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert "use no arguments to obey stdin, or: trace" in capsys.readouterr().err


def test_a_line_runs_as_long_as_it_is_said_to(running: Commands) -> None:
    asked(running, do="pour", scale="SCALE-0001", oz=128, seconds=120)

    tick(running, 100)
    meanwhile = asked(running, do="truth")["scales"][0]
    (poured,) = [event for event in tick(running, 40) if event["event"] == "poured"]

    assert meanwhile["pouring"] is True
    assert (poured["oz"], poured["seconds"]) == (pytest.approx(128), pytest.approx(120, abs=0.2))


def test_a_reset_is_asked_of_the_board_alone(running: Commands) -> None:
    said = asked(running, do="reboot", scale="SCALE-0001")

    assert said == {"event": "done", "do": "reboot"}
    assert running.bar.by_scale["SCALE-0001"].board.reset_asked.is_set()


def test_the_truth_says_what_is_done_to_a_keg_and_what_ails_its_chip(running: Commands) -> None:
    asked(running, do="place", scale="SCALE-0001", lbs=44.1)
    asked(running, do="fault", scale="SCALE-0001", fault="stuck")

    moving = asked(running, do="truth")["scales"][0]
    tick(running, 20)
    there = asked(running, do="truth")["scales"][0]

    assert (moving["changing"], moving["beside"], moving["fault"]) == (True, True, "stuck")
    assert (there["weight_lbs"], there["beer_lbs"]) == (44.1, 100)


def test_a_cell_that_has_aged_before_shows_more_than_its_program_knows() -> None:
    commands = Commands(lambda _twin: None)
    scale = {"scale": "SCALE-0001", "shell_lbs": 29.7, "beer_lbs": 100, "full_lbs": 160.2, "aged_pct": 3}
    asked(commands, do="start", plan=plan(drinkers=False, scales=[scale]))

    tick(commands, 10)

    twin = commands.bar.by_scale["SCALE-0001"]
    assert twin.app.weight_lbs == pytest.approx(1.03 * twin.stand.felt_lbs, abs=0.1)
