"""A command without an answer is sent again by the wall's time, under the same id, and given up in the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from asking import WALL, Asking, asking, wall
from bar import TWO, Bar, opened

from backend.cellar import commands
from backend.domain.command import CommandName, CommandState
from backend.embedded.commands import LinkCommands
from backend.embedded.store import Store
from backend.embedded.table import SqliteTable
from backend.ports import Group, Outcome, Ports
from backend.usecases.repeat_commands import repeat_unanswered


@pytest.fixture
def ask(bar: Bar) -> Asking:
    return asking(bar)


def test_a_command_without_an_answer_is_sent_again_under_its_id_and_given_up_in_the_end(ask: Asking) -> None:
    command = ask.send()

    sent = [second for second in range(1, 80) if ask.repeat(second).sent]

    assert sent == [5, 15, 30]
    assert ask.way.ids == [command.command_id] * 4
    assert len(set(ask.way.said)) == 1
    stands = ask.state(command)
    assert (stands.state, stands.error, stands.tries) == (CommandState.EXPIRED, "expired", 4)
    assert [(event.state, event.error) for event in ask.told] == [(CommandState.EXPIRED, "expired")]


def test_it_is_given_up_a_little_after_its_time_because_an_answer_may_be_on_its_way(ask: Asking) -> None:
    ask.send()

    assert [ask.repeat(second).given_up for second in (64, 65, 66)] == [0, 1, 0]


def test_what_was_answered_is_not_sent_again(ask: Asking) -> None:
    command = ask.send()
    ask.answer(command, CommandState.DONE, second=2)

    assert [ask.repeat(second).sent for second in (5, 15, 30, 70)] == [0] * 4
    assert len(ask.way.said) == 1


def test_what_a_scale_has_taken_is_asked_for_again_once_it_should_be_done(ask: Asking) -> None:
    tare = ask.send(CommandName.TARE)
    blink = ask.send(second=0.5, tap_id=TWO)
    ask.answer(tare, CommandState.ACCEPTED, second=1)
    ask.answer(blink, CommandState.ACCEPTED, second=1)

    ask.repeat(5)
    assert ask.way.ids == [tare.command_id, blink.command_id]

    ask.repeat(6)
    ask.repeat(26)
    assert ask.way.ids == [tare.command_id, blink.command_id, tare.command_id, tare.command_id, blink.command_id]


def test_what_a_scale_has_taken_and_never_ended_is_given_up_under_another_word(ask: Asking) -> None:
    command = ask.send()
    ask.answer(command, CommandState.ACCEPTED, second=50)

    for second in range(50, 100):
        ask.repeat(second)

    stands = ask.state(command)
    assert (stands.state, stands.error) == (CommandState.EXPIRED, "no_answer")
    assert len(ask.way.said) == 1


def test_while_the_broker_is_away_it_is_tried_every_5_s_and_sent_once_it_is_back(ask: Asking) -> None:
    ask.way.up = False
    command = ask.send()

    tried = [ask.repeat(second).sent for second in range(1, 41)]
    assert (sum(tried), ask.state(command).tries) == (0, 0)

    ask.way.up = True
    ask.repeat(45)
    assert ask.way.ids == [command.command_id]
    assert ask.state(command).tries == 1


def test_a_broker_that_stays_away_lets_the_command_expire(ask: Asking) -> None:
    ask.way.up = False
    command = ask.send()

    for second in range(1, 70):
        ask.repeat(second)

    assert ask.state(command).error == "expired"
    assert ask.way.said == []


def test_a_server_that_restarts_in_between_forgets_nothing(bar: Bar) -> None:
    command = asking(bar).send()
    folder = bar.store.path.parent
    bar.store.close()

    with Store(folder, now=WALL) as again:
        ports = Ports(table=SqliteTable(again), history=bar.ports.history, feed=bar.ports.feed, commands=LinkCommands())
        ask = asking(Bar(ports, again, bar.told))
        sent = ask.repeat(20)
        ask.answer(command, CommandState.DONE, second=21)

        assert sent.sent == 1
        assert ask.way.ids == [command.command_id]
        assert ask.state(command).state is CommandState.DONE


def test_a_server_that_was_away_for_longer_gives_it_up_and_an_answer_that_waited_is_late(ask: Asking) -> None:
    command = ask.send()

    ask.repeat(3600)
    ask.answer(command, CommandState.DONE, second=3601)

    assert len(ask.way.said) == 1
    assert (ask.state(command).error, ask.state(command).late) == ("expired", CommandState.DONE)


@dataclass
class _Meanwhile:
    """A table on which something happens just before the first write."""

    table: SqliteTable
    happens: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self.table, name)

    def transact(self, *groups: Group, durable: bool = True) -> Sequence[Outcome]:
        happens, self.happens = self.happens, None
        if happens:
            happens()
        return self.table.transact(*groups, durable=durable)


@pytest.mark.parametrize("second", [5, 65], ids=["while it is sent again", "while it is given up"])
def test_an_answer_that_comes_at_that_moment_wins(bar: Bar, second: float) -> None:
    ask = asking(bar)
    command = ask.send()
    assert isinstance(bar.ports.table, SqliteTable)
    table = _Meanwhile(bar.ports.table, lambda: ask.answer(command, CommandState.DONE, second=second))

    repeat_unanswered(replace(bar.ports, table=table), wall=wall(second))  # type: ignore[arg-type]

    assert ask.state(command).state is CommandState.DONE
    assert [event.state for event in ask.told] == [CommandState.DONE]


def test_a_damaged_row_is_named_and_stops_no_other_command(ask: Asking) -> None:
    damaged = ask.send()
    whole = ask.send(second=1, tap_id=TWO)
    item = ask.bar.ports.table.get(commands.key("SCALE-1", damaged.command_id))
    assert item is not None
    ask.bar.ports.table.transact(
        [replace(commands.put(damaged), item={**item, "tries": "many"}, expected_version=None)]
    )

    repeated = ask.repeat(7)

    assert repeated.sent == 1
    assert ask.way.ids[-1] == whole.command_id
    assert len(repeated.damaged) == 1
    assert f"CMD#{damaged.command_id}" in repeated.damaged[0]
    assert ask.repeat(8).damaged == ()
    assert ask.due() == 1


def test_many_that_are_due_are_done_in_parts(tmp_path: Path) -> None:
    with opened(tmp_path) as bar:
        ask = asking(bar)
        first = ask.send()
        item = bar.ports.table.get(commands.key("SCALE-1", first.command_id))
        assert item is not None
        for number in range(69):
            row = {**item, "SK": f"CMD#1-{number}"}
            bar.ports.table.transact([replace(commands.put(first), item=row, expected_version=None)])

        parts = [ask.repeat(6), ask.repeat(6), ask.repeat(6)]

        assert [(part.sent, part.more) for part in parts] == [(50, True), (20, False), (0, False)]
