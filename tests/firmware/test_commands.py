from scale_bench.commanded import Scale
from scale_bench.fake_board import EPOCH

from firmware.scale.files import Memory
from firmware.scale.port import ticks_add, ticks_ms

BOTH_INTERPRETERS = True


class FullFlash(Memory):
    """A flash that takes nothing any more."""

    def write(self, name, text):
        raise OSError(28)


def later(seconds):
    return ticks_add(ticks_ms(), int(seconds * 1000))


def refusal(scale, word):
    answers = scale.answers()
    assert [(answer["state"], answer["ok"], answer["error"]) for answer in answers] == [("failed", False, word)], (
        answers
    )
    return answers[0]["result"]["why"]


def test_an_unknown_command_is_unsupported_and_the_next_one_is_obeyed():
    scale = Scale()

    scale.tell("dance")

    assert "knows no command 'dance'" in refusal(scale, "unsupported")
    scale.tell("get_config", "c2")
    assert scale.answers()[0]["ok"] is True


def test_bad_parameters_are_named():
    scale = Scale()
    for command, params, sentence in (
        ("identify", {"seconds": 0}, "seconds is 0: give a value from 1 to 300"),
        ("identify", {"seconds": 1.5}, "seconds must be a whole number"),
        ("identify", {"seconds": True}, "seconds must be a whole number"),
        ("identify", {"minutes": 1}, "unknown parameter 'minutes'"),
        ("maintenance", {}, "on must be true or false"),
        ("maintenance", {"on": 1}, "on must be true or false"),
        ("stream", {"hz": 11}, "hz is 11"),
        ("reboot", {"now": True}, "unknown parameter 'now'"),
        ("set_config", {}, "nothing to set"),
        ("set_config", {"outbox": 8}, "unknown setting 'outbox'"),
        ("set_config", {"cal": 9}, "unknown setting 'cal'"),
        ("set_config", {"heartbeat_s": 301}, "heartbeat_s is 301: give a value from 1 to 300"),
        ("set_config", {"rev": 4}, "all three or none"),
        ("set_config", {"zero": 1, "factor": 9500, "rev": -1}, "rev is -1"),
        ("set_config", {"zero": 1, "factor": 0, "rev": 4}, "at least 50 counts per lb"),
        ("set_config", {"zero": 1.5, "factor": 9500, "rev": 4}, "zero must be a whole number"),
        ("set_config", {"zero": 1, "factor": 9500, "rev": True}, "rev must be a whole number"),
    ):
        scale.tell(command, **params)

        assert sentence in refusal(scale, "bad_params"), (command, params)


def test_what_is_not_quite_a_command_is_answered_where_it_has_an_id():
    scale = Scale()
    for payload, sentence in (
        (b'{"id":"c1","command":"tare"}', "expires must be"),
        (b'{"id":"c1","command":"tare","expires":"soon"}', "expires must be"),
        (b'{"id":"c1","command":"tare","expires":-1}', "expires must be"),
        (b'{"id":"c1","command":"tare","expires":2000000000,"params":[]}', "params must be an object"),
        (b'{"id":"c1","command":"tare","expires":2000000000,"cmd":"tare"}', "unknown field 'cmd'"),
    ):
        scale.say(payload)

        assert sentence in refusal(scale, "bad_params"), payload


def test_what_has_no_id_is_logged_and_the_scale_goes_on():
    scale = Scale()
    payloads = (
        b"", b"tare", b"[]", b"7", b"{}", b'{"id":7}', b'{"id":""}', b'{"id":"a b"}', b'{"id":"a\\"b"}', b'{"id":"-a"}',
        b'{"id":"' + b"a" * 64 + b'"}', b"[" * 1000, b'{"id":' * 150, b"\xff\xfe", b'{"id":"c1"}' + b" " * 1024,
    )  # fmt: skip
    for payload in payloads:
        scale.say(payload)

    assert scale.answers() == []
    assert len(scale.board.logged) == len(payloads)
    scale.tell("get_config")
    assert len(scale.answers()) == 1


