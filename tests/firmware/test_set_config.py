import json

from scale_bench.commanded import FACTOR, ZERO, Scale
from scale_bench.fake_board import EPOCH

from firmware.scale.files import Memory

BOTH_INTERPRETERS = True


class DyingFlash(Memory):
    """Power is lost at the `left`-th write: it and all later ones do not happen."""

    def __init__(self, left):
        Memory.__init__(self)
        self.left = left

    def write(self, name, text):
        self.left -= 1
        if self.left < 0:
            raise PowerLostError
        Memory.write(self, name, text)


class PowerLostError(Exception):
    """The scale is off."""


def in_force(scale):
    config = scale.app.config
    return config.zero, config.factor, config.cal


def test_the_next_weight_is_out_within_three_conversions_and_says_the_new_revision():
    scale = Scale()
    scale.feed(100, 10)
    scale.news()

    scale.tell("set_config", zero=ZERO - 9500, factor=FACTOR * 2, rev=4)
    scale.feed(100, 0.4)
    readings = scale.news()
    scale.feed(100, 4)
    settled = scale.news()[-1]

    assert (readings[0]["cal"], readings[0]["stable"]) == (4, False)
    assert all(abs(reading["weight_lbs"] - 50.5) < 0.02 for reading in readings)
    assert (settled["cal"], settled["stable"]) == (4, True)
    assert abs(settled["weight_lbs"] - 50.5) < 0.01


def test_readings_that_waited_keep_the_revision_they_were_weighed_with():
    scale = Scale()
    scale.feed(100, 10)

    scale.tell("set_config", zero=0, factor=FACTOR, rev=4)
    scale.feed(100, 5)
    readings = scale.news()

    for reading in readings:
        expected = 100 if reading["cal"] == 3 else 100 + ZERO / FACTOR
        assert abs(reading["weight_lbs"] - expected) < 0.05
    assert sorted({reading["cal"] for reading in readings}) == [3, 4]


def test_a_revision_that_is_not_greater_is_stale_and_changes_nothing():
    scale = Scale()
    for rev in (1, 3):
        scale.tell("set_config", "c%d" % rev, zero=1, factor=5000, rev=rev)

        answer = scale.answers()[0]

        assert (answer["state"], answer["error"]) == ("failed", "stale_rev")
        assert "revision 3 is in force" in answer["result"]["why"]
        assert in_force(scale) == (ZERO, FACTOR, 3)


def test_all_is_set_or_nothing():
    scale = Scale()

    scale.tell("set_config", heartbeat_s=15, deadband_lbs=5)
    assert scale.answers()[0]["error"] == "bad_params"
    assert (scale.app.config.heartbeat_s, scale.app.config.deadband_lbs) == (30, 0.05)

    scale.tell("set_config", "c2", heartbeat_s=15, deadband_lbs=0.1)
    assert scale.answers()[0]["ok"] is True
    assert (scale.app.config.heartbeat_s, scale.app.config.deadband_lbs) == (15, 0.1)


def test_what_was_set_is_in_force_after_a_restart_and_several_changes_add_up():
    scale = Scale()
    scale.tell("set_config", "c1", zero=100, factor=-9000.5, rev=4)
    scale.tell("set_config", "c2", heartbeat_s=15)

    scale.start()

    assert in_force(scale) == (100, -9000.5, 4)
    assert scale.app.config.heartbeat_s == 15


def test_a_newer_calibration_in_the_config_file_wins_over_the_saved_one():
    scale = Scale()
    scale.tell("set_config", "c1", zero=100, factor=9000, rev=4)
    scale.tell("set_config", "c2", heartbeat_s=15)
    scale.settings = {"zero": 7, "factor": 8000, "cal": 5}

    scale.start()

    assert in_force(scale) == (7, 8000, 5)
    assert scale.app.config.heartbeat_s == 15


def test_saved_settings_that_make_no_sense_are_logged_and_not_used():
    for text in (
        "", "{", "[]", "7", "null", '{"settings":{"floor_ms":100}}',
        '{"settings":{"floor_ms":"x"},"by":null,"before":null,"rolled_back":null}',
        '{"settings":{"colour":1},"by":null,"before":null,"rolled_back":null}',
        '{"settings":{},"by":null,"before":{"colour":1},"rolled_back":null}',
    ):  # fmt: skip
        files = Memory()
        files.write("settings.json", text)

        scale = Scale(files)

        assert (in_force(scale), scale.app.config.floor_ms) == ((ZERO, FACTOR, 3), 250), text
        assert "were not used" in " ".join(scale.board.logged), text


def test_a_power_cut_at_any_write_leaves_the_old_or_the_new_and_a_repeat_is_done_once():
    outcomes = set()
    for left in range(4):
        files = DyingFlash(left)
        scale = Scale(files)
        try:
            scale.tell("set_config", zero=100, factor=9000, rev=4)
        except PowerLostError:
            pass
        files.left = 1000
        scale.start()
        outcomes.add(in_force(scale))
        assert in_force(scale) in {(ZERO, FACTOR, 3), (100, 9000, 4)}

        scale.tell("set_config", zero=100, factor=9000, rev=4)  # not acknowledged, so the broker sends it again

        assert scale.answers()[-1] == {
            "id": "c1", "state": "done", "ok": True, "result": {"zero": 100, "factor": 9000, "rev": 4},
        }  # fmt: skip
        assert in_force(scale) == (100, 9000, 4)
    assert len(outcomes) == 2


def test_get_config_tells_what_is_in_force():
    scale = Scale()
    scale.tell("set_config", "c1", zero=100, factor=9000, rev=4, replay_after_s=90)
    scale.answers()

    scale.tell("get_config", "c2")

    said = scale.answers()[0]["result"]
    assert (said["zero"], said["factor"], said["rev"], said["replay_after_s"]) == (100, 9000, 4, 90)
    assert (said["outbox"], said["fw"]) == (256, "0.1.0")


def test_a_command_that_a_restart_has_cut_short_says_so():
    scale = Scale()
    scale.tell("identify", "c1")
    scale.tell("stream", "c2")
    scale.answers()

    scale.start()

    assert [(answer["id"], answer["error"]) for answer in scale.answers()] == [("c1", "restarted"), ("c2", "restarted")]
    scale.start()
    assert scale.answers() == []


def test_damaged_files_of_answers_are_logged_and_the_scale_starts():
    files = Memory()
    for slot, text in enumerate(("", "x", "1 a b c d e\n{}", "nine c1 tare 1\n{}")):
        files.write("answer-%02d" % slot, text)

    scale = Scale(files)

    assert sum("damaged" in line for line in scale.board.logged) == 4
    scale.tell("get_config", expires=EPOCH + 1)
    assert json.loads(files.read("answer-00").split("\n")[1])["ok"] is True
