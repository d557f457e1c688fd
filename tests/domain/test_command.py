"""A command only moves on, is looked at again at the right moments, and takes what it should."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain import command as commands
from backend.domain.command import Answer, Command, CommandName, CommandState, answered, given_up, put_off
from backend.domain.command_params import ACTS, PARAMS, checked_params
from backend.domain.command_words import ERRORS, outcome_of
from backend.domain.refusal import Invalid
from backend.wire.commands import PARAMS as SPOKEN
from backend.wire.commands import CommandMessage
from backend.wire.messages import MessageRefused
from backend.wire.responses import ERROR_WORDS

T0 = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)
RANK = {state: 2 if state.final else place for place, state in enumerate(CommandState)}
ANSWERS = st.sampled_from([CommandState.ACCEPTED, CommandState.DONE, CommandState.FAILED])


def _command(name: CommandName = CommandName.IDENTIFY, worth_s: float = 60, **params: bool | float) -> Command:
    return commands.given(
        Command(
            command_id="c-1",
            location_id="loc-001",
            device_id="SCALE-1",
            tap_id=None,
            name=name,
            params=checked_params(name, params),
            sent_by="owner",
            sent_at=T0,
            expires_at=T0 + timedelta(seconds=worth_s),
            due_at=T0,
        ),
        wall=T0,
    )


def _answer(state: CommandState) -> Answer:
    return Answer(command_id="c-1", state=state, error="busy" if state is CommandState.FAILED else None)


def _after(command: Command, second: float) -> datetime:
    return command.sent_at + timedelta(seconds=second)


@given(states=st.lists(ANSWERS, max_size=8), over=st.integers(0, 8))
def test_a_command_only_moves_on_whatever_a_scale_says_in_whatever_order(states: list[CommandState], over: int) -> None:
    command, seen = _command(), [CommandState.SENT]

    for place, state in enumerate(states):
        if place == over and not command.state.final:
            command = given_up(command)
            seen.append(command.state)
        command = answered(command, _answer(state), wall=T0) or command
        seen.append(command.state)

    assert all(RANK[before] < RANK[after] or before is after for before, after in pairwise(seen))
    assert (command.due_at is None) is command.state.final


def test_the_same_answer_again_changes_nothing() -> None:
    done = answered(_command(), _answer(CommandState.DONE), wall=T0)
    assert done is not None

    assert answered(done, _answer(CommandState.DONE), wall=T0) is None
    assert answered(done, _answer(CommandState.FAILED), wall=T0) is None
    assert answered(done, _answer(CommandState.ACCEPTED), wall=T0) is None


def test_what_a_scale_says_of_a_command_that_was_given_up_is_noted_once_and_takes_nothing_back() -> None:
    over = given_up(_command())

    late = answered(over, _answer(CommandState.DONE), wall=T0)

    assert late is not None
    assert (late.state, late.late, late.error) == (CommandState.EXPIRED, CommandState.DONE, "expired")
    assert answered(late, _answer(CommandState.FAILED), wall=T0) is None
    assert answered(over, _answer(CommandState.ACCEPTED), wall=T0) is None


def test_a_command_without_an_answer_is_due_after_5_15_and_30_s_then_every_30_s_and_at_its_end() -> None:
    command, moments = _command(worth_s=100), []

    while command.due_at is not None and command.due_at < command.answer_by:
        moments.append((command.due_at - T0).total_seconds())
        command = commands.given(command, wall=command.due_at)

    assert moments == [5, 15, 30, 60, 90]
    assert command.due_at == _after(command, 105)


def test_a_broker_that_is_away_is_asked_again_every_5_s() -> None:
    command = put_off(_command(), wall=_after(_command(), 7))

    assert (command.due_at, command.tries) == (_after(command, 12), 1)


@given(wall=st.floats(0, 200), tries=st.integers(0, 9))
def test_what_is_due_again_lies_ahead_and_never_past_the_end(wall: float, tries: int) -> None:
    command = _command()
    moment = _after(command, min(wall, 59))

    for _ in range(tries):
        command = commands.given(command, wall=moment)

    assert command.due_at is not None
    assert command.sent_at < command.due_at <= command.answer_by
    assert not tries or command.due_at > moment


def test_a_scale_that_has_begun_may_take_as_long_as_it_was_asked_to() -> None:
    sent = replace(_command(CommandName.STREAM, worth_s=30), params={"hz": 10, "seconds": 120})

    begun = answered(sent, _answer(CommandState.ACCEPTED), wall=_after(sent, 2))

    assert begun is not None
    assert sent.answer_by == _after(sent, 35)
    assert begun.answer_by == _after(sent, 155)
    assert begun.due_at == begun.answer_by


@pytest.mark.parametrize(
    ("name", "params", "seconds"),
    [
        (CommandName.TARE, {}, 0),
        (CommandName.IDENTIFY, {"seconds": 9}, 9),
        (CommandName.REBOOT, {}, 60),
        (CommandName.SET_CONFIG, {"heartbeat_s": 20}, 0),
        (CommandName.SET_CONFIG, {"heartbeat_s": 20, "keepalive_s": 60}, 150),
        (CommandName.MAINTENANCE, {"on": True}, 0),
    ],
)
def test_how_long_a_scale_may_take_depends_on_what_it_is_asked(
    name: CommandName, params: dict[str, bool | float], seconds: float
) -> None:
    assert _command(name, **params).takes == timedelta(seconds=seconds)


def test_a_command_that_nobody_took_and_one_that_nobody_finished_end_with_another_word() -> None:
    begun = answered(_command(), _answer(CommandState.ACCEPTED), wall=T0)
    assert begun is not None

    assert given_up(_command()).error == "expired"
    assert given_up(begun).error == "no_answer"


def test_every_command_has_its_parameters_its_row_of_the_matrix_and_its_message() -> None:
    assert set(PARAMS) == set(ACTS) == set(CommandName)
    assert {name.value for name in CommandName} == set(SPOKEN)
    for name, bounds in PARAMS.items():
        assert set(bounds) == set(SPOKEN[name.value].model_fields), name  # type: ignore[index]


def _values(name: CommandName) -> st.SearchStrategy[dict[str, bool | float]]:
    """Parameters at, beside and between their bounds, and sometimes of another kind."""
    choices: dict[str, st.SearchStrategy[bool | float]] = {"nonsense": st.just(1)}
    for key, bound in PARAMS[name].items():
        numbers = [bound.least, bound.most, bound.least - 1, bound.most + 1, (bound.least + bound.most) // 2]
        whole = [int(number) for number in numbers if number == int(number)]
        choices[key] = st.sampled_from([*whole, *numbers, True, False, 0.5, 60.0, float("nan"), float("inf")])
    return st.fixed_dictionaries({}, optional=choices)


@given(drawn=st.sampled_from(CommandName).flatmap(lambda name: st.tuples(st.just(name), _values(name))))
def test_what_a_command_takes_is_what_its_message_takes(drawn: tuple[CommandName, dict[str, bool | float]]) -> None:
    name, params = drawn

    try:
        taken = dict(checked_params(name, params))
    except Invalid:
        taken = None
    try:
        spoken = CommandMessage.of(command_id="c-1", command=name.value, params=params, expires=T0).params
    except MessageRefused:
        spoken = None

    assert taken == spoken


@pytest.mark.parametrize(
    ("name", "params", "said"),
    [
        (CommandName.IDENTIFY, {"seconds": 0}, "seconds of identify is 0: give a whole number from 1 to 300"),
        (CommandName.IDENTIFY, {"minutes": 1}, "identify has no parameter 'minutes': it takes seconds"),
        (CommandName.REBOOT, {"now": True}, "reboot has no parameter 'now': it takes none"),
        (CommandName.MAINTENANCE, {}, "maintenance lacks on: give yes or no"),
        (CommandName.MAINTENANCE, {"on": 1}, "on of maintenance is 1: give yes or no"),
        (CommandName.SET_CONFIG, {}, "name at least one setting"),
        (CommandName.SET_CONFIG, {"zero": 1, "factor": 9500.0}, "send all three or none"),
        (CommandName.SET_CONFIG, {"zero": 1, "factor": -3.0, "rev": 2}, "factor is -3: give at least 50 counts per lb"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(name: CommandName, params: dict[str, bool | float], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_params(name, params)

    assert said in str(refused.value)


def test_every_word_of_a_scale_has_a_sentence_that_says_what_to_do() -> None:
    assert {*ERROR_WORDS, "expired", "no_answer"} == set(ERRORS)
    for error, sentence in ERRORS.items():
        failed = replace(_command(), state=CommandState.FAILED, error=error)
        assert outcome_of(failed) == sentence
    assert "(odd)" in outcome_of(replace(_command(), state=CommandState.FAILED, error="odd"))


def test_how_a_command_stands_is_said_in_words() -> None:
    over = given_up(_command())

    assert outcome_of(replace(_command(), tries=0)) == "waiting for the broker"
    assert outcome_of(_command()) == "waiting for the scale"
    assert outcome_of(replace(_command(), state=CommandState.ACCEPTED)) == "the scale is doing it"
    assert outcome_of(replace(_command(), state=CommandState.DONE)) == "done"
    assert outcome_of(over) == ERRORS["expired"]
    assert outcome_of(replace(over, late=CommandState.DONE)) == "done, but the answer came late"
    assert "not done" in outcome_of(replace(over, late=CommandState.FAILED))