def test_a_command_whose_time_is_over_is_expired_and_not_done():
    scale = Scale()

    scale.tell("identify", expires=EPOCH - 1)

    assert "meant until" in refusal(scale, "expired")
    assert scale.board.lit == []


def test_without_a_clock_what_the_broker_had_kept_is_left_and_what_comes_later_is_done():
    scale = Scale()
    scale.board.clock_set = False
    scale.app.link.client.welcomed_at = ticks_ms()
    scale.tell("get_config")
    assert scale.answers() == []
    assert "send it again" in scale.board.logged[-1]

    scale.app.link.client.welcomed_at = later(-6)
    scale.tell("get_config")  # the same id: it was not taken

    assert scale.answers()[0]["state"] == "done"


def test_the_same_command_twice_is_done_once_and_answered_twice():
    scale = Scale()
    scale.tell("set_config", zero=100, factor=9000, rev=4)
    first = scale.answers()

    scale.tell("set_config", zero=100, factor=9000, rev=4)

    assert scale.answers() == first
    assert first[0]["result"] == {"zero": 100, "factor": 9000, "rev": 4}


def test_the_answer_to_the_last_sixteen_outlives_a_restart_and_the_seventeenth_does_not():
    scale = Scale()
    for number in range(17):
        scale.commands._left = 16
        scale.tell("get_config", "c%d" % number)
    first = {answer["id"]: answer for answer in scale.answers()}
    scale.start()
    scale.board.fw = "0.2.0"

    for number in list(range(1, 17)) + [0]:  # noqa: RUF005 - MicroPython
        scale.tell("get_config", "c%d" % number)
    again = {answer["id"]: answer for answer in scale.answers()}

    assert len(again) == 16  # the oldest of 17 answers did not fit
    assert [again["c%d" % number] == first["c%d" % number] for number in range(2, 17)] == [True] * 15
    assert again["c0"]["result"]["fw"] == "0.2.0"


def test_a_storm_of_commands_is_refused_and_takes_no_room():
    scale = Scale()
    for number in range(500):
        scale.tell("get_config", "c%d" % number)
        scale.say(b'{"id":"d%d","command":"dance","expires":2000000000}' % number)

    answers = scale.answers()

    assert len(answers) == 16
    assert {answer.get("error") for answer in answers} == {"busy", "unsupported"}
    assert sum(result is not None for result in scale.commands._results._slots) == 16
    assert len(scale.board.files.texts) == 16


def test_after_a_storm_one_more_command_is_taken_every_two_seconds():
    scale = Scale()
    for number in range(20):
        scale.tell("get_config", "c%d" % number)
    scale.answers()

    scale.commands._refilled_at = later(-4.5)
    for number in range(20, 24):
        scale.tell("get_config", "c%d" % number)

    assert [answer["state"] for answer in scale.answers()] == ["done", "done", "failed", "failed"]


def test_where_nothing_can_be_remembered_nothing_is_begun():
    scale = Scale(FullFlash())
    for command, params in (
        ("identify", {}), ("reboot", {}), ("set_config", {"heartbeat_s": 15}), ("set_config", {"keepalive_s": 15}),
    ):  # fmt: skip
        scale.tell(command, **params)

        assert refusal(scale, "flash")
    assert scale.commands._works == {}
    assert (scale.app.config.heartbeat_s, scale.app.config.keepalive_s) == (30, 30)


def test_a_work_that_fails_is_told_and_the_others_go_on():
    scale = Scale()
    scale.tell("identify", "c1")
    scale.tell("stream", "c2", seconds=1)
    scale.board.light = lambda on: 1 // 0
    scale.answers()

    scale.look(later(0))
    scale.look(later(2))

    assert sorted((answer["id"], answer["state"]) for answer in scale.answers()) == [("c1", "failed"), ("c2", "done")]
