"""What a scale answers is noted once, told once, and never takes back what was."""

from pathlib import Path

import pytest
from asking import Asking, asking, wall
from bar import ONE, Bar, opened
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.cellar import commands
from backend.domain.command import CommandName, CommandState, Sample, Sampled
from backend.domain.refusal import NotFound
from backend.ports import Query
from backend.usecases.take_response import take_sample


@pytest.fixture
def ask(bar: Bar) -> Asking:
    return asking(bar)


def test_an_answer_stands_with_its_command_and_is_told(ask: Asking) -> None:
    command = ask.send(CommandName.TARE)

    ask.answer(command, CommandState.ACCEPTED, second=1)
    ask.answer(command, CommandState.DONE, second=3, result={"residual_lbs": 0.02, "raw": 84_435, "stable": True})

    stands = ask.state(command)
    assert (stands.state, stands.error, stands.answered_at) == (CommandState.DONE, None, wall(3))
    assert stands.result == {"residual_lbs": 0.02, "raw": 84_435, "stable": True}
    assert [(event.state, event.tap_id, event.name) for event in ask.told] == [
        (CommandState.ACCEPTED, str(ONE), CommandName.TARE),
        (CommandState.DONE, str(ONE), CommandName.TARE),
    ]
    assert ask.told[-1].result == stands.result


def test_the_same_answer_again_changes_nothing_and_is_told_once(ask: Asking) -> None:
    command = ask.send()
    first = ask.answer(command, CommandState.DONE, result={"boot": 7})

    again = ask.answer(command, CommandState.DONE, second=9, result={"boot": 8})

    assert (first.news, again.news) == (True, False)
    assert again.command == first.command == ask.state(command)
    assert len(ask.told) == 1


def test_a_refusal_keeps_its_word_and_its_reason(ask: Asking) -> None:
    command = ask.send(CommandName.SET_CONFIG, zero=1, factor=9500.0, rev=3)

    ask.answer(command, CommandState.FAILED, error="stale_rev", result={"why": "revision 4 is in force"})

    stands = ask.state(command)
    assert (stands.state, stands.error, stands.result) == (
        CommandState.FAILED,
        "stale_rev",
        {"why": "revision 4 is in force"},
    )


def test_an_answer_nobody_asked_for_or_of_another_scale_is_refused(ask: Asking) -> None:
    command = ask.send()

    with pytest.raises(NotFound, match="SCALE-2 answers a command it was never sent"):
        ask.answer(command, CommandState.DONE, device_id="SCALE-2")

    assert ask.state(command) == command
    assert ask.told == []


def test_an_answer_to_a_command_that_was_given_up_is_noted_as_late(ask: Asking) -> None:
    command = ask.send(CommandName.SET_CONFIG, zero=1, factor=9500.0, rev=3)
    ask.repeat(65)

    late = ask.answer(command, CommandState.DONE, second=300, result={"rev": 3})

    stands = ask.state(command)
    assert late.news
    assert (stands.state, stands.error, stands.late) == (CommandState.EXPIRED, "expired", CommandState.DONE)
    assert (stands.result, stands.answered_at) == ({"rev": 3}, wall(300))
    assert [(event.state, event.late) for event in ask.told] == [
        (CommandState.EXPIRED, None),
        (CommandState.EXPIRED, CommandState.DONE),
    ]


def test_a_command_that_is_over_is_due_no_more(ask: Asking) -> None:
    ended = [ask.send(second=place) for place in range(3)]
    assert ask.due() == 3

    for command in ended:
        ask.answer(command, CommandState.DONE, second=5)

    assert ask.due() == 0


def _sample(ask: Asking, command_id: str, *, device_id: str = "SCALE-1", second: float = 1) -> bool:
    sample = Sample(command_id=command_id, raw=(913_563, 913_571), stable=True, t=1_773_868_800)
    return take_sample(ask.bar.ports, device_id=device_id, sample=sample, wall=wall(second))


def test_counts_are_told_to_whoever_listens_and_stored_nowhere(ask: Asking) -> None:
    command = ask.send(CommandName.STREAM, seconds=60)
    before = [ask.bar.ports.table.query(Query(partition=f"DEVICE#SCALE-{one}")).items for one in (1, 2)]

    assert _sample(ask, command.command_id)

    assert [event for event in ask.bar.told if isinstance(event, Sampled)] == [
        Sampled(
            location_id="loc-001",
            command_id=command.command_id,
            device_id="SCALE-1",
            raw=(913_563, 913_571),
            stable=True,
            t=1_773_868_800,
        )
    ]
    assert [ask.bar.ports.table.query(Query(partition=f"DEVICE#SCALE-{one}")).items for one in (1, 2)] == before
    assert ask.bar.recorded() == []


def test_counts_that_nobody_asked_for_are_told_to_nobody(ask: Asking) -> None:
    streams = ask.send(CommandName.STREAM)
    blinks = ask.send(second=1)
    over = ask.send(CommandName.STREAM, second=2)
    ask.answer(over, CommandState.DONE, second=3)

    told = [
        _sample(ask, "1-2"),
        _sample(ask, blinks.command_id),
        _sample(ask, over.command_id, second=4),
        _sample(ask, streams.command_id, device_id="SCALE-2"),
        _sample(ask, streams.command_id, second=66),
    ]

    assert told == [False] * 5
    assert not any(isinstance(event, Sampled) for event in ask.bar.told)


def test_a_stream_that_was_taken_is_told_as_long_as_it_runs(ask: Asking) -> None:
    command = ask.send(CommandName.STREAM, seconds=30)
    ask.answer(command, CommandState.ACCEPTED, second=29)

    assert _sample(ask, command.command_id, second=90)
    assert not _sample(ask, command.command_id, second=96)


STATES = st.sampled_from([CommandState.ACCEPTED, CommandState.DONE, CommandState.FAILED])
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["send", "answer", "repeat"]), STATES, st.integers(1, 20))
)


@settings(max_examples=30)
@given(steps=STEPS)
def test_whatever_happens_in_whatever_order_each_command_ends_once_and_none_is_forgotten(
    fresh: Path, steps: list[tuple[int, str, CommandState, int]]
) -> None:
    with opened(fresh) as bar:
        ask, second, sent = asking(bar), 0, []
        for which, what, state, pause in steps:
            second += pause
            if what == "send" and len(sent) < 16:
                sent.append(ask.send(second=second))
            elif what == "answer" and sent:
                ask.answer(sent[which % len(sent)], state, second=second)
            else:
                ask.repeat(second)
        ask.repeat(second + 1000)
        ask.repeat(second + 2000)

        ends = [event.command_id for event in ask.told if event.state.final and event.late is None]
        assert sorted(ends) == sorted(command.command_id for command in sent)
        assert ask.due() == 0
        assert all(ask.state(command).state.final for command in sent)
        assert {
            commands.key_of(item) for item in bar.ports.table.query(commands.newest("SCALE-1", limit=99)).items
        } == {commands.key("SCALE-1", command.command_id) for command in sent}
