"""The way to the scales: what every adapter of Commands promises, and that commands live in every table alike."""

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.domain.command import Command, CommandName, CommandState
from backend.domain.command_params import checked_params
from backend.embedded.commands import LinkCommands
from backend.ports import BrokerUnavailable, Commands, Table

sys.path.insert(0, str(Path(__file__).parents[1] / "usecases"))  # the bar that the use cases are tried on

from asking import WALL, asking
from bar import opened
from broker_way import BrokerWay

COMMAND = Command(
    command_id="1773866467000-3fa9c1",
    location_id="loc-001",
    device_id="SCALE-0042",
    tap_id=None,
    name=CommandName.STREAM,
    params=checked_params(CommandName.STREAM, {"seconds": 60}),
    sent_by="owner",
    sent_at=WALL,
    expires_at=WALL + timedelta(seconds=60),
    due_at=WALL,
)


@dataclass
class Sending:
    """An adapter, what its broker was given, and the means to take that away."""

    commands: Commands
    way: BrokerWay = field(default_factory=BrokerWay)

    @property
    def said(self) -> list[tuple[str, Any]]:
        return [(topic, json.loads(payload)) for topic, payload in self.way.said]


@pytest.fixture(params=["embedded"])
def sending(request: pytest.FixtureRequest) -> Iterator[Sending]:
    assert request.param == "embedded"
    commands, way = LinkCommands(), BrokerWay()
    commands.use(way)
    yield Sending(commands, way)
    commands.use(None)


@pytest.mark.parametrize("name", CommandName)
def test_a_command_is_given_to_its_scale_as_the_language_has_it(sending: Sending, name: CommandName) -> None:
    given = {CommandName.SET_CONFIG: {"heartbeat_s": 20}, CommandName.MAINTENANCE: {"on": False}}.get(name, {})
    command = replace(COMMAND, name=name, params=checked_params(name, given))

    sending.commands.send(command=command)

    assert sending.said == [
        (
            "keg/command/SCALE-0042",
            {
                "id": command.command_id,
                "command": name.value,
                "params": dict(command.params),
                "expires": int(command.expires_at.timestamp()),
            },
        )
    ]


def test_the_same_command_again_is_the_same_message(sending: Sending) -> None:
    for _ in range(2):
        sending.commands.send(command=COMMAND)

    assert len(set(sending.way.said)) == 1
    assert len(sending.way.said) == 2


@pytest.mark.parametrize("how", ["up", "breaks"], ids=["no connection", "lost just now"])
def test_where_the_broker_is_away_that_is_said_at_once(sending: Sending, how: str) -> None:
    setattr(sending.way, how, how == "breaks")

    with pytest.raises(BrokerUnavailable, match="the command waits, and is sent once it can be"):
        sending.commands.send(command=COMMAND)

    assert sending.said == []


def test_any_thread_may_send(sending: Sending) -> None:
    threads = [threading.Thread(target=lambda: sending.commands.send(command=COMMAND)) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sending.said) == 8


def test_a_connection_that_is_over_is_used_no_more() -> None:
    commands, way = LinkCommands(), BrokerWay()
    commands.use(way)
    commands.use(None)

    with pytest.raises(BrokerUnavailable):
        commands.send(command=COMMAND)

    assert way.said == []


def test_in_every_table_a_command_is_repeated_answered_once_and_given_up(table: Table, tmp_path: Path) -> None:
    with opened(tmp_path, table=table) as bar:
        ask = asking(bar)
        kept, lost = ask.send(CommandName.TARE), ask.send(second=0.5)
        for second in (5, 5.5, 6):  # an index may lag: what it missed it shows when it is asked again
            ask.repeat(second)
        ask.answer(kept, CommandState.DONE, second=7, result={"residual_lbs": 0.023, "raw": 84435, "stable": True})
        ask.answer(kept, CommandState.FAILED, second=8)
        for second in (16, 16, 31, 31, 66, 66, 66):
            ask.repeat(second)

        assert ask.way.ids.count(kept.command_id) == 2
        assert ask.way.ids.count(lost.command_id) == 4
        assert ask.state(kept).state is CommandState.DONE
        assert ask.state(kept).result == {"residual_lbs": 0.023, "raw": 84435, "stable": True}
        assert ask.state(lost).error == "expired"
        assert [event.state for event in ask.told] == [CommandState.DONE, CommandState.EXPIRED]
        assert ask.repeat(10_000).given_up == 0
        assert ask.due() == 0
