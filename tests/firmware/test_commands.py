import json

from scale_bench.commanded import FACTOR, ZERO, Scale
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


def test_identify_blinks_for_its_time_and_leaves_the_light_off():
    scale = Scale()
    scale.tell("identify", seconds=2)
    assert scale.answers() == [{"id": "c1", "state": "accepted", "ok": True}]

    for tenth in range(20):
        scale.look(later(tenth / 10))
    scale.look(later(2.1))

    switched = scale.board.lit
    assert {True, False} == set(switched)
    changes = sum(switched[place] != switched[place - 1] for place in range(1, len(switched)))
    assert changes >= 7
    assert switched[-1] is False
    assert scale.answers() == [{"id": "c1", "state": "done", "ok": True}]


def test_a_tare_at_rest_reports_how_far_from_zero_it_is_and_changes_nothing():
    scale = Scale()
    scale.feed(0.4, 5)

    scale.tell("tare")
    scale.feed(0.4, 2.5)
    scale.look(later(0))

    accepted_not_told_yet = scale.answers()
    assert [answer["state"] for answer in accepted_not_told_yet] == ["done"]
    report = accepted_not_told_yet[0]["result"]
    assert abs(report["residual_lbs"] - 0.4) < 0.003
    assert abs(report["raw"] - (ZERO + 0.4 * FACTOR)) < 20
    assert 10 < report["sd_counts"] < 30
    assert report["stable"] is True
    assert (scale.app.config.zero, scale.app.config.cal) == (ZERO, 3)


def test_a_tare_while_somebody_leans_on_it_is_unstable_and_says_how():
    scale = Scale()
    scale.feed(0, 5)

    scale.tell("tare")
    for lbs in range(25):
        scale.feed(lbs)
    scale.look(later(0))

    answer = scale.answers()[0]
    assert (answer["state"], answer["error"]) == ("failed", "unstable")
    assert answer["result"]["stable"] is False
    assert answer["result"]["sd_counts"] > 10000


def test_a_tare_of_a_cell_that_falls_silent_is_a_fault():
    scale = Scale()
    scale.feed(0, 5)
    scale.tell("tare")
    scale.tell("tare", "c2")
    assert [answer.get("error") for answer in scale.answers()] == [None, "busy"]

    scale.board.ticks += 7000
    scale.app.step()
    scale.look(later(7))

    assert "unplugged" in refusal(scale, "fault")
    scale.tell("tare", "c3")
    assert "unplugged" in refusal(scale, "fault")


def test_in_maintenance_it_weighs_on_and_claims_no_pour_until_its_minutes_are_over():
    scale = Scale()
    scale.feed(99, 5)
    scale.tell("maintenance", on=True, minutes=1)
    scale.news()

    scale.app.claim_pour(EPOCH, 8.5, 100.0, 99.0)
    scale.feed(95, 30)
    aside = scale.news()
    scale.feed(95, 31)
    scale.app.claim_pour(EPOCH + 80, 8.5, 96.0, 95.0)
    scale.feed(95, 1)

    assert scale.answers() == [{"id": "c1", "state": "done", "ok": True}]
    assert aside
    assert not any("pour" in reading for reading in aside)
    assert [reading["pour"]["start"] for reading in scale.news() if "pour" in reading] == [EPOCH + 80]


def test_maintenance_can_be_ended_early():
    scale = Scale()
    scale.feed(99, 5)
    scale.tell("maintenance", on=True)
    assert scale.app.aside

    scale.tell("maintenance", "c2", on=False)

    assert not scale.app.aside


def test_a_stream_gives_every_count_twice_a_second_and_then_ends():
    scale = Scale()
    scale.tell("stream", seconds=2)
    said = []
    for tenth in range(1, 21):
        scale.raw(900000 + tenth)
        payload = scale.commands._works["stream"].due(later(tenth / 10))
        if payload is not None:
            said.append(json.loads(payload))
    scale.look(later(2.2))

    counts = [count for message in said for count in message["result"]["raw"]]
    assert 3 <= len(said) <= 4
    assert counts == list(range(900001, 900001 + len(counts)))
    assert said[0]["state"] == "sample"
    assert said[0]["id"] == "c1"
    assert said[0]["result"]["t"] >= EPOCH
    assert scale.answers()[-1]["state"] == "done"


def test_a_slower_stream_leaves_counts_out_evenly():
    scale = Scale()
    scale.tell("stream", hz=2)
    for tenth in range(1, 31):
        scale.raw(900000 + tenth)

    message = json.loads(scale.commands._works["stream"].due(later(3)))

    assert message["result"]["raw"] == [900005, 900010, 900015, 900020, 900025, 900030]


def test_a_stream_that_nobody_hears_keeps_only_the_newest_counts():
    scale = Scale()
    scale.tell("stream")
    for tenth in range(200):
        scale.raw(900000 + tenth)

    message = json.loads(scale.commands._works["stream"].due(later(20)))

    assert message["result"]["raw"] == list(range(900168, 900200))


def test_a_new_stream_ends_the_one_before_and_zero_seconds_ends_it_without_another():
    scale = Scale()
    scale.tell("stream", "c1")
    scale.answers()
    scale.tell("stream", "c2")
    assert sorted((answer["id"], answer["state"]) for answer in scale.answers()) == [("c1", "done"), ("c2", "accepted")]

    scale.tell("stream", "c3", seconds=0)

    assert sorted((answer["id"], answer["state"]) for answer in scale.answers()) == [("c2", "done"), ("c3", "done")]
    assert not scale.commands.watching


def test_a_selftest_of_a_sound_scale_tells_noise_rate_signal_and_flash():
    scale = Scale()
    scale.board.rssi = lambda: -61
    scale.feed(100, 5)
    scale.tell("selftest")
    scale.feed(100, 4.5)
    scale.look(later(0))

    answer = scale.answers()[0]

    assert answer["state"] == "done"
    result = answer["result"]
    assert (result["cell"], result["rate_hz"], result["rssi"], result["flash"]) == ("ok", 10.0, -61, True)
    assert 10 < result["sd_counts"] < 30
    assert "selftest" not in scale.board.files.texts


def test_a_selftest_finds_an_unplugged_cell_a_wrong_rate_and_a_full_flash():
    unplugged = Scale()
    unplugged.board.ticks += 1000
    unplugged.app.step()
    unplugged.tell("selftest")
    unplugged.look(later(9))

    fast = Scale()
    fast.tell("selftest")
    for _ in range(400):
        fast.board.ticks += 12
        fast.board.chip.codes.append(900000 + fast.dice._state % 19)
        fast.dice.bell(1)
        fast.app.step()
    fast.look(later(0))

    full = Scale()
    full.tell("selftest")
    full.board.files = FullFlash()
    full.feed(100, 5)
    full.look(later(0))

    for scale, name, found in ((unplugged, "cell", "unplugged"), (full, "flash", False)):
        answer = scale.answers()[0]
        assert (answer["error"], answer["result"][name]) == ("fault", found)
    assert fast.answers()[0]["result"]["rate_hz"] > 50


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
